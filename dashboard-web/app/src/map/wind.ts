import { freshness } from "../feed/fresh";
import type { ThingView } from "../feed/messages";
import { pairKey } from "../feed/scene";
import type { Live } from "./drawing";
import { metresBetween, type Place } from "./project";

/** The wind as the nearest station measures it. */
export interface Wind {
  /** Where it blows from, degrees clockwise from north. */
  readonly from: number;
  /** In the unit of its property. */
  readonly speed: number | undefined;
}

/** The fresh wind nearest to a place. */
export function windNear(place: Place, live: Live): Wind | undefined {
  let best: { wind: Wind; metres: number } | undefined;
  for (const thing of live.things.values()) {
    const from = fresh(live, thing, "wind_direction");
    if (thing.place === null || from === undefined) continue;
    const metres = metresBetween(place, thing.place);
    if (best === undefined || metres < best.metres)
      best = { metres, wind: { from: Math.round(from), speed: fresh(live, thing, "wind_speed") } };
  }
  return best?.wind;
}

function fresh(live: Live, thing: ThingView, property: string): number | undefined {
  const last = live.latest.get(pairKey(thing.id, property));
  const known = live.facts.properties.get(property);
  return freshness(last, thing, known, live.nowMs) === "fresh" ? last?.value : undefined;
}
