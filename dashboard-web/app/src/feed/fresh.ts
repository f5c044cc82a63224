import type { LatestView, PropertyView, ThingView } from "./messages";

/** An observation older than this many periods is stale. */
export const STALE_PERIODS = 3;

/** How a datastream stands: heard in time, heard with a value that cannot be, heard long ago, never heard. */
export type Freshness = "fresh" | "invalid" | "stale" | "never";

/** Seconds that one observation of this datastream stands for: the thing's own word, else the property's. */
export function periodSecs(thing: ThingView, property: PropertyView | undefined): number {
  return thing.period_secs ?? property?.period_secs ?? 60;
}

/** How a datastream stands at city time `nowMs`. */
export function freshness(
  latest: LatestView | undefined,
  thing: ThingView,
  property: PropertyView | undefined,
  nowMs: number,
): Freshness {
  if (latest === undefined) return "never";
  if (nowMs - latest.at_ms > STALE_PERIODS * periodSecs(thing, property) * 1_000) return "stale";
  return latest.out_of_range ? "invalid" : "fresh";
}
