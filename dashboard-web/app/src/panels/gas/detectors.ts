import { freshness } from "../../feed/fresh";
import type { AlarmView, LatestView, PropertyView, RuleView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import { ofKind } from "../observed";

/** One detector as its row shows it. */
export interface Detector {
  readonly thing: ThingView;
  readonly last: LatestView | undefined;
  readonly fresh: boolean;
  /** The most severe open alarm of this detector. */
  readonly alarm: AlarmView | undefined;
}

/** The detectors of a gas: those with a value by value, then those never heard. */
export function detectors(
  property: PropertyView,
  things: ReadonlyMap<string, ThingView>,
  latest: ReadonlyMap<string, LatestView>,
  alarms: ReadonlyMap<string, AlarmView>,
  nowMs: number,
): Detector[] {
  const worst = new Map<string, AlarmView>();
  for (const alarm of alarms.values()) {
    if (alarm.property !== property.id) continue;
    const known = worst.get(alarm.thing);
    const before = known === undefined || Number(alarm.ended_ms !== null) < Number(known.ended_ms !== null);
    const same = known !== undefined && (alarm.ended_ms === null) === (known.ended_ms === null);
    if (before || (same && (alarm.level - known.level || alarm.number - known.number) < 0))
      worst.set(alarm.thing, alarm);
  }
  return ofKind("gas", things)
    .filter((thing) => thing.properties.includes(property.id))
    .map((thing) => {
      const last = latest.get(pairKey(thing.id, property.id));
      const fresh = freshness(last, thing, property, nowMs) === "fresh";
      return { thing, last, fresh, alarm: worst.get(thing.id) };
    })
    .sort((a, b) => (b.last?.value ?? -1) - (a.last?.value ?? -1));
}

/** The thresholds of a property, ascending. */
export function thresholds(property: PropertyView, rules: ReadonlyMap<string, RuleView>): number[] {
  const own = [...rules.values()].filter((rule) => rule.property === property.id && rule.direction === "above");
  return [...new Set(own.map((rule) => rule.raise))].sort((a, b) => a - b);
}

/** Whether there is nothing to say about the detectors: all heard, all below the lowest threshold, no alarm open. */
export function quiet(list: readonly Detector[], lowest: number | undefined): boolean {
  if (lowest === undefined || list.length === 0) return false;
  return list.every(
    ({ last, fresh, alarm }) => fresh && alarm === undefined && last !== undefined && last.value <= lowest,
  );
}
