import { freshness } from "../../feed/fresh";
import type { AlarmView, LatestView, PropertyView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import { COLUMNS, type Column, type ColumnId, columnOf, columnOfThing, isCell } from "../../lib/domains";
import { ranks } from "../reading";

/** What a cell shows. */
export type Cell =
  | { readonly kind: "blank" }
  /** Some are heard: how many of how many. */
  | { readonly kind: "normal"; readonly fresh: number; readonly all: number }
  | { readonly kind: "silent"; readonly all: number }
  | { readonly kind: "alarm"; readonly alarm: AlarmView; readonly others: number };

/** What the cells are made from. */
export interface Ground {
  readonly properties: ReadonlyMap<string, PropertyView>;
  readonly things: ReadonlyMap<string, ThingView>;
  readonly latest: ReadonlyMap<string, LatestView>;
  readonly alarms: readonly AlarmView[];
  readonly nowMs: number;
}

/** Counties by columns. */
export interface Matrix {
  /** The columns in which this city has anything. */
  readonly columns: readonly Column[];
  cell(area: string, column: ColumnId): Cell;
}

interface Count {
  fresh: number;
  all: number;
  alarms: AlarmView[];
}

/** Counts everything once, by county and column. */
export function matrix(ground: Ground): Matrix {
  const counts = new Map<string, Count>();
  const used = new Set<ColumnId>();
  const count = (area: string | null, column: ColumnId): Count => {
    used.add(column);
    const key = pairKey(area ?? "", column);
    let known = counts.get(key);
    if (known === undefined) {
      known = { fresh: 0, all: 0, alarms: [] };
      counts.set(key, known);
    }
    return known;
  };
  const parents = new Map<string, boolean>();
  for (const thing of ground.things.values()) {
    if (isCell(thing)) continue;
    const fresh = freshByColumn(thing, ground);
    for (const [column, heard] of fresh) {
      const entry = count(thing.area, column);
      entry.all += 1;
      if (heard) entry.fresh += 1;
    }
    // A gateway speaks by those behind it.
    if (thing.parent !== undefined)
      parents.set(thing.parent, (parents.get(thing.parent) ?? false) || [...fresh.values()].includes(true));
  }
  for (const [id, heard] of parents) {
    const thing = ground.things.get(id);
    if (thing === undefined || thing.properties.length > 0) continue;
    const entry = count(thing.area, columnOfThing(thing));
    entry.all += 1;
    if (heard) entry.fresh += 1;
  }
  for (const alarm of ground.alarms) {
    const thing = ground.things.get(alarm.thing);
    if (thing !== undefined) count(thing.area, columnOf(thing, alarm.property)).alarms.push(alarm);
  }
  return {
    columns: COLUMNS.filter(({ id }) => used.has(id)),
    cell(area, column) {
      const found = counts.get(pairKey(area, column));
      if (found === undefined) return { kind: "blank" };
      const [first] = found.alarms.sort(ranks);
      if (first !== undefined) return { kind: "alarm", alarm: first, others: found.alarms.length - 1 };
      const { fresh, all } = found;
      return fresh > 0 ? { kind: "normal", fresh, all } : { kind: "silent", all };
    },
  };
}

/** Whether anything of a thing is fresh, for each column in which it observes something. */
function freshByColumn(thing: ThingView, ground: Ground): Map<ColumnId, boolean> {
  const heard = new Map<ColumnId, boolean>();
  for (const id of thing.properties) {
    const column = columnOf(thing, id);
    if (heard.get(column) === true) continue;
    const last = ground.latest.get(pairKey(thing.id, id));
    heard.set(column, freshness(last, thing, ground.properties.get(id), ground.nowMs) === "fresh");
  }
  return heard;
}
