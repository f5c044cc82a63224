import type {
  AlarmView,
  Delta,
  IndexView,
  LatestView,
  OwnLimitView,
  Snapshot,
  ThingView,
  TrendView,
} from "../feed/messages";
import { EVENT_TYPES, GATEWAY_RULE, PROPERTIES, RULES, WRITTEN } from "./catalogue";
import { cellsAt } from "./cells";
import { CITY } from "./city";
import { eventsAt, eventsBefore } from "./events";
import { things } from "./network";
import { type Random, seeded } from "./random";
import { lot, valueAt } from "./values";

/** City time at which the rehearsal begins: 2026-06-24 14:42:00 in Quzhou. */
export const START_MS = Date.UTC(2026, 5, 24, 6, 42, 0);
/** Length of the rehearsal. */
export const LENGTH_SECS = 240;

const SILENT = new Set(["air-330824-07", "air-330881-09"]);
const NEVER = new Set(["met-330825"]);
const SILENT_CAMERAS = new Set(["cam-qz-13", "cam-qz-27"]);
/** This gateway fell silent before the rehearsal begins; it is told at this second. */
const DEAD = { id: "gw-04", beforeMs: 170_000, toldSecs: 15 } as const;

/** The class of a section names the item that decided it. */
function reasoned(thing: ThingView, property: string): Pick<LatestView, "because"> {
  if (property !== "water_class") return {};
  return { because: lot(`because ${thing.id}`) < 0.6 ? "nh3n" : "tp" };
}

/** How long before the rehearsal a thing spoke for the last time; `undefined` when it still speaks. */
function silentMs(thing: ThingView): number | undefined {
  if (SILENT.has(thing.id) || SILENT_CAMERAS.has(thing.id)) return 23 * 60_000;
  return thing.parent === DEAD.id ? DEAD.beforeMs : undefined;
}
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

/** A snapshot and what follows it. */
export interface Rehearsal {
  readonly snapshot: Snapshot;
  readonly deltas: readonly Delta[];
}

