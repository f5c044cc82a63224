import { CITY_RINGS } from "./land";
import type { Box } from "./place";
import type { Point, Projection } from "./project";

const ringsOf = new WeakMap<Projection, readonly (readonly Point[])[]>();

function ringsIn(projection: Projection): readonly (readonly Point[])[] {
  let rings = ringsOf.get(projection);
  if (rings === undefined) {
    rings = CITY_RINGS.map((ring) => ring.map(projection.point));
    ringsOf.set(projection, rings);
  }
  return rings;
}

/** Whether a point of the view is in the city: a ray from it crosses one of its counties an odd number of times. */
export function inCity([x, y]: Point, projection: Projection): boolean {
  return ringsIn(projection).some((ring) => {
    let inside = false;
    let [beforeX, beforeY] = ring[ring.length - 1] ?? [0, 0];
    for (const [atX, atY] of ring) {
      if (atY > y !== beforeY > y && x < ((beforeX - atX) * (y - atY)) / (beforeY - atY) + atX) inside = !inside;
      [beforeX, beforeY] = [atX, atY];
    }
    return inside;
  });
}

const keptOf = new WeakMap<Projection, Map<string, readonly Box[]>>();

/** Those boxes that touch the city nowhere: the name of a neighbour must not stand in it. Asked for again under `key`, it is remembered. */
export function abroad(key: string, boxes: readonly Box[], projection: Projection): readonly Box[] {
  const known = keptOf.get(projection) ?? new Map<string, readonly Box[]>();
  keptOf.set(projection, known);
  let kept = known.get(key);
  if (kept === undefined) {
    kept = boxes.filter(({ x, y, width, height }) =>
      [0, 0.25, 0.5, 0.75, 1].every((share) =>
        [y, y + height / 2, y + height].every((line) => !inCity([x + share * width, line], projection)),
      ),
    );
    known.set(key, kept);
  }
  return kept;
}
