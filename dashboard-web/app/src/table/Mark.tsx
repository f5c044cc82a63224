import { type Component, Show } from "solid-js";
import type { Point } from "../map/project";

/** A sign on the map with its name, as long as it lies on it. */
export const Mark: Component<{
  at: Point;
  kind: "letter" | "group" | "unit";
  text: string;
  name: string;
  old?: boolean;
  width: number;
  height: number;
}> = (props) => (
  <Show when={props.at[0] > 0 && props.at[0] < props.width && props.at[1] > 0 && props.at[1] < props.height}>
    <div
      class={`mark ${props.kind}`}
      classList={{ old: props.old ?? false }}
      style={{ left: `${props.at[0]}px`, top: `${props.at[1]}px` }}
    >
      <b>{props.text}</b>
      <Show when={props.name !== ""}>
        <span>{props.name}</span>
      </Show>
    </div>
  </Show>
);
