/** A moment as people of the city's zone read it. */
export interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let known = formats.get(zone);
  if (known === undefined) {
    known = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, known);
  }
  return known;
}

/** A moment in a zone. */
export function moment(ms: number, zone: string): Moment {
  const parts = new Map(
    format(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const get = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
  return {
    year: Number(get("year")),
    month: Number(get("month")),
    day: Number(get("day")),
    weekday: WEEKDAYS.indexOf(get("weekday")),
    hour: get("hour"),
    minute: get("minute"),
    second: get("second"),
  };
}

/** `16:42` */
export function clockMinutes(ms: number, zone: string): string {
  const { hour, minute } = moment(ms, zone);
  return `${hour}:${minute}`;
}

/** `16:42`, with the day before it when that is not today: `03-07 16:42`. */
export function clockOfDay(ms: number, nowMs: number, zone: string): string {
  const [then, now] = [moment(ms, zone), moment(nowMs, zone)];
  const today = then.day === now.day && then.month === now.month && then.year === now.year;
  return today ? clockMinutes(ms, zone) : `${pad(then.month)}-${pad(then.day)} ${then.hour}:${then.minute}`;
}

/** `16:42:08` */
export function clockSeconds(ms: number, zone: string): string {
  const { hour, minute, second } = moment(ms, zone);
  return `${hour}:${minute}:${second}`;
}

const pad = (value: number): string => String(value).padStart(2, "0");

/** A list age, `h:mm:ss`; never negative. */
export function age(ms: number): string {
  const secs = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(secs / 3_600)}:${pad(Math.floor(secs / 60) % 60)}:${pad(secs % 60)}`;
}

/** A deadline: `mm:ss` that is left, over `+mm:ss`; hours where there are any. */
export function remaining(ms: number): string {
  const secs = Math.floor(Math.abs(ms) / 1_000);
  const text = `${pad(Math.floor(secs / 60) % 60)}:${pad(secs % 60)}`;
  return `${ms < 0 ? "+" : ""}${secs >= 3_600 ? `${Math.floor(secs / 3_600)}:` : ""}${text}`;
}

/** The unit in which an approximate duration is said. */
export type SpanUnit = "second" | "minute" | "hour" | "day";

/** An approximate duration in one unit, rounded down: 12 seconds, 9 minutes, 3 hours, 2 days. */
export function span(ms: number): { readonly count: number; readonly unit: SpanUnit } {
  const secs = Math.max(0, Math.floor(ms / 1_000));
  if (secs < 60) return { count: secs, unit: "second" };
  if (secs < 3_600) return { count: Math.floor(secs / 60), unit: "minute" };
  if (secs < 48 * 3_600) return { count: Math.floor(secs / 3_600), unit: "hour" };
  return { count: Math.floor(secs / 86_400), unit: "day" };
}
