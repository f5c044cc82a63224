import type { Sent } from "../feed/command";
import type { Advice, Cover } from "../feed/forces";
import { type Text, t } from "../lib/i18n";
import { groups } from "./scene";

/** A line of the recommendation. */
export interface Row {
  readonly unit: string;
  readonly name: Text;
  readonly letter: string;
  readonly advised: boolean;
  /** Whole minutes, rounded up: nobody is there sooner than said. Of one that was not chosen, if its way were open. */
  readonly minutes: number;
  readonly secs: number;
  /** What its home loses. */
  readonly cover: Cover | undefined;
  /** Why it was not chosen: the first reason. */
  readonly reason: Text | undefined;
}

/** The chosen first, then the nearer ones that were not chosen. */
export function rows(advice: Advice | undefined, passedMax: number): Row[] {
  const letters = groups(advice, passedMax);
  const letter = (unit: string) => letters.get(unit) ?? "?";
  const minutes = (secs: number) => Math.ceil(secs / 60);
  const chosen = (advice?.chosen ?? []).map(
    ({ unit, name, time_secs, cover }): Row => ({
      unit,
      name,
      letter: letter(unit),
      advised: true,
      minutes: minutes(time_secs),
      secs: time_secs,
      cover,
      reason: undefined,
    }),
  );
  const passed = (advice?.passed_over ?? []).slice(0, passedMax).map(
    ({ unit, name, open_secs, why }): Row => ({
      unit,
      name,
      letter: letter(unit),
      advised: false,
      minutes: minutes(open_secs),
      secs: open_secs,
      cover: undefined,
      reason: why[0]?.text,
    }),
  );
  return [...chosen, ...passed];
}

/** What is sent of what was ticked, each with whether it was advised. */
export function advised(shown: readonly Row[], picked: ReadonlySet<string>): Sent[] {
  return shown
    .filter(({ unit }) => picked.has(unit))
    .map(({ unit, advised, secs }) => (advised ? { unit, advised, eta_secs: secs } : { unit, advised }));
}

/** What a home loses, in words. */
export function coverWords(cover: Cover | undefined): string {
  if (cover === undefined) return "";
  const { before_secs: before, after_secs: after } = cover;
  if (after === null) return t().coverGone;
  const minutes = (secs: number | null) => (secs === null ? "—" : t().inMinutes(Math.ceil(secs / 60)));
  return t().coverLeft(minutes(before), minutes(after));
}
