import { freshness, STALE_PERIODS } from "../feed/fresh";
import { pairKey } from "../feed/scene";
import { inCity } from "./abroad";
import type { Live } from "./drawing";
import { metresBetween, type Place, type Point, type Projection } from "./project";

/** What a field shows. */
export type FieldId = "rain" | "people" | "noise";

/** A cell of a field, in pixels, and its value. */
export interface FieldCell {
  readonly corners: readonly Point[];
  readonly value: number;
  /** It was measured over a window of its own; `part` when too little of it was. */
  readonly measured?: "whole" | "part";
}

/** A field: the server's own cells, or what lies between gauges as this screen works it out. */
export interface Field {
  readonly cells: readonly FieldCell[];
  /** Whether what has no cell of its own lies between gauges. */
  readonly interpolated: boolean;
  /** The newest window of the measured cells. */
  readonly window?: { readonly startMs: number; readonly endMs: number };
}

/** Which windows of H3 cells a field shows. What comes in portions is summed up: the mean of one times how many a window holds. */
const WINDOWS: Readonly<Partial<Record<FieldId, { readonly property: string; readonly summed: boolean }>>> = {
  rain: { property: "rain_5m", summed: true },
  noise: { property: "noise_leq", summed: false },
};
/** A window with less of what it should hold is drawn broken. */
const WHOLE_SHARE = 0.75;

/** The property of rain that is drawn. */
const RAIN = "rain_1h";
const RADIUS_PX = 9;
/** Farther than this from every gauge nothing is said. */
const REACH_METRES = 32_000;
const NEAREST = 4;

/** The field of a wall; `undefined` where there is nothing to draw. Nothing is drawn below `least`. */
export function field(id: FieldId, live: Live, projection: Projection, least: number): Field | undefined {
  const counted = id === "people" ? countedCells(live, projection, least) : [];
  const between = id === "rain" ? interpolated(measured(live), projection).filter(({ value }) => value >= least) : [];
  const { cells: own, window } = windows(id, live, projection, least);
  const cells = [...counted, ...between, ...own];
  if (cells.length === 0) return undefined;
  return { cells, interpolated: between.length > 0, ...(own.length === 0 ? {} : { window }) };
}

/** The last windows of H3 cells, as long as the next ones are not overdue. */
function windows(
  id: FieldId,
  live: Live,
  projection: Projection,
  least: number,
): { cells: FieldCell[]; window: { startMs: number; endMs: number } } {
  const wanted = WINDOWS[id];
  const cells: FieldCell[] = [];
  const window = { startMs: Number.NEGATIVE_INFINITY, endMs: Number.NEGATIVE_INFINITY };
  for (const cell of live.cells.values()) {
    const outline = live.things.get(cell.thing)?.outline;
    const period = live.facts.properties.get(cell.property)?.period_secs;
    if (cell.property !== wanted?.property || outline === undefined || period === undefined) continue;
    const endMs = cell.start_ms + cell.length_secs * 1_000;
    if (live.nowMs - endMs > (cell.length_secs + STALE_PERIODS * period) * 1_000) continue;
    const value = wanted.summed ? (cell.mean * cell.length_secs) / period : cell.mean;
    if (value < least) continue;
    const whole = cell.count >= cell.expected * WHOLE_SHARE;
    cells.push({ corners: outline.map(projection.point), value, measured: whole ? "whole" : "part" });
    if (endMs > window.endMs) Object.assign(window, { startMs: cell.start_ms, endMs });
  }
  return { cells, window };
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

/** H3 cells in which events are counted: their outline with the thing, their count as a datastream. */
function countedCells(live: Live, projection: Projection, least: number): FieldCell[] {
  const cells: FieldCell[] = [];
  for (const thing of live.things.values()) {
    if (thing.outline === undefined) continue;
    for (const property of thing.properties) {
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
