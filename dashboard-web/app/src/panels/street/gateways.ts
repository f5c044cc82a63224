import { freshness } from "../../feed/fresh";
import type { AlarmView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import type { Wall } from "../../feed/store";
import { worstOf } from "../reading";

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
  const behind = new Map<string, ThingView[]>();
  for (const thing of wall.things().values()) {
    if (thing.kind === "gateway" && !behind.has(thing.id)) behind.set(thing.id, []);
    if (thing.parent === undefined) continue;
    const known = behind.get(thing.parent);
    if (known === undefined) behind.set(thing.parent, [thing]);
    else known.push(thing);
  }
  const worst = worstOf(wall.alarms().values());
  const list = [...behind].map(([id, children]): Gateway => {
    const thing = wall.things().get(id) ?? unknown(id);
    const lasts = [thing, ...children].flatMap((each) => lastOf(wall, each));
    const heard = children.filter((child) => speaks(wall, child)).length;
    return {
      thing,
      children: children.length,
      heard,
      marked: children.filter(({ silenced_by }) => silenced_by?.thing === id).length,
      lastMs: lasts.length === 0 ? undefined : Math.max(...lasts),
      alarm: worst.get(id),
      dead: children.length > 0 && heard === 0,
    };
  });
  return list.sort((a, b) => (a.thing.id < b.thing.id ? -1 : 1));
}

function unknown(id: string): ThingView {
  return { id, name: { zh: id, en: id }, kind: "gateway", place: null, area: null, properties: [], period_secs: null };
}

function lastOf(wall: Wall, thing: ThingView): number[] {
  return thing.properties.flatMap((id) => {
    const last = wall.latest().get(pairKey(thing.id, id));
    return last === undefined ? [] : [last.received_ms];
  });
}

function speaks(wall: Wall, thing: ThingView): boolean {
  return thing.properties.some((id) => {
    const last = wall.latest().get(pairKey(thing.id, id));
    return freshness(last, thing, wall.facts()?.properties.get(id), wall.now()) === "fresh";
  });
}
