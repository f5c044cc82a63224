import { freshness } from "../../feed/fresh";
import type { LatestView, PropertyView, ThingView, TrendView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import { median } from "../../lib/number";

const POINTS = 60;

/** A station's window that late data corrected. */
export interface Corrected {
  /** Which point of the trend. */
  readonly place: number;
  readonly thing: string;
  readonly start_ms: number;
  /** The mean before, where there was one, and after. */
  readonly before: number | null;
  readonly after: number;
}

/** One pollutant over the whole city. */
export interface PollutantSummary {
  readonly property: PropertyView;
  readonly median: number | undefined;
  readonly highest: { readonly value: number; readonly thing: ThingView } | undefined;
  readonly fresh: number;
  readonly stations: number;
  /** Mean over the stations, for each of the last windows. */
  readonly trend: readonly (number | null)[];
  /** Windows of the trend in which late data corrected a station. */
  readonly corrections: readonly Corrected[];
  /** How long the trend reaches back. */
  readonly trendMs: number | undefined;
}

/** Sums a pollutant up from what is fresh at city time `nowMs`; what is stale or out of range counts as missing. */
export function summary(
  property: PropertyView,
  things: readonly ThingView[],
  latest: ReadonlyMap<string, LatestView>,
  trends: ReadonlyMap<string, TrendView>,
  nowMs: number,
): PollutantSummary {
  const stations = things.filter((thing) => thing.properties.includes(property.id));
  const values: number[] = [];
  let highest: PollutantSummary["highest"];
  for (const thing of stations) {
    const last = latest.get(pairKey(thing.id, property.id));
    if (last === undefined || freshness(last, thing, property, nowMs) !== "fresh") continue;
    values.push(last.value);
    if (highest === undefined || last.value > highest.value) highest = { value: last.value, thing };
  }
  const lines = stations
    .map((thing) => trends.get(pairKey(thing.id, property.id)))
    .filter((line) => line !== undefined);
  return {
    property,
    median: median(values),
    highest,
    fresh: values.length,
    stations: stations.length,
    trend: meanByWindow(lines),
    corrections: corrections(lines),
    trendMs: lines[0] === undefined ? undefined : lines[0].step_secs * 1_000 * POINTS,
  };
}

/** The unit that most of them have: it stands in the heading, once. */
export function commonUnit(properties: readonly PropertyView[]): string {
  const counts = new Map<string, number>();
  for (const { unit } of properties) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most === undefined || (most[1] === 1 && properties.length > 1) ? "" : most[0];
}

/**
 * Lays trends over the same windows, the newest last, and takes the mean of each. A window that fewer than half of the stations have
 * reached is left out: the mean of the first few would look like a jump of the whole city.
 */
export function meanByWindow(lines: readonly TrendView[]): (number | null)[] {
  const first = lines[0];
  if (first === undefined) return [];
  const stepMs = first.step_secs * 1_000;
  const lastMs = Math.max(...lines.map((line) => line.last_ms));
  const sums = Array.from({ length: POINTS }, () => ({ sum: 0, count: 0 }));
  for (const line of lines) {
    if (line.step_secs !== first.step_secs) continue;
    const late = Math.round((lastMs - line.last_ms) / stepMs);
    line.means.forEach((mean, place) => {
      const window = sums[POINTS - line.means.length + place - late];
      if (mean === null || window === undefined) return;
      window.sum += mean;
      window.count += 1;
    });
  }
  const most = Math.max(...sums.map(({ count }) => count));
  return sums.map(({ sum, count }) => (count === 0 || count * 2 < most ? null : sum / count));
}

/** What late data corrected in these trends, by the place of the window in what `meanByWindow` lays out. */
export function corrections(lines: readonly TrendView[]): Corrected[] {
  const lastMs = Math.max(...lines.map((line) => line.last_ms));
  return lines.flatMap((line) =>
    line.corrected.flatMap(({ start_ms, before }) => {
      const stepMs = line.step_secs * 1_000;
      const back = Math.round((line.last_ms - start_ms) / stepMs);
      const after = line.means[line.means.length - 1 - back];
      const place = POINTS - 1 - Math.round((lastMs - start_ms) / stepMs);
      if (after === null || after === undefined || place < 0) return [];
      return [{ place, thing: line.thing, start_ms, before, after }];
    }),
  );
}
