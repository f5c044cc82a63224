import type { AlarmView, ThingView } from "../../feed/messages";
import { RING_RADIUS } from "../../map/drawing";
import { CITY_BOUNDS } from "../../map/land";
import { type Box, overlaps } from "../../map/place";
import { boundsOf, fitted, metresBetween, type Place, type Point, type Projection } from "../../map/project";

/** The map's place on the wall, in design pixels. */
export const MAP = { width: 800, height: 712 } as const;
/** Legend, credits and scale bar stand here; nothing is placed over them. */
export const LEGEND: Box = { x: 592, y: 464, width: 208, height: 218 };
export const FOOT: Box = { x: 0, y: 682, width: 800, height: 30 };
export const SCALE: Box = { x: 640, y: 422, width: 160, height: 42 };
/** Alarms that are not on the map are named here. */
export const UNPLACED: Box = { x: 0, y: 0, width: 560, height: 46 };

/** What the greys of a field mean stands here. */
export const RAMP: Box = { x: 0, y: 46, width: 180, height: 100 };

/** The city on the wall. */
export const CITY_VIEW: Projection = fitted(CITY_BOUNDS, MAP.width, MAP.height, 26);

/** Alarms of things that lie this near to one of them get a close-up. */
const NEAR_METRES = 4_000;
/** A close-up shows at least this much. */
const SHOWN_METRES_MIN = 1_200;
const SIZE = 288;
const PADDING = 46;
/** Where a close-up may stand: in the lower left, where there is no land of the city, or in the upper right. */
const CORNERS: readonly Box[] = [
  { x: 2, y: 390, width: 272, height: SIZE },
  { x: MAP.width - SIZE - 14, y: 14, width: SIZE, height: SIZE },
];

/** A close-up: where it stands, what it shows, and the line from it to that place on the map. */
export interface CloseUp {
  readonly box: Box;
  readonly projection: Projection;
  readonly line: readonly [Point, Point];
  /** The things whose alarms it shows. */
  readonly things: ReadonlySet<string>;
}

/** The most things with open alarms that lie near to one of them. */
function nearest(places: ReadonlyMap<string, Place>): Map<string, Place> {
  let most = new Map<string, Place>();
  for (const place of places.values()) {
    const near = new Map([...places].filter(([, other]) => metresBetween(place, other) <= NEAR_METRES));
    if (near.size > most.size) most = near;
  }
  return most;
}

/** A close-up of the open alarms that crowd at one place, when they are of more than one thing. */
export function closeUp(alarms: Iterable<AlarmView>, things: ReadonlyMap<string, ThingView>): CloseUp | undefined {
  const places = new Map<string, Place>();
  for (const alarm of alarms) {
    const place = things.get(alarm.thing)?.place ?? null;
    if (place !== null) places.set(alarm.thing, place);
  }
  const crowd = nearest(places);
  const list = [...crowd.values()];
  const first = list[0];
  if (first === undefined || list.length < 2) return undefined;
  const bounds = boundsOf(list, SHOWN_METRES_MIN);
  const [x, y] = CITY_VIEW.point(first);
  const around: Box = { x: x - 80, y: y - 60, width: 160, height: 120 };
  const box = CORNERS.find((corner) => !overlaps(corner, around)) ?? CORNERS[0];
  if (box === undefined) return undefined;
  const projection = fitted(bounds, box.width, box.height, PADDING);
  const middle = CITY_VIEW.point([(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2]);
  return { box, projection, line: shortened(edge(box, middle), middle), things: new Set(crowd.keys()) };
}

/** A line that ends at the rim of the sign that stands at its end. */
function shortened(from: Point, to: Point): readonly [Point, Point] {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const share = Math.max(0, 1 - (RING_RADIUS + 2) / length);
  return [from, [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]];
}

/** The point of a box's edge that is nearest to a point outside. */
function edge(box: Box, [x, y]: Point): Point {
  return [Math.min(Math.max(x, box.x), box.x + box.width), Math.min(Math.max(y, box.y), box.y + box.height)];
}
