import { type Component, createMemo, For, Show } from "solid-js";
import { sparkPath } from "./path";

/** A value of the line that was corrected: its place, and what to say of it. */
export interface Corrected {
  readonly place: number;
  readonly text: string;
}

/** A small line of the recent past, its last value a dot; corrected values are ringed. */
export const Spark: Component<{
  values: readonly (number | null)[];
  width: number;
  height: number;
  label: string;
  floor?: number;
  corrected?: readonly Corrected[];
}> = (props) => {
  const PAD = 3;
  const drawing = createMemo(() => sparkPath(props.values, props.width - 2 * PAD, props.height - 2 * PAD, props.floor));
  const corrected = () => props.corrected ?? [];
  const label = () => [props.label, ...corrected().map(({ text }) => text)].join("; ");
  return (
    <svg
      class="spark"
      width={props.width}
      height={props.height}
      role="img"
      aria-label={label()}
      data-corrected={corrected().length || undefined}
    >
      <Show when={corrected().length > 0}>
        <title>{label()}</title>
      </Show>
      <g transform={`translate(${PAD} ${PAD})`}>
        <path d={drawing().line} />
        <For each={drawing().dots}>{([x, y]) => <circle cx={x} cy={y} r="1.5" />}</For>
        <For each={corrected()}>
          {({ place }) => (
            <Show when={drawing().points[place]}>
              {(point) => <circle class="ring" cx={point()[0]} cy={point()[1]} r="3" />}
            </Show>
          )}
        </For>
        <Show when={drawing().last}>{(last) => <circle cx={last()[0]} cy={last()[1]} r="3" />}</Show>
      </g>
    </svg>
  );
};
