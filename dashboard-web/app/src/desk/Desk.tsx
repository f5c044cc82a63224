import "./desk.css";
import {
  type Component,
  createComputed,
  createEffect,
  createMemo,
  createSignal,
  on,
  onCleanup,
  onMount,
  Show,
  untrack,
} from "solid-js";
import type { Acknowledge } from "../feed/acknowledge";
import { type Command, newKey } from "../feed/command";
import type { AlarmView } from "../feed/messages";
import type { Own } from "../feed/presence";
import type { Raised } from "../feed/raised";
import type { Turn } from "../feed/scene";
import type { Wall } from "../feed/store";
import { columnOf } from "../lib/domains";
import { t } from "../lib/i18n";
import { createAcknowledging } from "../panels/alarms/acknowledging";
import { waits } from "../panels/alarms/order";
import { telling } from "../panels/alarms/telling";
import { Provenance } from "../panels/provenance/Provenance";
import { plainKey } from "../ui/keys";
import { LostBand } from "../ui/LostBand";
import { Scaled } from "../ui/Scaled";
import { followWindow } from "../ui/stage";
import { Board, type Filter } from "./board";
import { Evidence } from "./Evidence";
import { classOf, told } from "./found";
import { DeskHeader } from "./Header";
import { Keys } from "./Keys";
import { List } from "./List";
import { Load } from "./Load";

/** The page of a seat: every alarm that is open, the evidence of one, and the keys to decide by. */
export const DeskScreen: Component<{
  wall: Wall;
  acknowledge: Acknowledge;
  /** The alarms raised since a city time. */
  raised: (sinceMs: number) => Promise<readonly Raised[] | undefined>;
  command: Command;
  own: Own;
}> = (props) => {
  const { wall } = props;
  const [selected, select] = createSignal<string>();
  const [looked, look] = createSignal("");
  const [without, hide] = createSignal<ReadonlySet<number>>(new Set());
  const sent = createAcknowledging(wall, props.acknowledge);
  const may = () => props.own.session()?.acts.includes("acknowledge") ?? false;

  const filter = createMemo((): Filter => {
    const words = looked().trim().toLowerCase().split(/\s+/).filter(Boolean);
    const hidden = without();
    return (alarm) => !hidden.has(alarm.level) && (words.length === 0 || told(wall, alarm, words));
  });
  // The board is changed in place, by what changed; `turned` says that it was.
  const board = new Board();
  const [turned, turn] = createSignal(board, { equals: false });
  const refill = () => {
    board.fill(untrack(wall.alarms).values(), untrack(filter));
    turn(board);
  };
  const take = (turns: readonly Turn[]) => {
    board.turn(turns, untrack(wall.now));
    turn(board);
  };
  createComputed(on(filter, refill));
  createComputed(on(wall.turns, (turns) => (turns === undefined ? refill() : take(turns))));
  createComputed(
    on(
      () => Math.floor(wall.now() / 60_000),
      () => take([]),
      { defer: true },
    ),
  );
  createEffect(on(wall.alarms, () => sent.tidy()));
  const open = (id: string) => wall.alarms().get(id);
  const known = createMemo((): AlarmView | undefined => {
    const id = selected();
    return id === undefined ? undefined : (open(id) ?? turned().over(id));
  });
  const at = () => board.find(known());

  let search: HTMLInputElement | undefined;
  const acknowledge = () => {
    const alarm = known();
    if (alarm !== undefined && waits(alarm) && open(alarm.id) !== undefined && may()) sent.send(alarm);
  };
  const go = (to: AlarmView | undefined) => to !== undefined && select(to.id);
  const toggle = (level: number) => {
    const next = new Set(without());
    if (!next.delete(level)) next.add(level);
    hide(next);
  };
  const mayOpen = () => props.own.session()?.acts.includes("incidents") ?? false;
  // One alarm, one incident: the key is the alarm, and who comes second is told the number.
  const [opening, setOpening] = createSignal<string>();
  const toIncident = async () => {
    const alarm = known();
    if (alarm === undefined || open(alarm.id) === undefined || !mayOpen()) return;
    const { title, name, thing } = telling(wall, alarm);
    const result = await props.command.open({
      key: newKey(),
      title: `${name} ${title}`.slice(0, 100),
      class: classOf(columnOf(thing, alarm.property)),
      warning: alarm.level,
      origins: [{ type: "alarm", alarm: alarm.id, subject: `${alarm.thing}:${alarm.property}` }],
    });
    if (result.outcome === "done") location.hash = "#/table";
    else setOpening(result.outcome === "refused" ? result.why : t().ackUnreachable);
  };
  createEffect(on(selected, () => setOpening(undefined), { defer: true }));
  const onButton = (event: KeyboardEvent) => event.target instanceof HTMLButtonElement;
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      look("");
      hide(new Set<number>());
      search?.blur();
    } else if (!plainKey(event)) return;
    else if (event.key === "ArrowDown") go(board.moved(at(), 1));
    else if (event.key === "ArrowUp") go(board.moved(at(), -1));
    else if (event.key === "n" || event.key === "N") go(board.nextWaiting(at()));
    else if (event.key === "Enter" && !onButton(event)) acknowledge();
    else if (/^[1-4]$/.test(event.key)) toggle(Number(event.key));
    else if (event.key === "/") search?.focus();
    else if (event.key === "t" || event.key === "T") void toIncident();
    else if (event.key === "w" || event.key === "W") location.hash = "#/";
    else return;
    event.preventDefault();
  };
  onMount(() => {
    onCleanup(followWindow());
    document.addEventListener("keydown", press);
    onCleanup(() => document.removeEventListener("keydown", press));
  });

  return (
    <Scaled classes={{ lost: wall.link().state === "lost", waiting: wall.facts() === undefined }}>
      <div class="screen desk">
        <DeskHeader
          wall={wall}
          own={props.own}
          command={props.command}
          without={without()}
          onLevel={toggle}
          looked={looked()}
          onLook={look}
          onSearch={(input) => {
            search = input;
          }}
        />
        <List
          wall={wall}
          board={turned()}
          selected={known()}
          notes={sent.notes()}
          filtered={looked() !== "" || without().size > 0}
          onSelect={select}
        />
        <Show when={known()} fallback={<p class="pick-one">{t().pickOne}</p>}>
          {(alarm) => (
            <Evidence
              wall={wall}
              alarm={alarm()}
              note={sent.notes().get(alarm().id)}
              onIncident={mayOpen() && open(alarm().id) !== undefined ? () => void toIncident() : undefined}
              refused={opening()}
              onAcknowledge={may() && open(alarm().id) !== undefined ? acknowledge : undefined}
            />
          )}
        </Show>
        <Load wall={wall} raised={props.raised} />
        <Keys />
        <Provenance wall={wall} />
      </div>
      <Show when={wall.link().state === "lost"}>
        <div class="hatch" aria-hidden="true" />
        <LostBand
          link={wall.link()}
          nowMs={wall.now()}
          zone={wall.facts()?.city.zone ?? "UTC"}
          heard={wall.position() !== undefined}
        />
      </Show>
    </Scaled>
  );
};
