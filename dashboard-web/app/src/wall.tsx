import { type Component, createEffect, onCleanup, onMount, Show } from "solid-js";
import type { Acknowledge } from "./feed/acknowledge";
import type { Wall } from "./feed/store";
import { lang, say, t } from "./lib/i18n";
import { Slot } from "./panels/Slot";
import { LostBand } from "./ui/LostBand";
import { DESIGN, followWindow, margins, scale } from "./ui/stage";

/** The wall: one stage of fixed size, scaled as a whole and centred. */
export const WallScreen: Component<{ wall: Wall; acknowledge: Acknowledge }> = (props) => {
  const facts = () => props.wall.facts();
  const lost = () => props.wall.link().state !== "live";
  const told = () => props.wall.link().state === "lost";
  onMount(() => onCleanup(followWindow()));

  createEffect(() => {
    const root = document.documentElement;
    root.lang = lang() === "zh" ? "zh-CN" : "en";
    root.dataset.link = lost() ? "lost" : "live";
    root.dataset.position = String(props.wall.position() ?? "");
    root.dataset.nowMs = String(props.wall.now());
    const city = facts()?.city;
    if (city !== undefined) document.title = t().centre(say(city.name));
  });

  return (
    <div
      class="stage"
      classList={{ lost: told(), waiting: facts() === undefined }}
      style={{
        width: `${DESIGN.width}px`,
        height: `${DESIGN.height}px`,
        left: `${margins().left}px`,
        top: `${margins().top}px`,
        transform: `scale(${scale()})`,
      }}
    >
      <div class="screen">
        <Slot id="header" wall={props.wall} acknowledge={props.acknowledge} />
        <main>
          <Slot id="alarms" wall={props.wall} acknowledge={props.acknowledge} />
          <Slot id="map" wall={props.wall} acknowledge={props.acknowledge} />
          <div class="right">
            <Slot id="air" wall={props.wall} acknowledge={props.acknowledge} />
            <Slot id="pollutants" wall={props.wall} acknowledge={props.acknowledge} />
          </div>
        </main>
        <footer>
          <Slot id="matrix" wall={props.wall} acknowledge={props.acknowledge} />
          <Slot id="gas" wall={props.wall} acknowledge={props.acknowledge} />
          <Slot id="sources" wall={props.wall} acknowledge={props.acknowledge} />
        </footer>
      </div>
      <Show when={told()}>
        <div class="hatch" aria-hidden="true" />
        <LostBand
          link={props.wall.link()}
          nowMs={props.wall.now()}
          zone={facts()?.city.zone ?? "UTC"}
          heard={props.wall.position() !== undefined}
        />
      </Show>
    </div>
  );
};
