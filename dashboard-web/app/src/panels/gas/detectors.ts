import { type Freshness, freshness } from "../../feed/fresh";
import type { AlarmView, LatestView, PropertyView, RuleView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import { ofKind } from "../observed";

/** One detector as its row shows it. */
export interface Detector {
  readonly thing: ThingView;
  readonly last: LatestView | undefined;
  readonly heard: Freshness;
  /** The most severe open alarm of this detector. */
  readonly alarm: AlarmView | undefined;
}

/** The detectors of a gas, by id. */
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
      return { thing, last, heard: freshness(last, thing, property, nowMs), alarm: worst.get(thing.id) };
    });
}

/** The value of a detector as far as it can be believed: a stale one still says what was there last. */
function believed({ last }: Detector): number {
  return last === undefined || last.out_of_range ? Number.NEGATIVE_INFINITY : last.value;
}

/** The highest first; then what says nothing that can be. */
export function byValue(list: readonly Detector[]): Detector[] {
  return [...list].sort((a, b) => {
    const [x, y] = [believed(a), believed(b)];
    return x === y ? 0 : y - x;
  });
}

/** The thresholds of a property, ascending. */
export function thresholds(property: PropertyView, rules: ReadonlyMap<string, RuleView>): number[] {
  const own = [...rules.values()].filter(
    (rule) => rule.operator === "threshold" && rule.properties.includes(property.id) && rule.direction === "above",
  );
  const raises = own.map((rule) => rule.raise).filter((raise) => raise !== null);
  return [...new Set(raises)].sort((a, b) => a - b);
}

/** Whether no detector needs attention: none above the lowest threshold, no alarm open. */
export function quiet(list: readonly Detector[], lowest: number | undefined): boolean {
  if (lowest === undefined) return false;
  return list.every((detector) => detector.alarm === undefined && believed(detector) <= lowest);
}
