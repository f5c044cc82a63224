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
