import { putEvents } from "./events";
import {
  type AlarmView,
  type CellView,
  type ChannelView,
  type CityView,
  type CorrectionView,
  type Delta,
  type EventTypeView,
  type EventView,
  type IncidentView,
  type IndexView,
  type LatestView,
  type PropertyView,
  type RuleView,
  type ServerMessage,
  type ShelvingView,
  type Snapshot,
  type SourceView,
  type StateView,
  type ThingView,
  type ToldView,
  TREND_POINTS,
  type TrendPoint,
  type TrendView,
  type WaitingView,
} from "./messages";

/** What does not change while the server runs. */
export interface Facts {
  readonly city: CityView;
  readonly properties: ReadonlyMap<string, PropertyView>;
  readonly rules: ReadonlyMap<string, RuleView>;
  readonly eventTypes: ReadonlyMap<string, EventTypeView>;
}

/** The parts of the state that are painted separately. */
export type Slice =
  | "facts"
  | "things"
  | "latest"
  | "trends"
  | "indices"
  | "alarms"
  | "sources"
  | "events"
  | "cells"
  | "channels"
  | "told"
  | "shelving"
  | "incidents"
  | "waiting";

const SLICES: readonly Slice[] = [
  "facts",
  "things",
  "latest",
  "trends",
  "indices",
  "alarms",
  "sources",
  "events",
  "cells",
  "channels",
  "told",
  "shelving",
  "incidents",
  "waiting",
];

const NOTHING: ShelvingView = { shelved: [], out_of_service: [] };

/** Key of a datastream, or of an index: sorts like the pair, because no id contains U+0000. */
export function pairKey(first: string, second: string): string {
  return `${first}\u0000${second}`;
}

/** An alarm that changed: what it was before, and what it is; one of them is missing where it came or left. */
export interface Turn {
  readonly before: AlarmView | undefined;
  readonly after: AlarmView | undefined;
}

/** The messages that make a scene; what the server says beside it moves nothing here. */
export type SceneMessage = Exclude<ServerMessage, { type: "history" }>;

/** The state of one scene at one log position. Messages are folded into it; nothing else writes to it. */
export class Scene {
  position: number | undefined;
  nowMs = 0;
  facts: Facts | undefined;
  readonly things = new Map<string, ThingView>();
  readonly latest = new Map<string, LatestView>();
  readonly trends = new Map<string, TrendView>();
  readonly indices = new Map<string, IndexView>();
  readonly alarms = new Map<string, AlarmView>();
  readonly sources = new Map<string, SourceView>();
  readonly events = new Map<string, readonly EventView[]>();
  /** The last windows of H3 cells, by cell and property. */
  readonly cells = new Map<string, CellView>();
  /** The ways to people who look at no screen. */
  readonly channels = new Map<string, ChannelView>();
  /** Who was told of open alarms, by alarm. */
  readonly told = new Map<string, ToldView>();
  /** What is kept quiet. */
  shelving: ShelvingView = NOTHING;
  /** Incidents that are neither over nor merged into another one. */
  readonly incidents = new Map<string, IncidentView>();
  /** Alarms that wait because an incident is at war, by alarm. */
  readonly waiting = new Map<string, WaitingView>();

  /** What the alarms that changed since the last time were before; `undefined` when everything is new. */
  private turned: Map<string, AlarmView | undefined> | undefined;

  /** The alarms that changed since this was asked last; `undefined` when everything may be another. */
  turns(): readonly Turn[] | undefined {
    const { turned } = this;
    this.turned = new Map();
    return turned && [...turned].map(([id, before]) => ({ before, after: this.alarms.get(id) }));
  }

  /** Folds a message in. `null` means that it does not fit the state: ask for a snapshot. */
  apply(message: SceneMessage): readonly Slice[] | null {
    switch (message.type) {
      case "snapshot":
        return this.replace(message);
      case "delta":
        return message.after === this.position ? this.change(message) : null;
    }
  }

