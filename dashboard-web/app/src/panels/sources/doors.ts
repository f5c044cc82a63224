import { periodSecs } from "../../feed/fresh";
import type { PropertyView, SourceView, ThingView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { spoken } from "../../lib/i18n";
import { fixed } from "../../lib/number";

/** A door may be silent for this many periods of the quickest datastream… */
const SILENT_PERIODS = 3;
/** …but at least this long. */
const SILENT_SECS_MIN = 60;

/** How long a door may be silent before it counts as offline, in city time. */
export function silenceMsMax(things: Iterable<ThingView>, properties: ReadonlyMap<string, PropertyView>): number {
  let quickest = Number.POSITIVE_INFINITY;
  for (const thing of things)
    for (const id of thing.properties) quickest = Math.min(quickest, periodSecs(thing, properties.get(id)));
  return Math.max(SILENT_SECS_MIN, Number.isFinite(quickest) ? SILENT_PERIODS * quickest : 0) * 1_000;
}

/** Whether something came through a door of late. */
export function online(source: SourceView, wall: Wall): boolean {
  const silentMs = wall.now() - source.last_received_ms;
  if (source.readings + source.rejects === 0) return false;
  // Only a door that has been silent for a while is worth a look at everything that speaks.
  if (silentMs <= SILENT_SECS_MIN * 1_000) return true;
  return silentMs <= silenceMsMax(wall.things().values(), wall.facts()?.properties ?? new Map());
}

/** A delay: tenths of a second while it is short. */
export function delayed(ms: number): string {
  if (ms < 60_000) return `${fixed(Math.max(0, ms) / 1_000, 1)} s`;
  return spoken(ms);
}
