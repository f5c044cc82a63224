import type { ThingView } from "../feed/messages";
import { PLANT } from "./city";
import { between, type Random, seeded } from "./random";

/** When the leak begins and when the valve is shut, in seconds of the rehearsal. */
export const LEAK_SECS = { from: 25, shut: 150 } as const;
/** Wind over the plant: where it blows from, degrees. */
const WIND_FROM = 238;

const USUAL: Readonly<Record<string, readonly [number, number]>> = {
  pm25: [22, 58],
  pm10: [35, 84],
  so2: [4, 14],
  no2: [12, 44],
  co: [0.3, 0.9],
  o3: [60, 128],
  wind_speed: [1.2, 3.4],
  temperature: [24, 29],
  humidity: [58, 76],
  cl2: [0, 0.04],
  do: [6.4, 8.6],
  codmn: [1.6, 3.2],
  nh3n: [0.08, 0.42],
  tp: [0.03, 0.09],
  ph: [7.1, 7.8],
  noise_leq: [48, 63],
  street_temp: [25, 31],
  street_rh: [55, 74],
  people: [8, 70],
  flow: [40, 520],
};

/** A stable number in [0, 1) of a text. */
export function lot(text: string): number {
  let hash = 2_166_136_261;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619);
  return seeded(hash)();
}

/** How much of the leak reaches a detector: a crude plume, enough for a picture. */
function exposure(thing: ThingView): number {
  const [lon, lat] = thing.place ?? [0, 0];
  const east = (lon - PLANT[0]) * 97.3;
  const north = (lat - PLANT[1]) * 110.9;
  const blowsTo = ((WIND_FROM + 180) * Math.PI) / 180;
  const along = east * Math.sin(blowsTo) + north * Math.cos(blowsTo);
  const across = Math.abs(east * Math.cos(blowsTo) - north * Math.sin(blowsTo));
  if (along < -0.25) return 0;
  const width = 0.12 + 0.22 * Math.max(0, along);
  return Math.exp(-((across / width) ** 2)) / (1 + 2.4 * Math.max(0, along)) ** 1.4;
}

/** The value of a datastream at a second of the rehearsal. */
export function valueAt(thing: ThingView, property: string, secs: number, random: Random): number {
  const own = water(thing, property, secs) ?? hall(thing, property, secs) ?? street(thing, property, secs);
  return own ?? usual(thing, property, secs, random);
}

const share = (value: number): number => Math.min(1, Math.max(0, value));

/** How much of the storm over Kaihua a place gets. */
function storm([lon, lat]: readonly [number, number]): number {
  return Math.exp(-(((lon - 118.32) / 0.24) ** 2) - ((lat - 29.26) / 0.16) ** 2);
}

/** Which gauge passes its warning stage, and which section is worse than its target. */
const RISING = "stage-qz-05";
const FOUL = "wq-qz-02";

function water(thing: ThingView, property: string, secs: number): number | undefined {
  const here = storm(thing.place ?? [0, 0]);
  const rained = (hours: number) => here * hours ** 0.55 * (22 + 6 * share(secs / 150)) * share(1.2 + secs / 9_000);
  if (property === "rain_5m") return rained(1) / 12;
  if (property.startsWith("rain_")) return rained(Number.parseInt(property.slice(5), 10));
  const rise = 0.02 + 0.14 * here;
  if (property === "stage_rate") return thing.id === RISING ? 0.21 : rise;
  if (property === "stage") {
    const rising = thing.id === RISING;
    const below = rising ? 0.12 - 0.46 * share((secs - 20) / 120) : 0.5 + 2.6 * lot(`stage ${thing.id}`);
    return (thing.limits?.warning ?? 0) - below + (rising ? 0.1 : rise) * (Math.min(secs, 0) / 3_600);
  }
  if (thing.id === FOUL && property === "nh3n") return 1.18;
  if (property === "water_class") return thing.id === FOUL ? 4 : 1 + Math.round(1.2 * lot(thing.id));
  return undefined;
}

/** Which hall loses its queue machine. */
const BROKEN = "hall-330802-1";

function hall(thing: ThingView, property: string, secs: number): number | undefined {
  const size = 0.4 + lot(`hall ${thing.id}`);
  const jam = thing.id === BROKEN ? share((secs - 50) / 100) : 0;
  const open = Math.round(6 + 14 * size);
  switch (property) {
    case "waiting":
      return Math.round(9 * size + 2 * Math.sin(secs / 240 + 9 * size) + 46 * jam);
    case "wait_mean":
      return 240 + 220 * size + 560 * jam;
    case "wait_p80":
      return 360 + 260 * size + 640 * jam;
    case "taken_1h":
      return Math.round(38 * size);
    case "abandon_rate":
      return 2.4 * size + 9 * jam;
    case "windows_open":
      return open;
    case "windows_busy":
      return Math.round(open * (0.55 + 0.2 * size) * (1 - 0.7 * jam));
    case "windows_used":
      return 100 * (0.55 + 0.2 * size) * (1 - 0.7 * jam);
    case "rating_mean":
      return 4.9 - 0.2 * size - 0.8 * jam;
    default:
      return undefined;
  }
}

/** The square that fills. */
export const CROWDED = "cam-qz-01";

function street(thing: ThingView, property: string, secs: number): number | undefined {
  if (property === "online") return 1;
  if (property === "people" && thing.id === CROWDED) return Math.round(62 + 120 * share((secs - 90) / 60));
  return undefined;
}

function usual(thing: ThingView, property: string, secs: number, random: Random): number {
  if (property === "wind_direction") return Math.round(WIND_FROM + 20 * (lot(thing.id) - 0.5) + between(random, -6, 6));
  const [low, high] = USUAL[property] ?? [0, 1];
  const level = low + (high - low) * lot(`${thing.id} ${property}`);
  const swing = 1 + 0.1 * Math.sin(secs / 420 + 6 * lot(`${property}${thing.id}`)) + between(random, -0.05, 0.05);
  const base = level * swing;
  if (property !== "cl2" || secs < LEAK_SECS.from) return base;
  const rise = 1 - Math.exp(-(Math.min(secs, LEAK_SECS.shut) - LEAK_SECS.from) / 30);
  const fall = secs > LEAK_SECS.shut ? Math.exp(-(secs - LEAK_SECS.shut) / 14) : 1;
  return base + 60 * exposure(thing) * rise * fall * between(random, 0.94, 1.06);
}
