import { freshness } from "../../feed/fresh";
import type { AlarmView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import type { Wall } from "../../feed/store";
import { type Ground, ground, worstOf } from "../reading";

/** A gateway and what is heard through it. */
export interface Gateway {
  readonly thing: ThingView;
  readonly children: number;
  readonly heard: number;
  /** When something last came through it. */
  readonly lastMs: number | undefined;
  readonly alarm: AlarmView | undefined;
  /** How many of them are marked: silent because of it. */
  readonly marked: number;
  /** Nothing behind it is fresh: its children are not silent each for itself. */
  readonly dead: boolean;
}

/** The things through which others are heard, by id. A parent that the catalogue does not know is one too. */
export function gateways(wall: Wall): Gateway[] {
  const things = wall.things();
  const known = ground(wall);
  const behind = new Map<string, ThingView[]>();
  for (const thing of things.values()) {
    if (thing.kind === "gateway" && !behind.has(thing.id)) behind.set(thing.id, []);
    if (thing.parent === undefined) continue;
    const children = behind.get(thing.parent);
    if (children === undefined) behind.set(thing.parent, [thing]);
    else children.push(thing);
  }
  const worst = worstOf(wall.alarms().values());
  const list = [...behind].map(([id, children]): Gateway => {
    const thing = things.get(id) ?? unknown(id);
    const heard = children.filter((child) => speaks(known, child)).length;
    return {
      thing,
      children: children.length,
      heard,
      marked: children.filter(({ silenced_by }) => silenced_by?.thing === id).length,
      lastMs: children.reduce((last, child) => later(last, lastOf(known, child)), lastOf(known, thing)),
      alarm: worst.get(id),
      dead: children.length > 0 && heard === 0,
    };
  });
  return list.sort((a, b) => (a.thing.id < b.thing.id ? -1 : 1));
}

function unknown(id: string): ThingView {
  return { id, name: { zh: id, en: id }, kind: "gateway", place: null, area: null, properties: [], period_secs: null };
}

function later(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one;
}

function lastOf({ latest }: Ground, thing: ThingView): number | undefined {
  return thing.properties.reduce<number | undefined>(
    (last, id) => later(last, latest.get(pairKey(thing.id, id))?.received_ms),
    undefined,
  );
}

function speaks({ properties, latest, nowMs }: Ground, thing: ThingView): boolean {
  return thing.properties.some(
    (id) => freshness(latest.get(pairKey(thing.id, id)), thing, properties.get(id), nowMs) === "fresh",
  );
}