/** What the invented city sends: a snapshot, then one delta for each second. The same every time. */
export function rehearse(lengthSecs = LENGTH_SECS, seed = 330_800): Rehearsal {
  const random = seeded(seed);
  const network = things(random);
  const periods = new Map(PROPERTIES.map((property) => [property.id, property.period_secs]));
  const latest: LatestView[] = [];
  const trends: TrendView[] = [];
  for (const thing of network) {
    if (NEVER.has(thing.id)) continue;
    for (const property of [...thing.properties].sort()) {
      const period = periods.get(property) ?? 60;
      const back = silentMs(thing) ?? period * 1_000 * lot(thing.id);
      const step_secs = Math.max(60, period);
      const at_ms = START_MS - Math.round(back);
      const value = rounded(valueAt(thing, property, 0, random), property);
      latest.push({
        thing: thing.id,
        property,
        value,
        at_ms,
        received_ms: at_ms + 400,
        out_of_range: false,
        ...reasoned(thing, property),
      });
      const means = Array.from({ length: 60 }, (_, minute) =>
        rounded(valueAt(thing, property, (minute - 60) * step_secs, random), property),
      );
      trends.push({
        thing: thing.id,
        property,
        last_ms: START_MS - step_secs * 1_000,
        step_secs,
        means,
        corrected: [],
      });
    }
  }
  const snapshot: Snapshot = {
    scene: "wall",
    position: 1_204_331,
    now_ms: START_MS,
    city: CITY,
    properties: [...PROPERTIES],
    rules: [...RULES, GATEWAY_RULE],
    event_types: [...EVENT_TYPES],
    state: {
      things: network,
      latest,
      trends,
      indices: network.filter((thing) => thing.kind === "station").map(indexOf),
      alarms: [],
      events: eventsBefore(START_MS),
      cells: cellsAt(network, START_MS),
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
    const delta: Growing = {
      after: state.position,
      position: 0,
      now_ms,
      latest: [],
      alarms: [],
      closed: [],
      trend_points: [],
      events: eventsAt(secs, now_ms),
    };
    snapshot.state.things.forEach((thing, index) => {
      // Gauges speak every five minutes; in the rehearsal they speak as often as the others, or nothing would move.
      const period = thing.kind === "gas" ? 5 : 60;
      if (silentMs(thing) !== undefined || NEVER.has(thing.id) || (secs + index) % period !== 0) return;
      for (const property of [...thing.properties].sort()) {
        const value = rounded(valueAt(thing, property, secs, random), property);
        const at_ms = now_ms - 600;
        delta.latest?.push({
          thing: thing.id,
          property,
          value,
          at_ms,
          received_ms: now_ms,
          out_of_range: false,
          ...reasoned(thing, property),
        });
        judge(thing, property, value, at_ms, now_ms, open, delta, state);
        if (secs % 60 < period && periodOf(property) <= 60) {
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
    if (secs === DEAD.toldSecs) {
      const alarm = gatewayAlarm(now_ms, state);
      delta.alarms?.push(alarm);
      delta.things = snapshot.state.things
        .filter(({ parent }) => parent === DEAD.id)
        .map((thing) => ({ ...thing, silenced_by: { alarm: alarm.id, thing: DEAD.id } }));
    }
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

type Growing = { -readonly [Key in keyof Delta]: Delta[Key] };

const PERIODS: ReadonlyMap<string, number> = new Map(PROPERTIES.map(({ id, period_secs }) => [id, period_secs]));
const periodOf = (property: string): number => PERIODS.get(property) ?? 60;

type Raised = Pick<
  AlarmView,
  "level" | "rule" | "thing" | "property" | "value" | "threshold" | "started_ms" | "raised_ms"
>;

function raise(state: { numbers: number }, raised: Raised): AlarmView {
  state.numbers += 1;
  return {
    ...raised,
    id: `a${String(state.numbers).padStart(4, "0")}`,
    number: state.numbers,
    state: "unacknowledged",
    extreme: raised.value,
    ended_ms: null,
    key: null,
    acknowledged: null,
    corrected: false,
    before: null,
    raised_by: WRITTEN,
  };
}

function gatewayAlarm(now_ms: number, state: { numbers: number }): AlarmView {
  const { id: rule, level } = GATEWAY_RULE;
  const started_ms = START_MS - DEAD.beforeMs;
  return raise(state, {
    rule,
    level,
    thing: DEAD.id,
    property: "no_data",
    value: 300,
    threshold: 300,
    started_ms,
    raised_ms: now_ms,
  });
}

/** A threshold: a number, or the thing's own limit. */
function beyond(value: number | null, own: OwnLimitView | null, thing: ThingView): number | undefined {
  if (own === null) return value ?? undefined;
  const limit = thing.limits?.[own.limit];
  return limit === undefined ? undefined : limit + own.offset;
}

function judge(
  thing: ThingView,
  property: string,
  value: number,
  at_ms: number,
  now_ms: number,
  open: Map<string, AlarmView>,
  delta: Growing,
  state: { numbers: number },
): void {
  for (const rule of RULES) {
    if (!rule.properties.includes(property)) continue;
    const threshold = beyond(rule.raise, rule.raise_limit, thing);
    const clear = beyond(rule.clear, rule.clear_limit, thing);
    if (threshold === undefined || clear === undefined) continue;
    const key = `${rule.id} ${thing.id}`;
    const alarm = open.get(key);
    if (alarm === undefined) {
      if (value <= threshold) continue;
      const { id, level } = rule;
      const raised = raise(state, {
        rule: id,
        level,
        thing: thing.id,
        property,
        value,
        threshold,
        started_ms: at_ms,
        raised_ms: now_ms,
      });
      open.set(key, raised);
      delta.alarms?.push(raised);
    } else if (alarm.ended_ms === null && value < clear) {
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
