import { type Component, Show } from "solid-js";
import { t } from "../lib/i18n";
import {
  CIRCLE_RADIUS,
  corners,
  EMPTY_COLOUR,
  LEVEL_COLOURS,
  NUMBER_PLACE,
  numberSize,
  numberSqueeze,
  toLevel,
} from "./signs";

/** The sign of a level, with the number of the alarm. */
export const Sign: Component<{
  level: number;
  size: number;
  number?: number;
  /** Returned to normal, not yet acknowledged. */
  hollow?: boolean;
  /** Nothing of this level: grey. */
  empty?: boolean;
}> = (props) => {
  const level = () => toLevel(props.level);
  const colour = () => (props.empty ? EMPTY_COLOUR : LEVEL_COLOURS[level() - 1]);
  const inset = () => (props.hollow ? 1.5 : 0);
  const points = () =>
    corners(level(), props.size, inset())
      .map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`)
      .join(" ");
  const paint = () =>
    props.hollow ? { fill: "none", stroke: colour(), "stroke-width": 3 } : { fill: colour(), stroke: "none" };
  const text = () => (props.number === undefined ? "" : String(props.number));
  const squeeze = () => numberSqueeze(level(), props.size, text());
  return (
    <svg
      class="sign"
      width={props.size}
      height={props.size}
      viewBox={`0 0 ${props.size} ${props.size}`}
      role="img"
      aria-label={`${t().levels[level() - 1]}${text() === "" ? "" : ` ${text()}`}`}
    >
      <Show
        when={level() !== 4}
        fallback={
          <circle cx={props.size / 2} cy={props.size / 2} r={props.size * CIRCLE_RADIUS - inset()} {...paint()} />
        }
      >
        <polygon points={points()} stroke-linejoin="round" {...paint()} />
      </Show>
      <Show when={text() !== ""}>
        <text
          transform={`translate(${props.size / 2} ${props.size * NUMBER_PLACE[level()].y}) scale(${squeeze()} 1)`}
          dy="0.36em"
          text-anchor="middle"
          font-size={String(numberSize(props.size))}
          font-weight="700"
          fill={props.hollow ? "#eceeef" : "#111"}
        >
          {text()}
        </text>
      </Show>
    </svg>
  );
};

/** What a sign says of an alarm. */
interface Signed {
  readonly level: number;
  readonly number: number;
  readonly ended_ms: number | null;
}

/** The sign of an alarm, hollow once what it tells of is over; nothing where there is none. */
export const AlarmSign: Component<{ alarm: Signed | undefined; size: number; empty?: boolean }> = (props) => (
  <Show when={props.alarm}>
    {(alarm) => (
      <Sign
        level={alarm().level}
        size={props.size}
        number={alarm().number}
        hollow={alarm().ended_ms !== null}
        empty={props.empty ?? false}
      />
    )}
  </Show>
);