  /** The state in the canonical form of the protocol: every list sorted by its key. */
  view(): StateView {
    const events = [...this.events].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, list]) => list);
    return {
      things: sorted(this.things),
      latest: sorted(this.latest),
      trends: sorted(this.trends),
      indices: sorted(this.indices),
      alarms: sorted(this.alarms),
      sources: sorted(this.sources),
      ...(events.length === 0 ? {} : { events }),
      ...(this.cells.size === 0 ? {} : { cells: sorted(this.cells) }),
      ...(this.channels.size === 0 ? {} : { channels: sorted(this.channels) }),
      ...(this.told.size === 0 ? {} : { told: sorted(this.told) }),
      ...(this.shelving.shelved.length + this.shelving.out_of_service.length === 0 ? {} : { shelving: this.shelving }),
      ...(this.incidents.size === 0 ? {} : { incidents: sorted(this.incidents) }),
      ...(this.waiting.size === 0 ? {} : { waiting: sorted(this.waiting) }),
    };
  }

  private replace(snapshot: Snapshot): readonly Slice[] {
    const { state } = snapshot;
    this.position = snapshot.position;
    this.turned = undefined;
    this.nowMs = snapshot.now_ms;
    this.facts = {
      city: snapshot.city,
      properties: new Map(snapshot.properties.map((property) => [property.id, property])),
      rules: new Map(snapshot.rules.map((rule) => [rule.id, rule])),
      eventTypes: new Map((snapshot.event_types ?? []).map((type) => [type.id, type])),
    };
    refill(this.things, state.things, (thing) => thing.id);
    refill(this.latest, state.latest, (value) => pairKey(value.thing, value.property));
    refill(this.trends, state.trends, (trend) => pairKey(trend.thing, trend.property));
    refill(this.indices, state.indices, (index) => pairKey(index.thing, index.kind));
    refill(this.alarms, state.alarms, (alarm) => alarm.id);
    refill(this.sources, state.sources, (source) => source.id);
    this.events.clear();
    putEvents(this.events, state.events ?? []);
    refill(this.cells, state.cells ?? [], (cell) => pairKey(cell.thing, cell.property));
    refill(this.channels, state.channels ?? [], (channel) => channel.channel);
    refill(this.told, state.told ?? [], (told) => told.alarm);
    this.shelving = state.shelving ?? NOTHING;
    refill(this.incidents, state.incidents ?? [], (incident) => incident.id);
    refill(this.waiting, state.waiting ?? [], (waiting) => waiting.alarm);
    return SLICES;
  }

  private change(delta: Delta): readonly Slice[] {
    const changed: Slice[] = [];
    const put = <T>(slice: Slice, map: Map<string, T>, list: readonly T[] | undefined, key: (value: T) => string) => {
      if (list === undefined || list.length === 0) return;
      for (const value of list) map.set(key(value), value);
      changed.push(slice);
    };
    this.position = delta.position;
    this.nowMs = delta.now_ms;
    for (const { id } of delta.alarms ?? []) this.turning(id);
    for (const id of delta.closed ?? []) this.turning(id);
    put("things", this.things, delta.things, (thing) => thing.id);
    put("latest", this.latest, delta.latest, (value) => pairKey(value.thing, value.property));
    put("indices", this.indices, delta.indices, (index) => pairKey(index.thing, index.kind));
    put("alarms", this.alarms, delta.alarms, (alarm) => alarm.id);
    put("sources", this.sources, delta.sources, (source) => source.id);
    put("cells", this.cells, delta.cells, (cell) => pairKey(cell.thing, cell.property));
    put("channels", this.channels, delta.channels, (channel) => channel.channel);
    put("told", this.told, delta.told, (told) => told.alarm);
    for (const { alarm, notices } of delta.told ?? []) if (notices.length === 0) this.told.delete(alarm);
    put("incidents", this.incidents, delta.incidents, (incident) => incident.id);
    for (const id of delta.incidents_over ?? []) this.incidents.delete(id);
    if (delta.incidents_over?.length) changed.push("incidents");
    put("waiting", this.waiting, delta.waiting, (waiting) => waiting.alarm);
    for (const id of delta.waiting_over ?? []) this.waiting.delete(id);
    if (delta.waiting_over?.length) changed.push("waiting");
    putEvents(this.events, delta.events ?? []);
    if (delta.events?.length) changed.push("events");
    for (const { thing, property } of delta.gone ?? []) this.latest.delete(pairKey(thing, property));
    if (delta.gone?.length) changed.push("latest");
    for (const id of delta.closed ?? []) {
      this.alarms.delete(id);
      this.told.delete(id);
    }
    if (delta.closed?.length) changed.push("alarms", "told");
    for (const point of delta.trend_points ?? []) {
      const key = pairKey(point.thing, point.property);
      this.trends.set(key, extended(this.trends.get(key), point));
    }
    if (delta.trend_points?.length) changed.push("trends");
    if (delta.shelving !== undefined) {
      this.shelving = delta.shelving;
      changed.push("shelving");
    }
    return changed;
  }

  private turning(id: string): void {
    if (this.turned?.has(id) === false) this.turned.set(id, this.alarms.get(id));
  }
}

/** A trend with one more window. Skipped windows count as `null`; one it spans is replaced; another step starts it anew. */
export function extended(trend: TrendView | undefined, point: TrendPoint): TrendView {
  const { thing, property, start_ms, step_secs, mean } = point;
  if (trend === undefined || trend.step_secs !== step_secs)
    return { thing, property, last_ms: start_ms, step_secs, means: [mean], corrected: noted([], point, 1, start_ms) };
  const steps = Math.round((start_ms - trend.last_ms) / (step_secs * 1_000));
  const held = trend.means.length;
  if (steps <= 0) {
    const index = held - 1 + steps;
    if (index < 0) return trend;
    const means = trend.means.with(index, mean);
    return { ...trend, means, corrected: noted(trend.corrected, point, held, trend.last_ms) };
  }
  // Made in its final size: thousands of them are made a minute.
  const length = Math.min(held + steps, TREND_POINTS);
  const means = new Array<number | null>(length);
  for (let at = 0; at < length; at += 1) means[at] = trend.means[held + steps - length + at] ?? null;
  means[length - 1] = mean;
  const corrected = noted(trend.corrected, point, length, start_ms);
  return { ...trend, last_ms: start_ms, means, corrected };
}

/** The corrections of the windows that a trend spans, after one more point. */
function noted(held: readonly CorrectionView[], point: TrendPoint, spanned: number, lastMs: number): CorrectionView[] {
  if (held.length === 0 && !point.corrected) return [];
  const { start_ms, step_secs, before } = point;
  const back = (correction: CorrectionView) => Math.round((lastMs - correction.start_ms) / (step_secs * 1_000));
  const kept = held.filter((correction) => correction.start_ms !== start_ms && back(correction) < spanned);
  if (point.corrected) kept.push({ start_ms, before });
  return kept.sort((a, b) => a.start_ms - b.start_ms);
}

function refill<T>(map: Map<string, T>, list: readonly T[], key: (value: T) => string): void {
  map.clear();
  for (const value of list) map.set(key(value), value);
}

function sorted<T>(map: ReadonlyMap<string, T>): T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value);
}
