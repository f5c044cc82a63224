/** A value at a time; `null` in a gap. */
export interface Dated {
  readonly ms: number;
  readonly value: number | null;
}

/** Where times and values lie in a box. */
export interface Scales {
  readonly x: (ms: number) => number;
  readonly y: (value: number) => number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Round values and times for the axes. */
  readonly values: readonly number[];
  readonly times: readonly number[];
}

const MINUTE_MS = 60_000;
const TIME_STEPS = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440].map((minutes) => minutes * MINUTE_MS);
const TIMES_MAX = 7;
const VALUES_MAX = 5;

/** The round step that gives at most `most` lines over a reach. */
export function roundStep(reach: number, most: number): number {
  const power = 10 ** Math.floor(Math.log10(reach / most));
  return [1, 2, 5, 10].map((part) => part * power).find((step) => reach / step <= most) ?? 10 * power;
}

/** Scales that hold all points and all lines, with some air above and below. */
export function scales(points: readonly Dated[], lines: readonly number[], width: number, height: number): Scales {
  const known = [...points.flatMap(({ value }) => (value === null ? [] : [value])), ...lines];
  const [least, most] = known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
  const air = Math.max((most - least) * 0.12, Math.abs(most) * 0.002, 1e-6);
  const low = least >= 0 && least - air < 0 ? 0 : least - air;
  const high = most + air;
  const fromMs = points[0]?.ms ?? 0;
  const toMs = Math.max(points[points.length - 1]?.ms ?? 1, fromMs + MINUTE_MS);
  const step = roundStep(high - low, VALUES_MAX);
  const values: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high; at += 1) values.push(Number((at * step).toPrecision(12)));
  const timeStep =
    TIME_STEPS.find((each) => (toMs - fromMs) / each <= TIMES_MAX) ?? TIME_STEPS[TIME_STEPS.length - 1] ?? 1;
  const times: number[] = [];
  for (let at = Math.ceil(fromMs / timeStep) * timeStep; at <= toMs; at += timeStep) times.push(at);
  return {
    x: (ms) => ((ms - fromMs) / (toMs - fromMs)) * width,
    y: (value) => height - ((value - low) / (high - low)) * height,
    fromMs,
    toMs,
    values,
    times,
  };
}

/** The line through the points, broken at gaps. */
export function linePath(points: readonly Dated[], { x, y }: Pick<Scales, "x" | "y">): string {
  let open = false;
  return points
    .map(({ ms, value }) => {
      if (value === null) {
        open = false;
        return "";
      }
      const piece = `${open ? "L" : "M"}${x(ms).toFixed(1)} ${y(value).toFixed(1)}`;
      open = true;
      return piece;
    })
    .join("");
}
