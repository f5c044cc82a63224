import "./alarms.css";
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import { named } from "../../feed/acknowledge";
import type { AlarmView } from "../../feed/messages";
import { t } from "../../lib/i18n";
import { plainKey } from "../../ui/keys";
import { Sign } from "../../ui/Sign";
import type { Panel } from "../panel";
import { online } from "../sources/doors";
import { countByLevel, moved, nextWaiting, rows, waits } from "./order";
import { Row, type RowNote } from "./Row";

/** Rows that fit without scrolling. */
const ROWS_MAX = 6;

/** What needs a decision. */
export const Alarms: Panel = (props) => {
  const list = createMemo(() => rows(props.wall.alarms().values(), ROWS_MAX));
  const ids = createMemo(() => list().shown.map((alarm) => alarm.id), undefined, {
    equals: (a, b) => a.join() === b.join(),
  });
  const [selected, select] = createSignal<string>();
  const [notes, setNotes] = createSignal<ReadonlyMap<string, RowNote>>(new Map());
  const may = () => props.own.session()?.acts.includes("acknowledge") ?? false;
  // Silence of the sensors must not look like peace.
  const blind = () => ![...props.wall.sources().values()].some((door) => online(door, props.wall));
  const waiting = () => [...props.wall.alarms().values()].filter(waits).length;
  const noteOn = (id: string, note: RowNote | undefined) => {
    const next = new Map(notes());
    if (note === undefined) next.delete(id);
    else next.set(id, note);
    setNotes(next);
  };

  const send = async (alarm: AlarmView) => {
    const { id } = alarm;
    if (notes().get(id)?.kind === "sending") return;
    noteOn(id, { kind: "sending" });
    const result = await props.acknowledge(alarm, props.wall.position() ?? 0, "");
    switch (result.outcome) {
      case "done":
        return noteOn(id, undefined);
      case "taken": {
        const first = result.by ?? props.wall.alarms().get(id)?.acknowledged ?? undefined;
        const text = first === undefined ? t().ackTakenUnknown : t().ackTaken(named(first));
        return noteOn(id, { kind: "said", text });
      }
      case "changed":
        return noteOn(id, { kind: "said", text: t().ackChanged });
      case "refused":
        return noteOn(id, { kind: "said", text: t().ackFailed(result.why) });
      case "unreachable":
        return noteOn(id, { kind: "said", text: t().ackFailed(t().ackUnreachable) });
    }
  };
  const acknowledge = (id: string) => {
    // As it is painted: that is what was decided on.
    const alarm = list().shown.find((each) => each.id === id);
    if (alarm === undefined || !waits(alarm) || !may()) return;
    select(id);
    void send(alarm);
  };

  // Notes of alarms that are gone go with them.
  createEffect(
    on(ids, () => {
      const open = props.wall.alarms();
      const kept = [...notes()].filter(([id]) => open.has(id));
      if (kept.length !== notes().size) setNotes(new Map(kept));
    }),
  );

  // What is shown in detail follows the selection.
  const pick = (id: string | undefined) => {
    select(id);
    if (id !== undefined && props.opened !== undefined) props.onOpen?.(id);
  };
  const press = (event: KeyboardEvent) => {
    if (!plainKey(event)) return;
    const current = selected();
    const held = current !== undefined && ids().includes(current);
    if (event.key === "ArrowDown") pick(moved(ids(), current, 1));
    else if (event.key === "ArrowUp") pick(moved(ids(), current, -1));
    else if (event.key === "n" || event.key === "N") pick(nextWaiting(list().shown, current) ?? current);
    else if (held && (event.key === "a" || event.key === "A")) acknowledge(current);
    else if (held && event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) props.onOpen?.(current);
    else return;
    event.preventDefault();
  };
  onMount(() => document.addEventListener("keydown", press));
  onCleanup(() => document.removeEventListener("keydown", press));

  return (
    <section class="panel alarms" aria-label={t().alarms}>
      <h2>
        {t().alarms}
        <Show when={props.wall.alarms().size > 0}>
          <i>{t().alarmsNote(props.wall.alarms().size, waiting())}</i>
          <i class="keys">{may() || props.own.session() === undefined ? t().keys : t().watchOnly}</i>
        </Show>
      </h2>
      <Show
        when={props.wall.alarms().size > 0}
        fallback={
          <p class="quiet" classList={{ blind: blind() }}>
            {blind() ? t().blind : t().quiet}
          </p>
        }
      >
        <ol>
          <For each={ids()}>
            {(id) => {
              const alarm = createMemo(
                (before: ReturnType<typeof first>) => props.wall.alarms().get(id) ?? before,
                first(),
              );
              function first() {
                return props.wall.alarms().get(id);
              }
              return (
                <Show when={alarm()}>
                  {(known) => (
                    <Row
                      wall={props.wall}
                      alarm={known()}
                      selected={selected() === id}
                      note={notes().get(id)}
                      onSelect={() => {
                        select(id);
                        props.onOpen?.(id);
                      }}
                      onAcknowledge={may() ? () => acknowledge(id) : undefined}
                    />
                  )}
                </Show>
              );
            }}
          </For>
        </ol>
        <Show when={list().hidden.length > 0}>
          <p class="more">
            <b>{t().more(list().hidden.length)}</b>
            <For each={countByLevel(list().hidden).filter(({ count }) => count > 0)}>
              {({ level, count }) => (
                <span>
                  <Sign level={level} size={24} /> {count}
                </span>
              )}
            </For>
            <Show when={list().hidden.filter(waits).length > 0}>
              <i>{t().moreUnacknowledged(list().hidden.filter(waits).length)}</i>
            </Show>
          </p>
        </Show>
      </Show>
    </section>
  );
};
