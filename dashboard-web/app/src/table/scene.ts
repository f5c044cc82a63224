import type { Incident } from "../feed/command";
import type { Advice, Unit } from "../feed/forces";
import type { Text } from "../lib/i18n";
import { type Bounds, boundsOf, fitted, type Place, type Projection } from "../map/project";

/** At least so much of the land is shown, metres. */
const LEAST_METRES = 3_000;
/** Farther units than this, in spans of what matters, do not widen the map. */
const FAR_SPANS = 1.5;
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const GROUPS = "abcdefghijklmnopqrstuvwxyz";

/** How the map was moved: zoom steps, and shares of the shown span to the east and north. */
export interface Moved {
  readonly zoom: number;
  readonly east: number;
  readonly north: number;
}

export const UNMOVED: Moved = { zoom: 0, east: 0, north: 0 };

/** What matters most on the map: the incident, its hazard, and the ways that are near. */
export function sceneBounds(
  spot: Place,
  corners: readonly (readonly Place[])[],
  ways: readonly (readonly Place[])[],
): Bounds {
  const core = boundsOf([spot, ...corners.flat()], LEAST_METRES);
  const width = core[2] - core[0];
  const height = core[3] - core[1];
  const near = ([lon, lat]: Place) =>
    lon > core[0] - FAR_SPANS * width &&
    lon < core[2] + FAR_SPANS * width &&
    lat > core[1] - FAR_SPANS * height &&
    lat < core[3] + FAR_SPANS * height;
  return boundsOf([spot, ...corners.flat(), ...ways.flat().filter(near)], LEAST_METRES);
}

/** The view of these bounds, as it was moved. */
export function moved(bounds: Bounds, by: Moved, width: number, height: number): Projection {
  const [west, south, east, north] = bounds;
  const factor = 0.5 ** by.zoom / 2;
  const lon = (west + east) / 2 + by.east * (east - west) * 2 * factor;
  const lat = (south + north) / 2 + by.north * (north - south) * 2 * factor;
  const across = (east - west) * factor;
  const up = (north - south) * factor;
  return fitted([lon - across, lat - up, lon + across, lat + up], width, height, 60);
}

/** A place that is affected, with its letter; `undefined` where nobody knows where it is. */
export interface Lettered {
  readonly letter: string;
  readonly name: string;
  readonly at: Place | undefined;
}

/** The places that an incident affects, lettered in their order, found by their names. */
export function lettered(
  incident: Incident,
  known: readonly { readonly name: Text; readonly at: Place | null }[],
): Lettered[] {
  return incident.affected.slice(0, LETTERS.length).map((name, index) => {
    const found = known.find((each) => each.name.zh === name || each.name.en === name);
    return { letter: LETTERS[index] ?? "?", name, at: found?.at ?? undefined };
  });
}

/** The letter of a recommended or a passed-over unit: chosen first. */
export function groups(advice: Advice | undefined, passedMax: number): ReadonlyMap<string, string> {
  const order = [...(advice?.chosen ?? []), ...(advice?.passed_over ?? []).slice(0, passedMax)];
  return new Map(order.slice(0, GROUPS.length).map(({ unit }, index) => [unit, GROUPS[index] ?? "?"]));
}

/** The units that are at work, or advised: those that the map names. */
export function shownUnits(units: readonly Unit[], letters: ReadonlyMap<string, string>): Unit[] {
  return units.filter(
    ({ id, status, place }) =>
      place !== null && (letters.has(id) || (status !== "available" && status !== "out_of_service")),
  );
}
