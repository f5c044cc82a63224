import type { AlarmView } from "../../feed/messages";

/** What late data changed in an alarm: as it was said before, and as it is. */
export interface Correction {
  readonly what: "began" | "ended" | "extreme";
  readonly before: string;
  readonly after: string;
}

/** The change that matters most: when it began, else when it ended, else how far it went. */
export function correction(
  alarm: AlarmView,
  clock: (ms: number) => string,
  value: (value: number) => string,
  lasting: string,
): Correction | undefined {
  const { before } = alarm;
  if (before === null) return undefined;
  const ended = (ms: number | null) => (ms === null ? lasting : clock(ms));
  if (before.started_ms !== alarm.started_ms)
    return { what: "began", before: clock(before.started_ms), after: clock(alarm.started_ms) };
  if (before.ended_ms !== alarm.ended_ms)
    return { what: "ended", before: ended(before.ended_ms), after: ended(alarm.ended_ms) };
  if (before.extreme !== alarm.extreme)
    return { what: "extreme", before: value(before.extreme), after: value(alarm.extreme) };
  return undefined;
}
