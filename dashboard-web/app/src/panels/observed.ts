import type { PropertyView, ThingView } from "../feed/messages";
import type { Facts } from "../feed/scene";
import { WEATHER } from "../lib/domains";

/** The order of the national report; other properties follow by id. */
const REPORT_ORDER = ["pm25", "pm10", "so2", "no2", "co", "o3"];
function rank(id: string): number {
  const place = REPORT_ORDER.indexOf(id);
  return place < 0 ? REPORT_ORDER.length : place;
}

/** The properties that things of a kind observe, in the order of the screens. The weather at any thing is of the kind `weather`. */
export function observedBy(kind: string, things: Iterable<ThingView>, facts: Facts): PropertyView[] {
  const ids = new Set<string>();
  for (const thing of things)
    for (const id of thing.properties) if ((WEATHER.has(id) ? "weather" : thing.kind) === kind) ids.add(id);
  const known = [...ids].map((id) => facts.properties.get(id)).filter((property) => property !== undefined);
  return known.sort((a, b) => rank(a.id) - rank(b.id) || (a.id < b.id ? -1 : 1));
}

/** What these things observe, in the order of the screens; with or without the weather. */
export function inOrder(things: readonly ThingView[], withoutWeather: boolean, facts: Facts): PropertyView[] {
  const ids = new Set(things.flatMap(({ properties }) => properties));
  const known = [...ids].filter((id) => !(withoutWeather && WEATHER.has(id))).map((id) => facts.properties.get(id));
  return known
    .filter((property) => property !== undefined)
    .sort((a, b) => rank(a.id) - rank(b.id) || (a.id < b.id ? -1 : 1));
}

/** Things of a kind, by id. */
export function ofKind(kind: string, things: ReadonlyMap<string, ThingView>): ThingView[] {
  return [...things.values()].filter((thing) => thing.kind === kind).sort((a, b) => (a.id < b.id ? -1 : 1));
}
