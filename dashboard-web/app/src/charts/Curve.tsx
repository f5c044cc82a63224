import { type Component, createMemo, For, Show } from "solid-js";
import { type Dated, linePath, scales } from "./curve";

/** A line across a curve: `solid` ones raise, the others measure. */
export interface Level {
  readonly value: number;
  readonly text: string;
  readonly solid: boolean;
}

const LEFT = 78;
const RIGHT = 18;
const TOP = 12;
const BOTTOM = 30;

/** Readings over time, with levels and the stretch that matters. */
export const Curve: Component<{
  points: readonly Dated[];
  levels: readonly Level[];
  /** The stretch that is shaded. */
  stretch: readonly [fromMs: number, toMs: number] | undefined;
  width: number;
  height: number;
  label: string;
  /** Colour of the last point: that of a level, or none. */
  colour: string | undefined;
  value: (value: number) => string;
  clock: (ms: number) => string;
}> = (props) => {
  const inner = () => ({ width: props.width - LEFT - RIGHT, height: props.height - TOP - BOTTOM });
  const drawn = createMemo(() =>
    scales(
      props.points,
      props.levels.map(({ value }) => value),
      inner().width,
      inner().height,
    ),
  );
  const last = () => [...props.points].reverse().find(({ value }) => value !== null);
  const stretch = () => {
    const given = props.stretch;
    if (given === undefined) return undefined;
    const clamp = (ms: number) => Math.min(inner().width, Math.max(0, drawn().x(ms)));
    const [from, to] = [clamp(given[0]), clamp(given[1])];
    return to - from < 2 ? { from: Math.max(0, to - 2), width: 2 } : { from, width: to - from };
  };
  return (
    <svg class="curve" width={props.width} height={props.height} role="img" aria-label={props.label}>
      <g transform={`translate(${LEFT} ${TOP})`}>
        <rect class="ground" width={inner().width} height={inner().height} />
        <Show when={stretch()}>
          {(known) => <rect class="stretch" x={known().from} width={known().width} height={inner().height} />}
        </Show>
        <For each={drawn().values}>
          {(value) => (
            <g transform={`translate(0 ${drawn().y(value)})`}>
              <line class="grid" x2={inner().width} />
              <text x="-10" dy="6" text-anchor="end">
                {props.value(value)}
              </text>
            </g>
          )}
        </For>
        <For each={drawn().times}>
          {(ms) => (
            <text
              x={Math.min(inner().width - 22, Math.max(22, drawn().x(ms)))}
              y={inner().height + 24}
              text-anchor="middle"
            >
              {props.clock(ms)}
            </text>
          )}
        </For>
        <path d={linePath(props.points, drawn())} />
        <For each={props.levels}>
          {(level) => (
            <g transform={`translate(0 ${drawn().y(level.value)})`}>
              <line class="level" classList={{ dashed: !level.solid }} x2={inner().width} />
              <text
                class="level"
                x={level.solid ? 8 : inner().width - 8}
                dy="-7"
                text-anchor={level.solid ? "start" : "end"}
              >
                {level.text}
              </text>
            </g>
          )}
        </For>
        <Show when={last()}>
          {(point) => (
            <circle
              cx={drawn().x(point().ms)}
              cy={drawn().y(point().value ?? 0)}
              r="5"
              style={props.colour === undefined ? {} : { fill: props.colour }}
            />
          )}
        </Show>
      </g>
    </svg>
  );
};
