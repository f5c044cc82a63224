import { type Component, For } from "solid-js";
import { t } from "../lib/i18n";

/** Moves the map: for who does not drag it. */
export const Steer: Component<{ onMove: (zoom: number, east: number, north: number) => void; onHome: () => void }> = (
  props,
) => (
  <div class="steer">
    <For
      each={
        [
          ["+", t().tableMap.nearer, 1, 0, 0],
          ["−", t().tableMap.farther, -1, 0, 0],
          ["↑", t().tableMap.up, 0, 0, 0.3],
          ["↓", t().tableMap.down, 0, 0, -0.3],
          ["←", t().tableMap.left, 0, -0.3, 0],
          ["→", t().tableMap.right, 0, 0.3, 0],
        ] as const
      }
    >
      {([sign, name, zoom, east, north]) => (
        <button type="button" aria-label={name} onClick={() => props.onMove(zoom, east, north)}>
          {sign}
        </button>
      )}
    </For>
    <button type="button" aria-label={t().tableMap.home} onClick={() => props.onHome()}>
      ⌂
    </button>
  </div>
);
