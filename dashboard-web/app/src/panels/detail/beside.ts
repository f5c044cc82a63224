import type { AlarmView, ThingView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { columnOfThing } from "../../lib/domains";
import { metresBetween } from "../../map/project";
import { type Reading, reading } from "../reading";

/** Neighbours that fit. */
export const BESIDE_MAX = 5;

/** A thing beside the one that alarms: what it says of the same matter helps to tell true from false. */
export interface Beside {
  readonly thing: ThingView;
  readonly reading: Reading | undefined;
  readonly metres: number | undefined;
  /** It is the one upstream, or one of those behind a gateway. */
  readonly relation: "upstream" | "child" | "near";
}

/** Things that measure the same, the upstream one first, then the nearest; of a gateway those behind it. */
export function beside(wall: Wall, alarm: AlarmView): Beside[] {
  const own = wall.things().get(alarm.thing);
  if (own === undefined) return [];
  const others = [...wall.things().values()].filter(({ id }) => id !== own.id);
  const children = others.filter(({ parent }) => parent === own.id);
  const metres = (thing: ThingView) =>
    own.place === null || thing.place === null ? undefined : metresBetween(own.place, thing.place);
  if (children.length > 0)
    return children.slice(0, BESIDE_MAX).map((thing) => ({
      thing,
      reading: reading(wall, thing, thing.properties[0] ?? ""),
      metres: metres(thing),
      relation: "child",
    }));
  const same = others.filter(
    (thing) =>
      thing.kind === own.kind &&
      (thing.properties.includes(alarm.property) || columnOfThing(thing) === columnOfThing(own)),
  );
  const list = same.map((thing): Beside => {
    const relation = thing.id === own.neighbour ? "upstream" : "near";
    const property = thing.properties.includes(alarm.property) ? alarm.property : (thing.properties[0] ?? "");
    return { thing, reading: reading(wall, thing, property), metres: metres(thing), relation };
  });
  const far = (each: Beside) => (each.relation === "upstream" ? -1 : (each.metres ?? Number.POSITIVE_INFINITY));
  return list.sort((a, b) => far(a) - far(b) || (a.thing.id < b.thing.id ? -1 : 1)).slice(0, BESIDE_MAX);
}
