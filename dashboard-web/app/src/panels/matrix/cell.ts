import { type Freshness, freshness, STALE_PERIODS } from "../../feed/fresh";
import type {
  AlarmView,
  IndexKindView,
  IndexView,
  LatestView,
  PropertyView,
  TextView,
  ThingView,
} from "../../feed/messages";
import { type Facts, pairKey } from "../../feed/scene";
import { observedBy } from "../observed";

/** A column: what it is called, and the properties it covers. */
export interface Column {
  readonly key: string;
  readonly title: TextView;
  readonly properties: ReadonlySet<string>;
  /** Derived from what stations observe: an index, not a reading. */
  readonly derived: boolean;
}

/** The indices, the quickest first; a rule judges one under the id of its kind. */
const INDEX_KINDS: readonly IndexKindView[] = ["aqi_hourly", "aqi_daily"];

/** What a cell shows. */
export type Cell =
  | { readonly kind: "blank" }
  | { readonly kind: "normal" }
  | { readonly kind: "silent" }
  | { readonly kind: "alarm"; readonly alarm: AlarmView; readonly others: number };

/** The columns: the indices as one, each pollutant, each gas, and the weather as one. */
export function columns(facts: Facts, things: Iterable<ThingView>, weather: TextView): Column[] {
  const list = [...things];
  const single = (property: PropertyView, title: TextView): Column => ({
    key: property.id,
    title,
    properties: new Set([property.id]),
    derived: false,
  });
  const stations = observedBy("station", list, facts);
  const gases = observedBy("gas", list, facts);
  const conditions = observedBy("weather", list, facts);
  const found = [
    ...stations.map((property) => single(property, { zh: property.symbol, en: property.symbol })),
    ...gases.map((property) => single(property, property.title)),
  ];
  if (conditions.length > 0) found.push(many("weather", weather, conditions));
  const derived = INDEX_KINDS.map((kind) => facts.properties.get(kind)).filter((property) => property !== undefined);
  const [first] = derived;
  if (first !== undefined)
    found.unshift({ ...many("derived", { zh: first.symbol, en: first.symbol }, derived), derived: true });
  return found;
}

function many(key: string, title: TextView, properties: readonly PropertyView[]): Column {
  return { key, title, properties: new Set(properties.map(({ id }) => id)), derived: false };
}

/** What lasts before what has returned, then the level, then the number. */
function before(a: AlarmView, b: AlarmView): number {
  return Number(a.ended_ms !== null) - Number(b.ended_ms !== null) || a.level - b.level || a.number - b.number;
}

/** What the cells of all columns are made from. */
export interface Ground {
  readonly properties: ReadonlyMap<string, PropertyView>;
  readonly things: readonly ThingView[];
  readonly latest: ReadonlyMap<string, LatestView>;
  readonly indices: ReadonlyMap<string, IndexView>;
  readonly alarms: readonly AlarmView[];
  readonly nowMs: number;
}

/** The cell of an area and a column. */
export function cell(area: string, column: Column, ground: Ground): Cell {
  const own = ground.things.filter((thing) => thing.area === area);
  const ids = new Set(own.map((thing) => thing.id));
  const open = ground.alarms.filter((alarm) => ids.has(alarm.thing) && column.properties.has(alarm.property));
  const [first] = open.sort(before);
  if (first !== undefined) return { kind: "alarm", alarm: first, others: open.length - 1 };
  const heard = column.derived ? own.map((thing) => indexHeard(thing, column, ground)) : observed(own, column, ground);
  if (heard.includes("fresh")) return { kind: "normal" };
  return heard.some((how) => how !== undefined) ? { kind: "silent" } : { kind: "blank" };
}

function observed(own: readonly ThingView[], column: Column, ground: Ground): (Freshness | undefined)[] {
  return own.flatMap((thing) =>
    thing.properties
      .filter((id) => column.properties.has(id))
      .map((id) => freshness(ground.latest.get(pairKey(thing.id, id)), thing, ground.properties.get(id), ground.nowMs)),
  );
}

/** How the indices of a thing stand; `undefined` where nothing says that it should have one. */
function indexHeard(thing: ThingView, column: Column, ground: Ground): Freshness | undefined {
  const own = [...column.properties].flatMap((id) => {
    const index = ground.indices.get(pairKey(thing.id, id));
    const periodMs = (ground.properties.get(id)?.period_secs ?? 3_600) * 1_000;
    return index === undefined ? [] : [ground.nowMs - index.start_ms <= STALE_PERIODS * periodMs];
  });
  if (own.length === 0) return thing.kind === "station" ? "never" : undefined;
  return own.includes(true) ? "fresh" : "stale";
}
