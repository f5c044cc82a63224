import "./alarms.css";
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import { t } from "../../lib/i18n";
import { plainKey } from "../../ui/keys";
import { Sign } from "../../ui/Sign";
import type { Panel } from "../panel";
import { online } from "../sources/doors";
import { createAcknowledging } from "./acknowledging";
import { calling, countByLevel, moved, nextWaiting, rows, waits } from "./order";
import { Row } from "./Row";

/** Rows that fit without scrolling. */
const ROWS_MAX = 6;

/** What needs a decision. */
export const Alarms: Panel = (props) => {
  const called = createMemo(() => calling(props.wall.alarms().values()));
  const quiet = () => props.wall.alarms().size - called().length;
  const list = createMemo(() => rows(called(), ROWS_MAX));
  const ids = createMemo(() => list().shown.map((alarm) => alarm.id), undefined, {
    equals: (a, b) => a.join() === b.join(),
  });
  const [selected, select] = createSignal<string>();
  const sent = createAcknowledging(props.wall, props.acknowledge);
  const may = () => props.own.session()?.acts.includes("acknowledge") ?? false;
  // Silence of the sensors must not look like peace.
  const blind = () => ![...props.wall.sources().values()].some((door) => online(door, props.wall));
  const waiting = () => called().filter(waits).length;
  const acknowledge = (id: string) => {
    // As it is painted: that is what was decided on.
    const alarm = list().shown.find((each) => each.id === id);
    if (alarm === undefined || !waits(alarm) || !may()) return;
    select(id);
    sent.send(alarm);
  };

  // Notes of alarms that are gone go with them.
  createEffect(on(ids, () => sent.tidy()));

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
        <Show when={quiet() > 0}>
          <i>{t().shelf.counted(quiet())}</i>
        </Show>
        <Show when={called().length > 0}>
          <i>{t().alarmsNote(called().length, waiting())}</i>
          <i class="keys">{may() || props.own.session() === undefined ? t().keys : t().watchOnly}</i>
        </Show>
      </h2>
      <Show
        when={called().length > 0}
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
                      note={sent.notes().get(id)}
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
