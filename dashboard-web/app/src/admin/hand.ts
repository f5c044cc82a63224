import type { Admin, Reply } from "../feed/admin";
import type { Own } from "../feed/presence";
import type { Wall } from "../feed/store";
import { spoken } from "../lib/i18n";
import { clockOfDay } from "../lib/time";

/** What the pages share. */
export interface Hand {
  readonly admin: Admin;
  readonly own: Own;
  readonly wall: Wall;
  /** Words that rows are looked for by, small letters. */
  looked(): readonly string[];
  /** Says what came of something; what was asked for, when it went well. */
  after<T>(reply: Reply<T>, done?: string): T | undefined;
  /** A time of the machine's clock as people of the city read it. */
  clock(time: string): string;
}

/** Whether a row has all the words. */
export function has(words: readonly string[], ...texts: readonly string[]): boolean {
  const text = texts.join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The time of the machine's clock: accounts and tokens are of it. */
export function machineClock(time: string, zone: string): string {
  return clockOfDay(Date.parse(time), Date.now(), zone);
}

/** How long something is: `9 min`. */
export function long(secs: number): string {
  return spoken(secs * 1_000);
}

/** What a list of words in one field says. */
export function wordsOf(text: string): string[] {
  return text.split(/[\s,，、]+/).filter(Boolean);
}

/** The row after or before one, by its key; the first when none is chosen. */
export function moved<T>(
  rows: readonly T[],
  key: (row: T) => string,
  chosen: string | undefined,
  by: number,
): string | undefined {
  const at = rows.findIndex((row) => key(row) === chosen);
  const to = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  return to === undefined ? undefined : key(to);
}
