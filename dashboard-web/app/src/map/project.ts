/** A place, longitude and latitude in degrees, WGS-84. */
export type Place = readonly [number, number];
/** A point in pixels, from the upper left. */
export type Point = readonly [number, number];
/** West, south, east, north. */
export type Bounds = readonly [number, number, number, number];

/** Width of the world at zoom 0, in pixels, as MapLibre counts it. */
const TILE = 512;
const EARTH_METRES = 40_075_016.7;

/** A fixed view of a map: web Mercator, north up. */
export interface Projection {
  readonly width: number;
  readonly height: number;
  readonly centre: Place;
  readonly zoom: number;
  readonly metresPerPixel: number;
  point(place: Place): Point;
  /** The place that lies at a point. */
  place(point: Point): Place;
}

const mercatorX = (lon: number): number => (lon + 180) / 360;
const mercatorY = (lat: number): number => (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
const latitude = (y: number): number => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/** The view that shows all of the bounds inside the padding, as large as it can. */
export function fitted(bounds: Bounds, width: number, height: number, padding: number): Projection {
  const [west, east] = [mercatorX(bounds[0]), mercatorX(bounds[2])];
  const [south, north] = [mercatorY(bounds[1]), mercatorY(bounds[3])];
  const world = Math.min((width - 2 * padding) / (east - west), (height - 2 * padding) / (south - north));
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  const centre: Place = [x * 360 - 180, latitude(y)];
  return {
    width,
    height,
    centre,
    zoom: Math.log2(world / TILE),
    metresPerPixel: (EARTH_METRES * Math.cos((centre[1] * Math.PI) / 180)) / world,
    point: ([lon, lat]) => [(mercatorX(lon) - x) * world + width / 2, (mercatorY(lat) - y) * world + height / 2],
    place: ([px, py]) => [((px - width / 2) / world + x) * 360 - 180, latitude((py - height / 2) / world + y)],
  };
}

/** Bounds of places, widened to at least `metresMin` each way. */
export function boundsOf(places: readonly Place[], metresMin: number): Bounds {
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const latMin = metresMin / 111_320;
  const lonMin = latMin / Math.cos((((south + north) / 2) * Math.PI) / 180);
  const lonMore = Math.max(0, (lonMin - (east - west)) / 2);
  const latMore = Math.max(0, (latMin - (north - south)) / 2);
  return [west - lonMore, south - latMore, east + lonMore, north + latMore];
}

/** What a view shows. */
export function shownBounds(view: Projection): Bounds {
  const [west, north] = view.place([0, 0]);
  const [east, south] = view.place([view.width, view.height]);
  return [west, south, east, north];
}

/** Metres between two places; good for a city. */
export function metresBetween(a: Place, b: Place): number {
  const north = (b[1] - a[1]) * 111_320;
  const east = (b[0] - a[0]) * 111_320 * Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180);
  return Math.hypot(north, east);
}

/** A round length for a scale bar at most `pixelsMax` wide. */
export function scaleBar(
  metresPerPixel: number,
  pixelsMax: number,
): { readonly metres: number; readonly pixels: number } {
  const longest = metresPerPixel * pixelsMax;
  const power = 10 ** Math.floor(Math.log10(longest));
  const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= longest) ?? power;
  return { metres, pixels: metres / metresPerPixel };
}
