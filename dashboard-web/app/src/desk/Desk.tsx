import "./desk.css";
import "./shelf.css";
import {
  type Component,
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
import type { Command } from "../feed/command";
import type { AlarmView } from "../feed/messages";
import type { Own } from "../feed/presence";
import type { Raised } from "../feed/raised";
import type { Quieting } from "../feed/shelving";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { createAcknowledging } from "../panels/alarms/acknowledging";
import { waits } from "../panels/alarms/order";
import { Provenance } from "../panels/provenance/Provenance";
import { plainKey } from "../ui/keys";
import { LostBand } from "../ui/LostBand";
import { Scaled } from "../ui/Scaled";
import { followWindow } from "../ui/stage";
import { createAsking } from "./asking";
import type { Filter } from "./board";
import { Evidence } from "./Evidence";
import { told } from "./found";
import { DeskHeader } from "./Header";
import { createOpening } from "./incident";
import { Keys } from "./Keys";
import { List } from "./List";
import { Load } from "./Load";
import { mayQuiet, QuietPart } from "./Quieting";
import { createBoard } from "./turning";

/** The page of a seat: every alarm that is open, the evidence of one, and the keys to decide by. */
export const DeskScreen: Component<{
  wall: Wall;
  acknowledge: Acknowledge;
  /** The alarms raised since a city time. */
  raised: (sinceMs: number) => Promise<readonly Raised[] | undefined>;
  command: Command;
  quieting: Quieting;
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
  const turned = createBoard(wall, filter);
  const board = untrack(turned);
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
  const opening = createOpening(wall, props.command);
  const toIncident = () => {
    const alarm = known();
    if (alarm !== undefined && open(alarm.id) !== undefined && mayOpen()) void opening.from(alarm);
  };
  createEffect(on(selected, () => opening.refuse(undefined), { defer: true }));
  const asking = createAsking(wall, props.quieting);
  const markable = () => (mayQuiet(props.own).shelve ? known() : undefined);
  const shelvable = () => {
    const alarm = markable();
    return alarm?.quiet === "out_of_service" ? undefined : open(alarm?.id ?? "");
  };
  const shelve = () => {
    const alarm = shelvable();
    if (alarm !== undefined) asking.shelve(alarm);
  };
  const mark = () => {
    const alarm = markable();
    if (alarm !== undefined) asking.mark(alarm);
  };
  const onButton = (event: KeyboardEvent) => event.target instanceof HTMLButtonElement;
  const press = (event: KeyboardEvent) => {
    if (asking.asked() !== undefined) {
      if (event.key !== "Escape") return;
      asking.close();
    } else if (event.key === "Escape" && !event.defaultPrevented) {
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
    else if (event.key === "t" || event.key === "T") toIncident();
    else if (event.key === "s" || event.key === "S") shelve();
    else if (event.key === "f" || event.key === "F") mark();
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
              onIncident={mayOpen() && open(alarm().id) !== undefined ? toIncident : undefined}
              onShelve={shelvable() === undefined ? undefined : shelve}
              onFalse={markable() === undefined ? undefined : mark}
              refused={opening.refused()}
              onAcknowledge={may() && open(alarm().id) !== undefined ? acknowledge : undefined}
            />
          )}
        </Show>
        <Load wall={wall} raised={props.raised} />
        <QuietPart
          wall={wall}
          own={props.own}
          quieting={props.quieting}
          asking={asking}
          onRefused={opening.refuse}
          onSelect={select}
        />
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
