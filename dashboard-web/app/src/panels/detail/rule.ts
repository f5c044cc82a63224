import type { OwnLimitView, RuleView, ThingView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { say, spoken, t } from "../../lib/i18n";
import { kindName } from "../video/video";

const plain = (value: number): string => Number(value.toFixed(3)).toString();

const secsSpoken = (secs: number | null): string => spoken((secs ?? 0) * 1_000);

/** The value of a threshold at a thing: a number for all, or the thing's own limit. */
function at(value: number | null, own: OwnLimitView | null, thing: ThingView | undefined): number | undefined {
  if (own === null) return value ?? undefined;
  const limit = thing?.limits?.[own.limit];
  return limit === undefined ? undefined : limit + own.offset;
}

/** Where an alarm of this thing returns to normal; `undefined` when the rule has no such value in the unit of the readings. */
export function clearOf(rule: RuleView | undefined, thing: ThingView | undefined): number | undefined {
  return rule?.operator === "threshold" ? at(rule.clear, rule.clear_limit, thing) : undefined;
}

/** A threshold in words: the value, and whose limit it is. */
function told(value: number | null, own: OwnLimitView | null, thing: ThingView | undefined, unit: string): string {
  const known = at(value, own, thing);
  const number = known === undefined ? "" : `${plain(known)} ${unit}`.trim();
  if (own === null) return number;
  const offset = own.offset === 0 ? "" : ` ${own.offset > 0 ? "+" : "−"}${plain(Math.abs(own.offset))}`;
  const name = `${t().ownLimit(own.limit)}${offset}`;
  return number === "" ? name : `${number}（${name}）`;
}

/** A rule in one short word: its threshold, or how it judges. */
export function brief(rule: RuleView, thing: ThingView | undefined): string {
  switch (rule.operator) {
    case "threshold":
    case "rate": {
      const known = at(rule.raise, rule.raise_limit, thing);
      const mark = rule.direction === "below" ? "<" : ">";
      const number = known === undefined ? t().ownLimit(rule.raise_limit?.limit ?? "") : plain(known);
      return rule.operator === "rate" ? `${mark} ${number} /h` : `${mark} ${number}`;
    }
    case "no_data":
      return t().noDataRule(rule.periods, secsSpoken(rule.for_secs));
    case "stuck":
      return t().stuckRule(secsSpoken(rule.for_secs), rule.min_count ?? 0);
    case "event":
      return say(rule.title);
  }
}

/** A rule in a sentence: how it judges, with the values that hold at this thing. */
export function explained(rule: RuleView, wall: Wall, thing: ThingView | undefined): string {
  const property = wall.facts()?.properties.get(rule.properties[0] ?? "");
  const unit = property?.unit ?? "";
  const above = rule.direction !== "below";
  switch (rule.operator) {
    case "threshold": {
      const raise = told(rule.raise, rule.raise_limit, thing, unit);
      const text = t().beyond(above, raise, told(rule.clear, rule.clear_limit, thing, unit));
      return rule.for_secs === null || rule.for_secs === 0
        ? text
        : `${text} · ${t().delayed(secsSpoken(rule.for_secs))}`;
    }
    case "rate": {
      const raise = told(rule.raise, rule.raise_limit, thing, `${unit}/h`);
      const clear = told(rule.clear, rule.clear_limit, thing, `${unit}/h`);
      return t().beyondRate(above, raise, clear, secsSpoken(rule.over_secs));
    }
    case "no_data":
      return t().noDataRule(rule.periods, secsSpoken(rule.for_secs));
    case "stuck":
      return t().stuckRule(secsSpoken(rule.for_secs), rule.min_count ?? 0);
    case "event": {
      const least = rule.min.map((each) => {
        const known = wall.facts()?.properties.get(each.property);
        return `${known === undefined ? each.property : say(known.title)} ≥ ${plain(each.value)} ${known?.unit ?? ""}`.trim();
      });
      return t().eventRule(
        kindName(wall, rule.event ?? ""),
        least.join(", "),
        rule.by !== "thing",
        secsSpoken(rule.hold_secs),
      );
    }
  }
}
