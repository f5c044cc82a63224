import { type Component, createEffect, createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { DutyPage } from "./duty/DutyPage";
import type { Acknowledge } from "./feed/acknowledge";
import type { Command } from "./feed/command";
import type { Duty } from "./feed/duty";
import type { Own } from "./feed/presence";
import type { Roads } from "./feed/roads";
import type { Wall } from "./feed/store";
import type { PanelProps } from "./panels/panel";
import { Provenance } from "./panels/provenance/Provenance";
import { Slot } from "./panels/Slot";
import { columnsOf, offered, placed, SCENES, scene, showScene } from "./panels/scenes";
import { shownWar } from "./posture/posture";
import { PostureSwitch } from "./posture/Switch";
import { plainKey } from "./ui/keys";
import { LostBand } from "./ui/LostBand";
import { Scaled } from "./ui/Scaled";
import { followWindow } from "./ui/stage";

/** The wall: one stage of fixed size, scaled as a whole and centred. */
export const WallScreen: Component<{
  wall: Wall;
  acknowledge: Acknowledge;
  command: Command;
  own: Own;
  duty: Duty | undefined;
  roads: Roads;
}> = (props) => {
  const facts = () => props.wall.facts();
  const told = () => props.wall.link().state === "lost";
  const [opened, open] = createSignal<string>();
  const [atDuty, goToDuty] = createSignal(false);
  // A page for a desk: a wall only says who is on duty.
  const mayDuty = () => props.duty !== undefined && props.own.session()?.device === false;
  let went = false;
  const columns = createMemo(() => columnsOf(props.wall.things().values()), undefined, {
    equals: (a, b) => [...a].sort().join() === [...b].sort().join(),
  });
  const layout = createMemo(() => placed(scene(), columns()));
  const war = createMemo(() => shownWar(props.wall.incidents().values(), props.own.session())?.id);
  const given = (): PanelProps => ({
    wall: props.wall,
    acknowledge: props.acknowledge,
    command: props.command,
    own: props.own,
    duty: props.duty,
    roads: props.roads,
    onDuty: () => goToDuty(mayDuty()),
    onOpen: (alarm) => open(alarm === "" ? undefined : alarm),
    get opened() {
      return opened();
    },
  });
  const shared = given();
  const press = (event: KeyboardEvent) => {
    if (!plainKey(event) || event.defaultPrevented) return;
    const goes = went && event.key === "d" && mayDuty();
    went = event.key === "g";
    if (goes) {
      goToDuty(true);
      event.preventDefault();
      return;
    }
    if (atDuty()) return;
    const asked = /^[0-9]$/.test(event.key) ? SCENES[Number(event.key)] : undefined;
    if (asked !== undefined && war() === undefined && offered(asked, columns())) showScene(asked.id);
    else if (event.key === "Escape" && opened() !== undefined && !event.defaultPrevented) open(undefined);
    else return;
    event.preventDefault();
  };
  onMount(() => {
    onCleanup(followWindow());
    document.addEventListener("keydown", press);
    onCleanup(() => document.removeEventListener("keydown", press));
  });

  createEffect(() => {
    document.documentElement.dataset.scene = war() === undefined ? scene().id : "war";
  });
  onCleanup(() => delete document.documentElement.dataset.scene);

  return (
    <Scaled classes={{ lost: told(), waiting: facts() === undefined }}>
      <div class="screen" inert={atDuty()}>
        <Show when={war() === undefined} fallback={<War {...shared} />}>
          <Slot id="header" {...shared} />
          <main>
            <Slot id="alarms" {...shared} />
            <Slot id="map" {...shared} />
            <div class="right">
              <For each={layout().right}>{(id) => <Slot id={id} {...shared} />}</For>
            </div>
          </main>
          <footer>
            <Slot id="matrix" {...shared} />
            <Slot id={layout().foot} {...shared} />
            <Slot id="sources" {...shared} />
          </footer>
        </Show>
        <Show when={war() === undefined}>
          <PostureSwitch wall={props.wall} command={props.command} own={props.own} bare />
        </Show>
        <Show when={opened() !== undefined}>
          <div class="detail-place">
            <Slot id="detail" {...shared} />
          </div>
        </Show>
        <Provenance wall={props.wall} />
      </div>
      <Show when={atDuty() && props.duty}>
        {(duty) => <DutyPage wall={props.wall} own={props.own} duty={duty()} onClose={() => goToDuty(false)} />}
      </Show>
      <Show when={told()}>
        <div class="hatch" aria-hidden="true" />
        <LostBand
          link={props.wall.link()}
          nowMs={props.wall.now()}
          zone={facts()?.city.zone ?? "UTC"}
          heard={props.wall.position() !== undefined}
        />
      </Show>
    </Scaled>
  );
};

/** The wall at war: every panel has its place, and none of peace is left. */
const War: Component<PanelProps> = (props) => (
  <>
    <Slot id="war-header" {...props} />
    <main class="war-main">
      <Slot id="war-tasks" {...props} />
      <Slot id="war-map" {...props} />
      <div class="war-right">
        <Slot id="war-places" {...props} />
        <Slot id="war-sensors" {...props} />
      </div>
    </main>
    <footer class="war-foot">
      <Slot id="war-reports" {...props} />
      <Slot id="war-items" {...props} />
      <Slot id="war-roles" {...props} />
    </footer>
    <Slot id="war-fold" {...props} />
  </>
);
