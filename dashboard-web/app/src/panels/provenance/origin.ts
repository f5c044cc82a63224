import { type Freshness, freshness, periodSecs } from "../../feed/fresh";
import type { IndexView, LatestView, PropertyView, RuleView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import type { Wall } from "../../feed/store";
import { completeness } from "../detail/facts";

/** Where a number comes from. */
export interface Origin {
  readonly property: PropertyView | undefined;
  /** `undefined` for a figure of the whole city. */
  readonly thing: ThingView | undefined;
  /** What it is heard through: a gateway. */
  readonly parent: ThingView | undefined;
  readonly last: LatestView | undefined;
  readonly index: IndexView | undefined;
  readonly heard: Freshness;
  readonly periodMs: number;
  readonly windows: ReturnType<typeof completeness>;
  readonly rules: readonly RuleView[];
  /** How many things observe it, and how many of them are fresh. */
  readonly observers: { readonly fresh: number; readonly all: number };
}

/** What is known of the origin of a datastream's value, or with an empty thing of a figure over all of them. */
export function origin(wall: Wall, thingId: string, property: string): Origin {
  const facts = wall.facts();
  const known = facts?.properties.get(property);
  const thing = wall.things().get(thingId);
  const key = pairKey(thingId, property);
  const last = wall.latest().get(key);
  const observers = { fresh: 0, all: 0 };
  for (const each of wall.things().values()) {
    if (!each.properties.includes(property)) continue;
    observers.all += 1;
    const heard = freshness(wall.latest().get(pairKey(each.id, property)), each, known, wall.now());
    if (heard === "fresh") observers.fresh += 1;
  }
  const rules = [...(facts?.rules.values() ?? [])].filter((rule) => rule.properties.includes(property));
  return {
    property: known,
    thing,
    parent: thing?.parent === undefined ? undefined : wall.things().get(thing.parent),
    last,
    index: wall.indices().get(key),
    heard: thing === undefined ? "never" : freshness(last, thing, known, wall.now()),
    periodMs: (thing === undefined ? (known?.period_secs ?? 60) : periodSecs(thing, known)) * 1_000,
    windows: completeness(wall.trends().get(key)),
    rules: rules.sort((a, b) => a.level - b.level),
    observers,
  };
}
