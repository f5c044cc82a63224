import { type GeoJSONSourceSpecification, Map as MapLibre, type StyleSpecification } from "maplibre-gl";
import borders from "./data/borders.json";
import counties from "./data/counties.json";
import neighbours from "./data/neighbours.json";
import rivers from "./data/rivers.json";
import { LAND } from "./land";
import type { Projection } from "./project";

/** The still base map, once it is drawn. */
export interface Base {
  sharpen(ratio: number): void;
  remove(): void;
}

// TypeScript reads the type of a JSON file wider than GeoJSON's closed words.
const source = (data: unknown): GeoJSONSourceSpecification => ({
  type: "geojson",
  data: data as GeoJSONSourceSpecification["data"],
  tolerance: 0.2,
});

function style(): StyleSpecification {
  return {
    version: 8,
    sources: {
      neighbours: source(neighbours),
      counties: source(counties),
      rivers: source(rivers),
      borders: source(borders),
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": LAND.ground } },
      { id: "neighbours", type: "fill", source: "neighbours", paint: { "fill-color": LAND.neighbour } },
      {
        id: "neighbour-lines",
        type: "line",
        source: "neighbours",
        paint: { "line-color": LAND.neighbourLine, "line-width": 1 },
      },
      { id: "counties", type: "fill", source: "counties", paint: { "fill-color": LAND.city } },
      {
        id: "rivers",
        type: "line",
        source: "rivers",
        layout: { "line-cap": "round", "line-join": "round" },
        paint: {
          "line-color": ["case", ["get", "own"], LAND.ownRiver, LAND.river],
          "line-width": ["get", "width"],
        },
      },
      {
        id: "borders",
        type: "line",
        source: "borders",
        layout: { "line-join": "round" },
        paint: {
          "line-color": ["match", ["get", "kind"], "city", LAND.outline, LAND.border],
          "line-width": ["match", ["get", "kind"], "city", 2, 1.3],
        },
      },
    ],
  };
}

/** Draws the base map into an element and tells when it stands. Throws where the machine has no GL. */
export function drawBase(container: HTMLElement, projection: Projection, ratio: number, onDrawn: () => void): Base {
  const map = new MapLibre({
    container,
    style: style(),
    center: [...projection.centre],
    zoom: projection.zoom,
    interactive: false,
    attributionControl: false,
    fadeDuration: 0,
    pixelRatio: ratio,
    canvasContextAttributes: { antialias: true },
    trackResize: false,
    maxPitch: 0,
  });
  map.once("idle", onDrawn);
  return {
    sharpen: (next) => map.setPixelRatio(next),
    remove: () => map.remove(),
  };
}
