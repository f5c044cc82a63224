import { createSignal } from "solid-js";
import type { Bounds, Place } from "../map/project";
import { heard } from "./call";

/** Roads of one speed, as lines. */
export interface RoadLines {
  readonly kmh: number;
  readonly lines: readonly (readonly Place[])[];
}

/** The roads that touch these bounds; `undefined` when there was no answer. */
export type AskRoads = (within: Bounds) => Promise<readonly RoadLines[] | undefined>;

/** The roads, as far as they were asked for. */
export interface Roads {
  /** Those that touch these bounds, and some more; none while they are not there. */
  within(bounds: Bounds): readonly RoadLines[];
}

/** Sheets are asked for by whole steps of so many degrees, so that a map may be moved without asking. */
const STEP_DEGREES = 0.1;
/** Sheets that are kept. */
const SHEETS_MAX = 6;
/** Who got no answer asks again after so long. */
const RETRY_MS = 30_000;
const ANSWER_MS_MAX = 20_000;
const NONE: readonly RoadLines[] = [];

/** The bounds, widened to whole steps. */
export function sheetOf([west, south, east, north]: Bounds): Bounds {
  // A hair less than a whole step is one: 118.9 / 0.1 is 1189.0000000000002.
  const down = (degrees: number) => Number((Math.floor(degrees / STEP_DEGREES + 1e-9) * STEP_DEGREES).toFixed(1));
  const up = (degrees: number) => Number((Math.ceil(degrees / STEP_DEGREES - 1e-9) * STEP_DEGREES).toFixed(1));
  return [down(west), down(south), up(east), up(north)];
}

/** Asks for each sheet once, when it is first drawn. */
export function createRoads(ask: AskRoads): Roads {
  const [sheets, setSheets] = createSignal<ReadonlyMap<string, readonly RoadLines[]>>(new Map());
  const asked = new Set<string>();
  const fetch = async (key: string, sheet: Bounds): Promise<void> => {
    asked.add(key);
    const found = await ask(sheet);
    if (found === undefined) {
      setTimeout(() => void fetch(key, sheet), RETRY_MS);
      return;
    }
    const kept = [...sheets()].slice(-(SHEETS_MAX - 1));
    setSheets(new Map([...kept, [key, found]]));
    for (const old of asked) if (old !== key && !sheets().has(old)) asked.delete(old);
  };
  return {
    within(bounds) {
      const sheet = sheetOf(bounds);
      const key = sheet.join();
      const known = sheets().get(key);
      if (known === undefined && !asked.has(key)) void fetch(key, sheet);
      return known ?? NONE;
    },
  };
}

/** Of a GeoJSON answer what is drawn. */
export function roadLines(said: unknown): readonly RoadLines[] {
  const { features } = said as {
    features: readonly {
      properties: { speed_kmh: number };
      geometry: { coordinates: readonly (readonly Place[])[] };
    }[];
  };
  return features.map(({ properties, geometry }) => ({ kmh: properties.speed_kmh, lines: geometry.coordinates }));
}

/** Over HTTP. */
export const roadsByHttp: AskRoads = (within) => heard(`roads?within=${within.join()}`, roadLines, ANSWER_MS_MAX);
