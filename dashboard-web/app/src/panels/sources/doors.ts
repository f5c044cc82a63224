import type { SourceView } from "../../feed/messages";
import type { Facts } from "../../feed/scene";

/** A door may be silent for this many periods of the fastest property… */
const SILENT_PERIODS = 3;
/** …but at least this long. */
const SILENT_SECS_MIN = 60;

/** How long a door may be silent before it counts as offline, in city time. */
export function silenceMsMax(facts: Facts | undefined): number {
  const periods = [...(facts?.properties.values() ?? [])].map((property) => property.period_secs);
  const fastest = periods.length === 0 ? 0 : Math.min(...periods);
  return Math.max(SILENT_SECS_MIN, SILENT_PERIODS * fastest) * 1_000;
}

/** Whether something came through a door of late. */
export function online(source: SourceView, facts: Facts | undefined, nowMs: number): boolean {
  return source.readings + source.rejects > 0 && nowMs - source.last_received_ms <= silenceMsMax(facts);
}
