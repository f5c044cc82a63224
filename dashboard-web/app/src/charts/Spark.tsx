import { type Component, createMemo, For, Show } from "solid-js";
import { sparkPath } from "./path";

/** A small line of the recent past, its last value a dot. */
export const Spark: Component<{
  values: readonly (number | null)[];
  width: number;
  height: number;
  label: string;
  floor?: number;
}> = (props) => {
  const PAD = 3;
  const drawing = createMemo(() => sparkPath(props.values, props.width - 2 * PAD, props.height - 2 * PAD, props.floor));
  return (
    <svg class="spark" width={props.width} height={props.height} role="img" aria-label={props.label}>
      <g transform={`translate(${PAD} ${PAD})`}>
        <path d={drawing().line} />
        <For each={drawing().dots}>{([x, y]) => <circle cx={x} cy={y} r="1.5" />}</For>
        <Show when={drawing().last}>{(last) => <circle cx={last()[0]} cy={last()[1]} r="3" />}</Show>
      </g>
    </svg>
  );
};
