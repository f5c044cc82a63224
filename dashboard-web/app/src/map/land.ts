import type { RoadLines } from "../feed/roads";
import borders from "./data/borders.json";
import counties from "./data/counties.json";
import neighbours from "./data/neighbours.json";
import rivers from "./data/rivers.json";
import { type Bounds, boundsOf, type Place, type Projection } from "./project";

/** Greys of the land. The map never competes with alarms. */
export const LAND = {
  ground: "#17191b",
  neighbour: "#1d1f21",
  neighbourLine: "#2b2e31",
  city: "#26292c",
  river: "#3d444a",
  ownRiver: "#6d7b87",
  border: "#7d848a",
  outline: "#c9cdd1",
  road: "#3a3f43",
  mainRoad: "#565c61",
} as const;

/** A name on the land. */
export interface LandName {
  readonly zh: string;
  readonly en: string;
  readonly place: Place;
  readonly kind: "county" | "river" | "neighbour";
  /** Its course in the city: the name lies along it. */
  readonly along?: readonly Place[];
}

type Ring = readonly (readonly number[])[];

const asPlace = ([lon = 0, lat = 0]: readonly number[]): Place => [lon, lat];

/** Everything that belongs to the city. */
export const CITY_BOUNDS: Bounds = boundsOf(
  counties.features.flatMap(({ geometry }) => geometry.coordinates.flat().map(asPlace)),
  0,
);

/** The outlines of its counties. */
export const CITY_RINGS: readonly (readonly Place[])[] = counties.features.flatMap(({ geometry }) =>
  geometry.coordinates.map((ring) => ring.map(asPlace)),
);

function courseOf(lines: readonly Ring[]): Pick<LandName, "place" | "along"> {
  const [west, south, east, north] = CITY_BOUNDS;
  const inside = lines.map((line) =>
    line.filter(([lon = 0, lat = 0]) => lon > west && lon < east && lat > south && lat < north),
  );
  const longest = inside.reduce<Ring>((best, line) => (line.length > best.length ? line : best), []);
  const along = longest.map(asPlace);
  return { place: along[Math.floor(along.length / 2)] ?? [0, 0], along };
}

/** The names, the most important first. */
export const LAND_NAMES: readonly LandName[] = [
  ...counties.features.map(({ properties }): LandName => {
    const { zh, en, label } = properties;
    return { zh, en, place: asPlace(label), kind: "county" };
  }),
  ...rivers.features.flatMap(({ properties, geometry }): LandName[] => {
    const { zh, en } = properties;
    return zh === undefined || en === undefined ? [] : [{ zh, en, kind: "river", ...courseOf(geometry.coordinates) }];
  }),
  ...neighbours.features.flatMap(({ properties }): LandName[] => {
    const { zh, en, label } = properties;
    if (zh === undefined || en === undefined || label === undefined) return [];
    return [{ zh, en, place: asPlace(label), kind: "neighbour" }];
  }),
];

/** Points of the borders: names of the land keep off them where they can. */
export const BORDER_PLACES: readonly Place[] = borders.features.flatMap(({ geometry }) =>
  geometry.coordinates.flat().map(asPlace),
);

function trace(context: CanvasRenderingContext2D, projection: Projection, lines: readonly Ring[]): void {
  context.beginPath();
  for (const line of lines)
    line.forEach((place, index) => {
      const [x, y] = projection.point(asPlace(place));
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
}

/** Draws the land on a canvas: for close-ups, and where the machine has no GL. */
export function paintLand(context: CanvasRenderingContext2D, projection: Projection): void {
  context.lineJoin = "round";
  context.lineCap = "round";
  context.fillStyle = LAND.ground;
  context.fillRect(0, 0, projection.width, projection.height);
  for (const { geometry } of neighbours.features) {
    trace(context, projection, geometry.coordinates.flat());
    context.fillStyle = LAND.neighbour;
    context.fill();
    context.strokeStyle = LAND.neighbourLine;
    context.lineWidth = 1;
    context.stroke();
  }
  for (const { geometry } of counties.features) {
    trace(context, projection, geometry.coordinates);
    context.fillStyle = LAND.city;
    context.fill();
  }
  for (const { geometry, properties } of rivers.features) {
    trace(context, projection, geometry.coordinates);
    context.strokeStyle = properties.own ? LAND.ownRiver : LAND.river;
    context.lineWidth = properties.width;
    context.stroke();
  }
  for (const { geometry, properties } of borders.features) {
    trace(context, projection, geometry.coordinates);
    const city = properties.kind === "city";
    context.strokeStyle = city ? LAND.outline : LAND.border;
    context.lineWidth = city ? 2 : 1.3;
    context.stroke();
  }
}

/** As fast as this a road is drawn at any scale, km/h. */
const MAIN_KMH = 60;
/** A smaller one only where a pixel is less than so many metres: from afar the streets of a town are a grey field. */
const STREETS_METRES = 25;

/** Draws roads, thin and quiet: they say where one can go, and compete with nothing. */
export function paintRoads(
  context: CanvasRenderingContext2D,
  projection: Projection,
  roads: readonly RoadLines[],
): void {
  context.lineJoin = "round";
  for (const { kmh, lines } of [...roads].reverse()) {
    const main = kmh >= MAIN_KMH;
    if (!main && projection.metresPerPixel >= STREETS_METRES) continue;
    context.beginPath();
    for (const line of lines)
      line.forEach((place, at) => {
        const [x, y] = projection.point(place);
        if (at === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      });
    context.strokeStyle = main ? LAND.mainRoad : LAND.road;
    context.lineWidth = main ? 2 : 1.2;
    context.stroke();
  }
}
