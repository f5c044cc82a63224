import type { Dated } from "../../charts/curve";
import type { AlarmView, TrendView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import type { Wall } from "../../feed/store";

/** The readings round an alarm: the windows of its datastream, and the last value when it is newer. */
export function points(wall: Wall, alarm: AlarmView): Dated[] {
  const key = pairKey(alarm.thing, alarm.property);
  const trend = wall.trends().get(key);
  const list = trend === undefined ? indexPoints(wall, key) : windows(trend);
  const last = wall.latest().get(key);
  const end = list[list.length - 1]?.ms ?? Number.NEGATIVE_INFINITY;
  if (last !== undefined && last.at_ms > end) list.push({ ms: last.at_ms, value: last.value });
  return list;
}

function windows({ last_ms, step_secs, means }: TrendView): Dated[] {
  return means.map((value, place) => ({ ms: last_ms - (means.length - 1 - place) * step_secs * 1_000, value }));
}

function indexPoints(wall: Wall, key: string): Dated[] {
  const index = wall.indices().get(key);
  if (index === undefined) return [];
  const hours = index.trend.length;
  return index.trend.map((value, place) => ({ ms: index.start_ms - (hours - 1 - place) * 3_600_000, value }));
}

/** How many of the last windows are there. */
export function completeness(
  trend: TrendView | undefined,
): { present: number; all: number; stepMs: number } | undefined {
  if (trend === undefined) return undefined;
  const present = trend.means.filter((mean) => mean !== null).length;
  return { present, all: trend.means.length, stepMs: trend.step_secs * 1_000 };
}

/** A change that late data made. */
export interface Change {
  readonly what: "began" | "ended" | "extreme" | "window";
  readonly atMs: number | undefined;
  readonly before: number | null;
  readonly after: number | null;
}

/** Everything that late data changed in an alarm and in the windows of its datastream. */
export function changes(wall: Wall, alarm: AlarmView): Change[] {
  const list: Change[] = [];
  const { before } = alarm;
  if (before !== null) {
    if (before.started_ms !== alarm.started_ms)
      list.push({ what: "began", atMs: undefined, before: before.started_ms, after: alarm.started_ms });
    if (before.ended_ms !== alarm.ended_ms)
      list.push({ what: "ended", atMs: undefined, before: before.ended_ms, after: alarm.ended_ms });
    if (before.extreme !== alarm.extreme)
      list.push({ what: "extreme", atMs: undefined, before: before.extreme, after: alarm.extreme });
  }
  const trend = wall.trends().get(pairKey(alarm.thing, alarm.property));
  for (const { start_ms, before: mean } of trend?.corrected ?? []) {
    const place =
      (trend?.means.length ?? 0) -
      1 -
      Math.round(((trend?.last_ms ?? 0) - start_ms) / ((trend?.step_secs ?? 60) * 1_000));
    list.push({ what: "window", atMs: start_ms, before: mean, after: trend?.means[place] ?? null });
  }
  return list;
}
