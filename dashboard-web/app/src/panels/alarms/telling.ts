import { type Freshness, freshness } from "../../feed/fresh";
import type { AlarmView, AreaView, PropertyView, RuleView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import type { Wall } from "../../feed/store";
import { say, spoken } from "../../lib/i18n";
import { fixed } from "../../lib/number";

const NO_NAME = { zh: "", en: "" };

/** What can be told of an alarm on any screen: its rule, its place, its figures. What is not known is told by its id. */
export interface Telling {
  readonly rule: RuleView | undefined;
  readonly property: PropertyView | undefined;
  readonly thing: ThingView | undefined;
  readonly area: AreaView | undefined;
  readonly title: string;
  readonly name: string;
}

/** What the catalogue knows of an alarm. */
export function telling(wall: Wall, alarm: AlarmView): Telling {
  const facts = wall.facts();
  const rule = facts?.rules.get(alarm.rule);
  const thing = wall.things().get(alarm.thing);
  return {
    rule,
    property: facts?.properties.get(alarm.property),
    thing,
    area: facts?.city.areas.find(({ code }) => code === thing?.area),
    title: rule === undefined ? alarm.rule : say(rule.title),
    name: thing === undefined ? alarm.thing : say(thing.name ?? NO_NAME),
  };
}

/** A value as the property of the alarm says it. */
export function valued({ property }: Telling, value: number): string {
  return fixed(value, property?.decimals ?? 2);
}

/** What is known of it now, and whether that is old. An index is judged like anything observed, but has no reading of its own. */
export function current(
  wall: Wall,
  alarm: AlarmView,
  known: Telling,
): { readonly value: number | undefined; readonly heard: Freshness; readonly atMs: number | undefined } | undefined {
  const key = pairKey(alarm.thing, alarm.property);
  const last = wall.latest().get(key);
  const index = wall.indices().get(key)?.value ?? undefined;
  // What was measured may have been taken back; what a rule on events or on silence judges never was a reading.
  if (last === undefined && index === undefined)
    return known.property === undefined ? undefined : { value: undefined, heard: "never", atMs: undefined };
  if (last === undefined) return { value: index, heard: "fresh", atMs: undefined };
  if (known.thing === undefined) return undefined;
  const heard = freshness(last, known.thing, known.property, wall.now());
  return { value: last.value, heard, atMs: last.at_ms };
}

/** The threshold in words; empty for a rule that has none. */
export function limit(alarm: AlarmView, { rule, property }: Telling): string {
  const operator = rule?.operator;
  if (operator === "event") return "";
  if (operator === "no_data" || operator === "stuck") return spoken(alarm.threshold * 1_000);
  const unit = property?.unit ?? "";
  return `${Number(alarm.threshold.toFixed(3))} ${unit}${operator === "rate" ? "/h" : ""}`;
}
