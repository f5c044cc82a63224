import type { AreaView, IndexView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import { ofKind } from "../observed";

/** An hour's index is stale when the hour began more than this long ago. */
const STALE_MS = 3 * 3_600_000;
const HOURS = 24;
const HOUR_MS = 3_600_000;

/** The air of a county in one line. */
export interface CountyAir {
  readonly area: AreaView;
  /** The worst station's index of the hour, and what goes with it. */
  readonly worst: IndexView | undefined;
  /** Start of the newest hour that a station reported. */
  readonly hourMs: number | undefined;
  readonly stale: boolean;
  readonly valid: number;
  readonly stations: number;
  /** The worst station of each of the last 24 hours. */
  readonly trend: readonly (number | null)[];
}

/** The air of one county at city time `nowMs`. */
export function countyAir(
  area: AreaView,
  things: ReadonlyMap<string, ThingView>,
  indices: ReadonlyMap<string, IndexView>,
  nowMs: number,
): CountyAir {
  const stations = ofKind("station", things).filter((thing) => thing.area === area.code);
  const heard = stations
    .map((thing) => indices.get(pairKey(thing.id, "aqi_hourly")))
    .filter((index) => index !== undefined);
  const hourMs = heard.length === 0 ? undefined : Math.max(...heard.map((index) => index.start_ms));
  const current = heard.filter((index) => index.start_ms === hourMs && index.value !== null);
  const worst = current.reduce<IndexView | undefined>(
    (best, index) => (best === undefined || (index.value ?? 0) > (best.value ?? 0) ? index : best),
    undefined,
  );
  return {
    area,
    worst,
    hourMs,
    stale: hourMs !== undefined && nowMs - hourMs > STALE_MS,
    valid: current.length,
    stations: stations.length,
    trend: hourMs === undefined ? [] : worstByHour(heard, hourMs),
  };
}

/** Lays the trends of stations over the same 24 hours and takes the worst of each hour. */
function worstByHour(heard: readonly IndexView[], lastHourMs: number): (number | null)[] {
  const worst: (number | null)[] = Array.from({ length: HOURS }, () => null);
  for (const index of heard) {
    const late = Math.round((lastHourMs - index.start_ms) / HOUR_MS);
    index.trend.forEach((value, place) => {
      const hour = HOURS - index.trend.length + place - late;
      if (value === null || hour < 0 || hour >= HOURS) return;
      worst[hour] = Math.max(worst[hour] ?? 0, value);
    });
  }
  return worst;
}
