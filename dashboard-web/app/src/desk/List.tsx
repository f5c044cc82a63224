import { type Component, createEffect, createMemo, createSignal, For, on, onMount, Show } from "solid-js";
import type { AlarmView } from "../feed/messages";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import type { Note } from "../panels/alarms/acknowledging";
import { AlarmLine } from "./AlarmLine";
import { type Board, GROUP_HEIGHT, type Line, seen } from "./board";

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
