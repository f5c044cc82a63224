import type { Evidence, ReportMoment } from "../feed/report";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";
import { moment } from "../lib/time";

const pad = (value: number): string => String(value).padStart(2, "0");
/** So much of a digest is told to people; the ledger has all of it. */
const DIGEST_CHARS = 12;

/** `2026-03-01 16:42:08` */
export function dated(at: string, zone: string): string {
  const { year, month, day, hour, minute, second } = moment(Date.parse(at), zone);
  return `${year}-${pad(month)}-${pad(day)} ${hour}:${minute}:${second}`;
}

/** `16:42:08`, or a dash for what did not happen. */
export function clock(at: string | null, zone: string): string {
  if (at === null) return "—";
  const { hour, minute, second } = moment(Date.parse(at), zone);
  return `${hour}:${minute}:${second}`;
}

/** How long something took: `h:mm:ss`, under an hour `mm:ss`; a dash when it never was. */
export function took(secs: number | null): string {
  if (secs === null) return "—";
  const whole = Math.round(secs);
  const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return whole >= 3_600 ? `${Math.floor(whole / 3_600)}:${rest}` : rest;
}

/** What happened, in words. */
export function what(one: ReportMoment): string {
  const steps: Readonly<Record<string, string>> = t().steps;
  return t().report.whats[one.what] ?? steps[one.what] ?? t().acts[one.what] ?? one.what;
}

/** What a rule is called. */
export function ruleName(wall: Wall, rule: string): string {
  const known = wall.facts()?.rules.get(rule);
  return known === undefined ? rule : say(known.title);
}

/** What a datastream is of: `Tank area 2 Chlorine`. */
export function subjectName(wall: Wall, subject: string): string {
  const split = subject.lastIndexOf(":");
  const [thing, property] = [subject.slice(0, split), subject.slice(split + 1)];
  const [of, measured] = [wall.things().get(thing), wall.facts()?.properties.get(property)];
  return `${of === undefined ? thing : say(of.name)} ${measured === undefined ? property : say(measured.title)}`;
}

/** What it was about; a stage and an alarm by their names. */
export function about(one: ReportMoment, wall: Wall): string {
  const text = say(one.about);
  const [rule, subject] = text.split(" ");
  if (one.what.startsWith("alarm_") && rule !== undefined && subject !== undefined)
    return `${ruleName(wall, rule)}　${subjectName(wall, subject)}`;
  if (one.what !== "move") return text;
  const stages: Readonly<Record<string, string>> = t().stageNames;
  return stages[text] ?? text;
}

/** On what it was decided, or what proves it. */
export function grounds(evidence: Evidence | null): string {
  const short = (digest: string) => digest.slice(0, DIGEST_CHARS);
  const words = t().report.evidence;
  switch (evidence?.by) {
    case undefined:
      return "";
    case "screen":
      return words.screen(short(evidence.digest), evidence.position);
    case "photos":
      return words.photos(evidence.digests.length, short(evidence.digests[0] ?? ""));
    case "readings":
      return words.readings(evidence.datastream ?? "", String(evidence.value));
    case "plan":
      return words.plan(evidence.plan, short(evidence.digest));
  }
}
