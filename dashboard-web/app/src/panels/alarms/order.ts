import type { AlarmStateView, AlarmView } from "../../feed/messages";
import { LEVELS, type Level, toLevel } from "../../ui/signs";

const URGENCY: Readonly<Record<AlarmStateView, number>> = {
  unacknowledged: 0,
  returned_unacknowledged: 1,
  acknowledged: 2,
};

/** Unacknowledged first, then level, then age (the longest first), then number. */
export function byUrgency(a: AlarmView, b: AlarmView): number {
  return URGENCY[a.state] - URGENCY[b.state] || a.level - b.level || a.started_ms - b.started_ms || a.number - b.number;
}

/** The alarms that get a row, and those that do not. */
export interface Rows {
  readonly shown: readonly AlarmView[];
  readonly hidden: readonly AlarmView[];
}

/**
 * Cuts a list to the rows there are. The most severe alarm that lasts, and the most severe of all, are never hidden behind lower ones:
 * they take the last rows.
 */
export function rows(alarms: Iterable<AlarmView>, rowsMax: number): Rows {
  const sorted = [...alarms].sort(byUrgency);
  const shown = new Set(sorted.slice(0, rowsMax));
  const kept = new Set<AlarmView>();
  for (const group of [sorted.filter((alarm) => alarm.ended_ms === null), sorted]) {
    const worst = Math.min(...group.map((alarm) => alarm.level));
    const found =
      group.find((alarm) => alarm.level === worst && shown.has(alarm)) ?? group.find((a) => a.level === worst);
    if (found === undefined) continue;
    kept.add(found);
    if (shown.has(found)) continue;
    const last = [...shown].reverse().find((alarm) => !kept.has(alarm));
    if (last === undefined) continue;
    shown.delete(last);
    shown.add(found);
  }
  return {
    shown: sorted.filter((alarm) => shown.has(alarm)),
    hidden: sorted.filter((alarm) => !shown.has(alarm)),
  };
}

/** How many alarms there are of each level, the most severe first. */
export function countByLevel(alarms: Iterable<AlarmView>): { level: Level; count: number }[] {
  const counts = LEVELS.map((level) => ({ level, count: 0 }));
  for (const alarm of alarms) {
    const entry = counts[toLevel(alarm.level) - 1];
    if (entry !== undefined) entry.count += 1;
  }
  return counts;
}

/** The row to select when the selection moves by `step` among `ids`; none selected starts at the near end. */
export function moved(ids: readonly string[], selected: string | undefined, step: 1 | -1): string | undefined {
  const index = selected === undefined ? -1 : ids.indexOf(selected);
  if (index < 0) return step === 1 ? ids[0] : ids[ids.length - 1];
  return ids[Math.min(ids.length - 1, Math.max(0, index + step))];
}

/** Whether it calls people: it is neither on the shelf nor out of service. */
export function calls(alarm: AlarmView): boolean {
  return alarm.quiet === undefined;
}

/** The alarms that call people. */
export function calling(alarms: Iterable<AlarmView>): AlarmView[] {
  return [...alarms].filter(calls);
}

/** Whether somebody still has to acknowledge it. */
export function waits(alarm: AlarmView): boolean {
  return alarm.state !== "acknowledged";
}

/** The next unacknowledged alarm after the selected one, round the list. */
export function nextWaiting(list: readonly AlarmView[], selected: string | undefined): string | undefined {
  const start = list.findIndex((alarm) => alarm.id === selected) + 1;
  const turned = [...list.slice(start), ...list.slice(0, start)];
  return turned.find(waits)?.id;
}
