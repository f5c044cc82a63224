import { type Component, createEffect, createMemo, createSignal, For, on, onMount, Show } from "solid-js";
import { named } from "../feed/acknowledge";
import type { AlarmView } from "../feed/messages";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";
import { age } from "../lib/time";
import type { Note } from "../panels/alarms/acknowledging";
import { current, limit, spoken, telling, valued } from "../panels/alarms/telling";
import { Sign } from "../ui/Sign";
import { type Board, GROUP_HEIGHT, type Group, type Line, ROW_HEIGHT, seen } from "./board";

/** Every alarm of the desk. Only the lines in sight are drawn, however many there are. */
export const List: Component<{
  wall: Wall;
  board: Board;
  selected: AlarmView | undefined;
  notes: ReadonlyMap<string, Note>;
  filtered: boolean;
  onSelect: (alarm: string) => void;
}> = (props) => {
  let box: HTMLDivElement | undefined;
  const [scroll, setScroll] = createSignal(0);
  const [height, setHeight] = createSignal(800);
  onMount(() => setHeight(box?.clientHeight ?? 800));
  const go = (to: number) => {
    if (box === undefined || to === scroll()) return;
    box.scrollTop = to;
    setScroll(to);
  };
  const place = () => props.board.find(props.selected);
  // What is new never moves the selected row.
  let stood: { readonly id: string | undefined; readonly top: number } | undefined;
  const stand = () => {
    const at = place();
    stood = at < 0 ? undefined : { id: props.selected?.id, top: props.board.top(at) };
    return stood;
  };
  createEffect(
    on(
      () => props.board,
      () => {
        const before = stood;
        const now = stand();
        if (before !== undefined && now !== undefined && now.id === before.id)
          go(Math.max(0, scroll() + now.top - before.top));
      },
    ),
  );
  createEffect(
    on(
      () => props.selected?.id,
      () => {
        stand();
        go(seen(props.board, place(), scroll(), height()));
      },
      { defer: true },
    ),
  );
  const shown = createMemo(() => {
    const { board } = props;
    const [from, to] = board.inSight(scroll(), height());
    return Array.from({ length: to - from }, (_, at) => from + at).flatMap((at) => {
      const line = board.line(at);
      return line === undefined ? [] : [{ line, top: board.top(at) }];
    });
  });
  const byId = createMemo(() => new Map(shown().map((each) => [key(each.line), each])));
  const ids = createMemo(() => [...byId().keys()]);
  return (
    <section class="desk-list" aria-label={t().alarms}>
      <div class="columns" aria-hidden="true">
        <span>{t().columns.level}</span>
        <span>{t().columns.state}</span>
        <span>{t().columns.alarm}</span>
        <span>{t().columns.property}</span>
        <span class="num">{t().columns.value}</span>
        <span class="num">{t().columns.threshold}</span>
        <span>{t().columns.place}</span>
        <span class="num">{t().columns.age}</span>
        <span>{t().columns.by}</span>
        <span>{t().columns.quality}</span>
      </div>
      <div
        class="lines"
        ref={box}
        role="listbox"
        aria-label={t().alarms}
        tabIndex={0}
        aria-activedescendant={props.selected === undefined ? undefined : `row-${props.selected.id}`}
        onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
      >
        <Show
          when={props.board.length > 0}
          fallback={<p class="quiet">{props.filtered ? t().filterNone : t().deskQuiet}</p>}
        >
          <div class="all" role="presentation" style={{ height: `${props.board.height}px` }}>
            <For each={ids()}>
              {(id) => {
                const each = createMemo((before: ReturnType<typeof known>) => known() ?? before, known());
                function known() {
                  return byId().get(id);
                }
                return (
                  <Show when={each()}>
                    {(placed) => (
                      <Placed
                        wall={props.wall}
                        line={placed().line}
                        top={placed().top}
                        selected={id === props.selected?.id}
                        note={props.notes.get(id)}
                        onSelect={() => props.onSelect(id)}
                      />
                    )}
                  </Show>
                );
              }}
            </For>
          </div>
        </Show>
      </div>
    </section>
  );
};

