import type { AlarmView, ThingView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { type Reading, readings, value, worstOf } from "../reading";

/** A gauge with its limits. */
export interface Gauge {
  readonly reading: Reading;
  readonly warning: number | undefined;
  readonly guaranteed: number | undefined;
  /** Metres above the warning stage; negative below; `undefined` when stale or without a limit. */
  readonly over: number | undefined;
  readonly alarm: AlarmView | undefined;
}

/** Names under which a pack may give the warning and the guaranteed stage. */
const limit = (thing: ThingView, name: "warning" | "guaranteed"): number | undefined => thing.limits?.[name];

/** The gauges of a wall. */
export function gauges(wall: Wall): Gauge[] {
  const worst = worstOf(wall.alarms().values());
  return readings(wall, "stage").map((reading) => {
    const { thing } = reading;
    const [warning, now] = [limit(thing, "warning"), value(reading)];
    const over = warning === undefined || now === undefined ? undefined : now - warning;
    return { reading, warning, guaranteed: limit(thing, "guaranteed"), over, alarm: worst.get(thing.id) };
  });
}

/** How much a gauge presses for a row: open alarms, then the nearest to its warning stage, then what says nothing. */
function pressing(a: Gauge, b: Gauge): number {
  const alarm = Number(b.alarm !== undefined) - Number(a.alarm !== undefined);
  return alarm || (b.over ?? Number.NEGATIVE_INFINITY) - (a.over ?? Number.NEGATIVE_INFINITY) || 0;
}

/** The gauges that get a row, always in the order of their ids so that a row keeps its place, and the others. */
export function chosen(list: readonly Gauge[], rowsMax: number): { shown: Gauge[]; others: Gauge[] } {
  const sorted = [...list].sort((a, b) => {
    const by = pressing(a, b);
    return Number.isNaN(by) || by === 0 ? (a.reading.thing.id < b.reading.thing.id ? -1 : 1) : by;
  });
  const byId = (a: Gauge, b: Gauge) => (a.reading.thing.id < b.reading.thing.id ? -1 : 1);
  return { shown: sorted.slice(0, rowsMax).sort(byId), others: sorted.slice(rowsMax) };
}

/** Where the warning stage and the guaranteed stage stand on every bar: the lines of all rows are one. */
export const WARNING_AT = 0.56;
export const GUARANTEED_AT = 0.84;
/** Metres between the two where a gauge has no guaranteed stage. */
const USUAL_METRES = 2;

/** The share of the bar that a stage fills. */
export function stageShare(stage: number, warning: number, guaranteed: number | undefined): number {
  const metres = Math.max(0.1, (guaranteed ?? warning + USUAL_METRES) - warning);
  return Math.min(1, Math.max(0, WARNING_AT + ((stage - warning) / metres) * (GUARANTEED_AT - WARNING_AT)));
}
