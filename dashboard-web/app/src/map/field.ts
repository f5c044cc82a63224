import { freshness } from "../feed/fresh";
import { pairKey } from "../feed/scene";
import { inCity } from "./abroad";
import type { Live } from "./drawing";
import { metresBetween, type Place, type Point, type Projection } from "./project";

/** What a field shows. */
export type FieldId = "rain" | "people";

/** A cell of a field, in pixels, and its value. */
export interface FieldCell {
  readonly corners: readonly Point[];
  readonly value: number;
}

/** A field: the server's own cells, or what lies between gauges as this screen works it out. */
export interface Field {
  readonly cells: readonly FieldCell[];
  readonly interpolated: boolean;
}

/** The property of rain that is drawn. */
const RAIN = "rain_1h";
const RADIUS_PX = 9;
/** Farther than this from every gauge nothing is said. */
const REACH_METRES = 32_000;
const NEAREST = 4;

/** The field of a wall; `undefined` where there is nothing to draw. Nothing is drawn below `least`. */
export function field(id: FieldId, live: Live, projection: Projection, least: number): Field | undefined {
  const own = ownCells(id, live, projection, least);
  if (own.length > 0) return { cells: own, interpolated: false };
  if (id !== "rain") return undefined;
  const cells = interpolated(measured(live), projection).filter(({ value }) => value >= least);
  return cells.length === 0 ? undefined : { cells, interpolated: true };
}

const lastOf = new WeakMap<
  Projection,
  { readonly of: string; readonly tiles: readonly { corners: readonly Point[]; shares: readonly Share[] }[] }
>();

/** What lies between the gauges. Which of them a tile hears, and how much, is worked out again only when other gauges speak. */
function interpolated(gauges: readonly Gauge[], projection: Projection): readonly FieldCell[] {
  const places = gauges.map(({ place }) => place);
  const of = places.join(" ");
  let known = lastOf.get(projection);
  if (known?.of !== of) {
    const heard = lattice(projection).map(({ place, corners }) => ({ corners, shares: shares(place, places) }));
    known = { of, tiles: heard.filter((tile) => tile.shares.length > 0) };
    lastOf.set(projection, known);
  }
  return known.tiles.map((tile) => ({ corners: tile.corners, value: mixed(tile.shares, gauges) }));
}

/** H3 cells as the server tells them: their outline with the thing, their value as a datastream. */
function ownCells(id: FieldId, live: Live, projection: Projection, least: number): FieldCell[] {
  const cells: FieldCell[] = [];
  for (const thing of live.things.values()) {
    if (thing.outline === undefined) continue;
    for (const property of thing.properties) {
      if ((property === RAIN) !== (id === "rain")) continue;
      const last = live.latest.get(pairKey(thing.id, property));
      if (last === undefined || last.value < least) continue;
      if (freshness(last, thing, live.facts.properties.get(property), live.nowMs) !== "fresh") continue;
      cells.push({ corners: thing.outline.map(projection.point), value: last.value });
    }
  }
  return cells;
}

interface Gauge {
  readonly place: Place;
  readonly value: number;
}

function measured(live: Live): Gauge[] {
  const property = live.facts.properties.get(RAIN);
  return [...live.things.values()].flatMap((thing) => {
    const last = live.latest.get(pairKey(thing.id, RAIN));
    if (thing.place === null || thing.outline !== undefined || last === undefined) return [];
    return freshness(last, thing, property, live.nowMs) === "fresh" ? [{ place: thing.place, value: last.value }] : [];
  });
}

/** How much of a value is a gauge's, by the gauge's place in its list. All shares of a value are one together. */
interface Share {
  readonly gauge: number;
  readonly part: number;
}

/** The nearest gauges, each by the inverse square of its distance; none where all are too far. */
export function shares(place: Place, gauges: readonly Place[]): readonly Share[] {
  const near = gauges
    .map((at, gauge) => ({ gauge, metres: metresBetween(place, at) }))
    .filter(({ metres }) => metres <= REACH_METRES)
    .sort((a, b) => a.metres - b.metres)
    .slice(0, NEAREST)
    .map(({ gauge, metres }) => ({ gauge, weight: 1 / (Math.max(metres, 200) / 1_000) ** 2 }));
  const all = near.reduce((sum, { weight }) => sum + weight, 0);
  return near.map(({ gauge, weight }) => ({ gauge, part: weight / all }));
}

function mixed(shares: readonly Share[], gauges: readonly Gauge[]): number {
  return shares.reduce((sum, { gauge, part }) => sum + part * (gauges[gauge]?.value ?? 0), 0);
}

interface Tile {
  readonly place: Place;
  readonly corners: readonly Point[];
}

const latticeOf = new WeakMap<Projection, readonly Tile[]>();

/** Hexagons that tile the city in a view. */
function lattice(projection: Projection): readonly Tile[] {
  const known = latticeOf.get(projection);
  if (known !== undefined) return known;
  const [wide, high] = [Math.sqrt(3) * RADIUS_PX, 1.5 * RADIUS_PX];
  const tiles: Tile[] = [];
  for (let row = 0; row * high <= projection.height; row += 1)
    for (let column = 0; column * wide <= projection.width; column += 1) {
      const middle: Point = [(column + (row % 2) / 2) * wide, row * high];
      if (inCity(middle, projection)) tiles.push({ place: projection.place(middle), corners: hexagon(middle) });
    }
  latticeOf.set(projection, tiles);
  return tiles;
}

function hexagon([x, y]: Point): Point[] {
  return Array.from({ length: 6 }, (_, corner): Point => {
    const angle = (Math.PI / 3) * corner + Math.PI / 6;
    return [x + RADIUS_PX * Math.cos(angle), y + RADIUS_PX * Math.sin(angle)];
  });
}