function key(line: Line): string {
  return line.kind === "group" ? line.group : line.alarm.id;
}

const Placed: Component<{
  wall: Wall;
  line: Line;
  top: number;
  selected: boolean;
  note: Note | undefined;
  onSelect: () => void;
}> = (props) => {
  const heading = () => (props.line.kind === "group" ? props.line : undefined);
  const alarm = () => (props.line.kind === "alarm" ? props.line : undefined);
  return (
    <>
      <Show when={heading()}>
        {(group) => (
          <p class="group" role="presentation" style={{ top: `${props.top}px`, height: `${GROUP_HEIGHT}px` }}>
            {t().groups[group().group]} · {group().count} <i>{group().group === "over" ? t().overNote : ""}</i>
          </p>
        )}
      </Show>
      <Show when={alarm()}>
        {(line) => (
          <AlarmLine
            wall={props.wall}
            alarm={line().alarm}
            group={line().group}
            top={props.top}
            selected={props.selected}
            note={props.note}
            onSelect={props.onSelect}
          />
        )}
      </Show>
    </>
  );
};

const AlarmLine: Component<{
  wall: Wall;
  alarm: AlarmView;
  group: Group;
  top: number;
  selected: boolean;
  note: Note | undefined;
  onSelect: () => void;
}> = (props) => {
  const known = createMemo(() => telling(props.wall, props.alarm));
  const now = createMemo(() => current(props.wall, props.alarm, known()));
  const waits = () => props.group === "waiting" || props.group === "returned";
  const quality = () => {
    const heard = now()?.heard;
    if (heard === undefined || heard === "fresh") return undefined;
    if (heard === "never") return t().noData;
    if (heard === "invalid") return t().invalid;
    return t().old(spoken((props.wall.now() - (now()?.atMs ?? 0)) / 1_000));
  };
  const value = () => {
    const found = now()?.value;
    return found === undefined ? "—" : valued(known(), found);
  };
  const direction = () => (limit(props.alarm, known()) === "" ? "" : known().rule?.direction === "below" ? "< " : "> ");
  const lastingMs = () => (props.alarm.ended_ms ?? props.wall.now()) - props.alarm.started_ms;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the whole desk
    <div
      class={`line ${props.group}${props.selected ? " selected" : ""}`}
      role="option"
      tabIndex={-1}
      id={`row-${props.alarm.id}`}
      aria-selected={props.selected}
      data-alarm={props.alarm.id}
      data-state={props.alarm.state}
      style={{ top: `${props.top}px`, height: `${ROW_HEIGHT}px` }}
      onClick={() => props.onSelect()}
    >
      <span class="icon" classList={{ ring: props.group === "waiting" }}>
        <Sign
          level={props.alarm.level}
          size={24}
          number={props.alarm.number}
          hollow={props.alarm.ended_ms !== null}
          empty={props.group === "over"}
        />
      </span>
      <span>
        <Show when={waits()} fallback={t().states[props.group]}>
          <mark classList={{ hollow: props.group === "returned" }}>{t().states[props.group]}</mark>
        </Show>
      </span>
      <b class="title" title={known().title}>
        {known().title}
      </b>
      <span>{known().property === undefined ? "" : say(known().property?.title ?? { zh: "", en: "" })}</span>
      <b class="num value">
        {value()} <i>{known().property?.unit ?? ""}</i>
      </b>
      <span class="num">
        {direction()}
        {limit(props.alarm, known())}
      </span>
      <span class="where" title={known().name}>
        <Show when={known().area}>{(area) => <>{say(area().name)} · </>}</Show>
        {known().name}
      </span>
      <span class="num">{age(lastingMs())}</span>
      <span>
        <Show
          when={props.note?.kind === "sending"}
          fallback={props.alarm.acknowledged && named(props.alarm.acknowledged)}
        >
          {t().acknowledging}
        </Show>
      </span>
      <span>
        <Show when={quality()} fallback={<i>{t().good}</i>}>
          {(word) => <b>{word()}</b>}
        </Show>
      </span>
    </div>
  );
};
