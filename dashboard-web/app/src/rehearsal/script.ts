import type { AlarmView, Delta, IndexView, LatestView, Snapshot, ThingView, TrendView } from "../feed/messages";
import { CITY, PROPERTIES, RULES, things } from "./city";
import { type Random, seeded } from "./random";
import { lot, valueAt } from "./values";

/** City time at which the rehearsal begins: 2026-06-24 14:42:00 in Quzhou. */
export const START_MS = Date.UTC(2026, 5, 24, 6, 42, 0);
/** Length of the rehearsal. */
export const LENGTH_SECS = 240;

const SILENT = new Set(["air-330824-07", "air-330881-09"]);
const NEVER = new Set(["met-330825"]);
const MEANS: Readonly<Record<string, number>> = Object.fromEntries(PROPERTIES.map((p) => [p.id, p.decimals + 1]));

function rounded(value: number, property: string): number {
  return Number(value.toFixed(MEANS[property] ?? 2));
}

function indexOf(thing: ThingView): IndexView {
  const base = 38 + 50 * lot(`aqi ${thing.area}`) + 18 * lot(`aqi ${thing.id}`);
  const hours = Array.from({ length: 24 }, (_, hour) =>
    SILENT.has(thing.id) && hour > 20
      ? null
      : Math.round(base * (1 + 0.22 * Math.sin((hour / 24) * 2 * Math.PI + 3 * lot(thing.area ?? "")))),
  );
  const value = hours[23] ?? null;
  const start_ms = Math.floor(START_MS / 3_600_000) * 3_600_000 - 3_600_000;
  const worst = lot(`primary ${thing.area}`) < 0.6 ? "o3" : "pm25";
  return {
    thing: thing.id,
    kind: "aqi_hourly",
    start_ms,
    law: "HJ 633-2026",
    value,
    level: value === null ? null : Math.min(6, Math.ceil(Math.max(1, value) / 50)),
    primary: value !== null && value > 50 ? [worst] : [],
    parts: [{ property: worst, concentration: value, iaqi: value }],
    trend: hours,
    before: null,
  };
}

/** What the invented city sends: a snapshot, then one delta for each second. The same every time. */
export function rehearse(lengthSecs = LENGTH_SECS, seed = 330_800): { snapshot: Snapshot; deltas: Delta[] } {
  const random = seeded(seed);
  const network = things(random);
  const periods = new Map(PROPERTIES.map((property) => [property.id, property.period_secs]));
  const latest: LatestView[] = [];
  const trends: TrendView[] = [];
  for (const thing of network) {
    if (NEVER.has(thing.id)) continue;
    for (const property of [...thing.properties].sort()) {
      const back = SILENT.has(thing.id) ? 23 * 60_000 : (periods.get(property) ?? 60) * 1_000 * lot(thing.id);
      const at_ms = START_MS - Math.round(back);
      const value = rounded(valueAt(thing, property, 0, random), property);
      latest.push({ thing: thing.id, property, value, at_ms, received_ms: at_ms + 400, out_of_range: false });
      const means = Array.from({ length: 60 }, (_, minute) =>
        rounded(valueAt(thing, property, (minute - 60) * 60, random), property),
      );
      trends.push({ thing: thing.id, property, last_ms: START_MS - 60_000, step_secs: 60, means, corrected: [] });
    }
  }
  const snapshot: Snapshot = {
    scene: "wall",
    position: 1_204_331,
    now_ms: START_MS,
    city: CITY,
    properties: [...PROPERTIES],
    rules: [...RULES],
    state: {
      things: network,
      latest,
      trends,
      indices: network.filter((thing) => thing.kind === "station").map(indexOf),
      alarms: [],
      sources: [
        { id: "http", last_received_ms: START_MS - 4_000, delay_ms: 1_820, readings: 18_240, rejects: 3 },
        { id: "mqtt", last_received_ms: START_MS - 1_000, delay_ms: 410, readings: 1_181_902, rejects: 12 },
      ],
    },
  };
  return { snapshot, deltas: play(snapshot, random, lengthSecs) };
}

function play(snapshot: Snapshot, random: Random, lengthSecs: number): Delta[] {
  const deltas: Delta[] = [];
  const open = new Map<string, AlarmView>();
  const state = { numbers: 0, position: snapshot.position, readings: snapshot.state.sources[1]?.readings ?? 0 };
  for (let secs = 1; secs <= lengthSecs; secs += 1) {
    const now_ms = START_MS + secs * 1_000;
    const delta: Delta = {
      after: state.position,
      position: 0,
      now_ms,
      latest: [],
      alarms: [],
      closed: [],
      trend_points: [],
    };
    snapshot.state.things.forEach((thing, index) => {
      const period = thing.kind === "gas" ? 5 : 60;
      if (SILENT.has(thing.id) || NEVER.has(thing.id) || (secs + index) % period !== 0) return;
      for (const property of [...thing.properties].sort()) {
        const value = rounded(valueAt(thing, property, secs, random), property);
        const at_ms = now_ms - 600;
        delta.latest?.push({ thing: thing.id, property, value, at_ms, received_ms: now_ms, out_of_range: false });
        judge(thing.id, property, value, at_ms, now_ms, open, delta, state);
        if (secs % 60 < period) {
          const start_ms = Math.floor(now_ms / 60_000) * 60_000 - 60_000;
          delta.trend_points?.push({
            thing: thing.id,
            property,
            start_ms,
            step_secs: 60,
            mean: value,
            corrected: false,
            before: null,
          });
        }
      }
    });
    state.readings += delta.latest?.length ?? 0;
    delta.sources = [{ id: "mqtt", last_received_ms: now_ms, delay_ms: 600, readings: state.readings, rejects: 12 }];
    if (secs % 10 === 0)
      delta.sources.push({
        id: "http",
        last_received_ms: now_ms,
        delay_ms: 1_820,
        readings: 18_240 + secs,
        rejects: 3,
      });
    state.position += 1 + (delta.latest?.length ?? 0);
    delta.position = state.position;
    deltas.push(delta);
  }
  return deltas;
}

function judge(
  thing: string,
  property: string,
  value: number,
  at_ms: number,
  now_ms: number,
  open: Map<string, AlarmView>,
  delta: Delta,
  state: { numbers: number },
): void {
  for (const rule of RULES) {
    if (!rule.properties.includes(property)) continue;
    const key = `${rule.id} ${thing}`;
    const alarm = open.get(key);
    if (alarm === undefined) {
      if (value <= rule.raise) continue;
      state.numbers += 1;
      const raised: AlarmView = {
        id: `a${String(state.numbers).padStart(4, "0")}`,
        number: state.numbers,
        level: rule.level,
        state: "unacknowledged",
        rule: rule.id,
        thing,
        property,
        key: null,
        value,
        extreme: value,
        threshold: rule.raise,
        started_ms: at_ms,
        ended_ms: null,
        raised_ms: now_ms,
        acknowledged: null,
        corrected: false,
        before: null,
      };
      open.set(key, raised);
      delta.alarms?.push(raised);
    } else if (alarm.ended_ms === null && value < rule.clear) {
      const returned: AlarmView = { ...alarm, state: "returned_unacknowledged", ended_ms: at_ms };
      open.set(key, returned);
      delta.alarms?.push(returned);
    } else if (alarm.ended_ms === null && value > alarm.extreme) {
      const grown = { ...alarm, extreme: value };
      open.set(key, grown);
      delta.alarms?.push(grown);
    }
  }
}
