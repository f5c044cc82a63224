import { type Component, For } from "solid-js";

/** A mark across a bar; `strong` ones decide, the others only measure. */
export interface Tick {
  readonly at: number;
  readonly strong: boolean;
  /** Drawn as a broken line. */
  readonly dashed?: boolean;
}

/** A bullet bar: filled to a share, with marks at shares. */
export const Bar: Component<{
  share: number;
  ticks: readonly Tick[];
  width: number;
  label: string;
  stale?: boolean;
  colour?: string | undefined;
}> = (props) => (
  <svg
    class="bar"
    classList={{ stale: props.stale ?? false }}
    width={props.width}
    height="24"
    role="img"
    aria-label={props.label}
  >
    <rect class="track" x="0" y="6" width={props.width} height="12" />
    <rect
      class="fill"
      x="0"
      y="6"
      width={Math.max(0, Math.min(1, props.share)) * props.width}
      height="12"
      style={props.colour === undefined ? {} : { fill: props.colour }}
    />
    <For each={props.ticks}>
      {(tick) => (
        <line
          class={tick.strong ? "strong" : "weak"}
          stroke-dasharray={tick.dashed ? "5 3.5" : undefined}
          x1={tick.at * props.width}
          x2={tick.at * props.width}
          y1={tick.strong ? 1 : 4}
          y2={tick.strong ? 23 : 20}
        />
      )}
    </For>
  </svg>
);
