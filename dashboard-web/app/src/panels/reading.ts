import { type Freshness, freshness } from "../feed/fresh";
import type { AlarmView, LatestView, PropertyView, ThingView, TrendView } from "../feed/messages";
import { pairKey } from "../feed/scene";
import type { Wall } from "../feed/store";
import { fixed } from "../lib/number";

/** One datastream as a panel shows it. */
export interface Reading {
  readonly thing: ThingView;
  readonly property: PropertyView;
  readonly last: LatestView | undefined;
  readonly heard: Freshness;
  readonly trend: TrendView | undefined;
}

/** What readings are made from, each asked for once: an accessor that is asked in a loop is noted a thousand times. */
export interface Ground {
  readonly properties: ReadonlyMap<string, PropertyView>;
  readonly latest: ReadonlyMap<string, LatestView>;
  readonly trends: ReadonlyMap<string, TrendView>;
  readonly nowMs: number;
}

const NO_PROPERTIES: ReadonlyMap<string, PropertyView> = new Map();

/** The ground of a wall now. */
export function ground(wall: Wall): Ground {
  return {
    properties: wall.facts()?.properties ?? NO_PROPERTIES,
    latest: wall.latest(),
    trends: wall.trends(),
    nowMs: wall.now(),
  };
}

/** A datastream; `undefined` when nobody knows the property. */
export function reading(wall: Wall, thing: ThingView, property: string): Reading | undefined {
  return read(ground(wall), thing, property);
}

function read({ properties, latest, trends, nowMs }: Ground, thing: ThingView, id: string): Reading | undefined {
  const property = properties.get(id);
  if (property === undefined) return undefined;
  const key = pairKey(thing.id, id);
  const last = latest.get(key);
  return { thing, property, last, heard: freshness(last, thing, property, nowMs), trend: trends.get(key) };
}

/** The datastreams of a property, by id of their things. */
export function readings(wall: Wall, property: string): Reading[] {
  const known = ground(wall);
  const list: Reading[] = [];
  for (const thing of wall.things().values()) {
    if (!thing.properties.includes(property)) continue;
    const found = read(known, thing, property);
    if (found !== undefined) list.push(found);
  }
  return list.sort((a, b) => (a.thing.id < b.thing.id ? -1 : 1));
}

/** The value that can be believed now. */
export function value(reading: Reading | undefined): number | undefined {
  return reading?.heard === "fresh" ? reading.last?.value : undefined;
}

/** The reading with the greatest believed value. */
export function greatest(list: readonly Reading[]): Reading | undefined {
  return list.reduce<Reading | undefined>((best, each) => {
    const here = value(each);
    if (here === undefined) return best;
    return best === undefined || here > (value(best) ?? Number.NEGATIVE_INFINITY) ? each : best;
  }, undefined);
}

/** A value as its property says it. */
export function said(reading: Reading): string {
  return reading.last === undefined ? "" : fixed(reading.last.value, reading.property.decimals);
}

/** The order of urgency: what lasts before what has returned, then the level, then the number. */
export function ranks(a: AlarmView, b: AlarmView): number {
  return Number(a.ended_ms !== null) - Number(b.ended_ms !== null) || a.level - b.level || a.number - b.number;
}

/** The most urgent open alarm of each thing. */
export function worstOf(alarms: Iterable<AlarmView>): ReadonlyMap<string, AlarmView> {
  const worst = new Map<string, AlarmView>();
  for (const alarm of alarms) {
    const known = worst.get(alarm.thing);
    if (known === undefined || ranks(alarm, known) < 0) worst.set(alarm.thing, alarm);
  }
  return worst;
}
