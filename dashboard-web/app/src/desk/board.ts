import type { AlarmView } from "../feed/messages";
import type { Turn } from "../feed/scene";
import { LEVELS, toLevel } from "../ui/signs";

/** The fixed groups of the list, after the states of ISA-18.2, in their order: what is kept quiet stands apart. */
export const GROUPS = ["waiting", "returned", "held", "quiet", "over"] as const;
export type Group = (typeof GROUPS)[number];

/** Heights in design pixels. */
export const ROW_HEIGHT = 36;
export const GROUP_HEIGHT = 28;
/** Lines drawn beyond the edge, so that a turn of the wheel meets no empty place. */
const BEYOND = 6;
/** An alarm that is over and acknowledged stays in sight this long. */
export const OVER_MS = 30 * 60_000;

/** A line of the list: the heading of a group with how many it holds, or an alarm. */
export type Line =
  | { readonly kind: "group"; readonly group: Group; readonly count: number }
  | { readonly kind: "alarm"; readonly group: Group; readonly alarm: AlarmView };

/** Which alarms are shown. */
export type Filter = (alarm: AlarmView) => boolean;

/** The group of an open alarm. */
export function groupOf(alarm: AlarmView): Group {
  if (alarm.quiet !== undefined) return "quiet";
  if (alarm.state === "acknowledged") return "held";
  return alarm.ended_ms === null ? "waiting" : "returned";
}

/** The oldest first, so that what is new never moves what is older. */
function byAge(a: AlarmView, b: AlarmView): number {
  return a.started_ms - b.started_ms || a.number - b.number || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/**
 * The list of a desk: by group, then level, then age. It is changed in place, by what changed, and asked by place: of a hundred thousand alarms
 * only those in sight are ever looked at.
 */
export class Board {
  /** What is shown, by group and level, each sorted by age. */
  private readonly cells: AlarmView[][] = GROUPS.flatMap(() => LEVELS.map((): AlarmView[] => []));
  /** Alarms that left the open ones, and the city time at which this desk saw that. */
  private readonly left = new Map<string, { readonly alarm: AlarmView; readonly sinceMs: number }>();

  constructor(private shows: Filter = () => true) {}

  /** Starts anew from all that is open, by another filter if one is given. */
  fill(open: Iterable<AlarmView>, shows: Filter = this.shows): void {
    this.shows = shows;
    for (const cell of this.cells) cell.length = 0;
    for (const alarm of open) {
      this.left.delete(alarm.id);
      if (shows(alarm)) this.cell(groupOf(alarm), alarm).push(alarm);
    }
    for (const { alarm } of this.left.values()) if (shows(alarm)) this.cell("over", alarm).push(alarm);
    for (const cell of this.cells) cell.sort(byAge);
  }

  /** Takes what changed, and lets go what has been over for long. */
  turn(turns: readonly Turn[], nowMs: number): void {
    for (const { before, after } of turns) {
      if (before !== undefined) this.drop(groupOf(before), before);
      if (after !== undefined) {
        this.forget(after.id);
        this.put(groupOf(after), after);
      } else if (before !== undefined) {
        this.left.set(before.id, { alarm: before, sinceMs: nowMs });
        this.put("over", before);
      }
    }
    for (const [id, { sinceMs }] of this.left) if (nowMs - sinceMs >= OVER_MS) this.forget(id);
  }

  /** An alarm that is over but still in sight. */
  over(id: string): AlarmView | undefined {
    return this.left.get(id)?.alarm;
  }

  /** How many lines there are. */
  get length(): number {
    return GROUPS.reduce((sum, _, group) => sum + this.lengthOf(group), 0);
  }

  /** A line by its place; `undefined` beyond the end. */
  line(index: number): Line | undefined {
    let rest = index;
    for (const [at, group] of GROUPS.entries()) {
      const length = this.lengthOf(at);
      if (rest >= length) {
        rest -= length;
        continue;
      }
      if (rest === 0) return { kind: "group", group, count: length - 1 };
      rest -= 1;
      for (const cell of this.levels(at)) {
        const alarm = cell[rest];
        if (alarm !== undefined) return { kind: "alarm", group, alarm };
        rest -= cell.length;
      }
    }
    return undefined;
  }

  /** The place of an alarm; below 0 where it is not shown. */
  find(alarm: AlarmView | undefined): number {
    if (alarm === undefined) return -1;
    const group = GROUPS.indexOf(this.left.has(alarm.id) ? "over" : groupOf(alarm));
    const before = GROUPS.slice(0, group).reduce((sum, _, at) => sum + this.lengthOf(at), 0);
    let above = before + 1;
    for (const [level, cell] of this.levels(group).entries()) {
      if (level === toLevel(alarm.level) - 1) {
        const at = place(cell, alarm);
        return cell[at]?.id === alarm.id ? above + at : -1;
      }
      above += cell.length;
    }
    return -1;
  }

  /** Pixels from the top to a line. */
  top(index: number): number {
    let [rest, headings] = [index, 0];
    for (const [at] of GROUPS.entries()) {
      const length = this.lengthOf(at);
      if (length > 0 && rest > 0) headings += 1;
      rest -= length;
    }
    return headings * GROUP_HEIGHT + (index - headings) * ROW_HEIGHT;
  }

  /** Pixels of all. */
  get height(): number {
    return this.top(this.length);
  }

  /** The lines that are in sight: from the first to before the second. */
  inSight(scroll: number, height: number): readonly [number, number] {
    const { length } = this;
    return [Math.max(0, this.at(scroll) - BEYOND), Math.min(length, this.at(scroll + height) + 1 + BEYOND)];
  }

  /** The alarm `step` rows on from a line, skipping headings; the first or the last where there is no such line. */
  moved(from: number, step: 1 | -1): AlarmView | undefined {
    const start = from < 0 ? (step === 1 ? 0 : this.length - 1) : from + step;
    for (let index = start; index >= 0; index += step) {
      const line = this.line(index);
      if (line === undefined) return undefined;
      if (line.kind === "alarm") return line.alarm;
    }
    return undefined;
  }

  /** The next alarm after a line that nobody has acknowledged, round the list. */
  nextWaiting(from: number): AlarmView | undefined {
    // Those that wait stand first, in two groups.
    const end = this.lengthOf(0) + this.lengthOf(1);
    const next = from + 1 < end ? this.moved(from, 1) : undefined;
    if (next !== undefined && next.state !== "acknowledged" && next.quiet === undefined) return next;
    const first = this.moved(-1, 1);
    return first !== undefined && end > 0 ? first : undefined;
  }

  private lengthOf(group: number): number {
    const count = this.levels(group).reduce((sum, cell) => sum + cell.length, 0);
    return count === 0 ? 0 : count + 1;
  }

  private levels(group: number): readonly AlarmView[][] {
    return this.cells.slice(group * LEVELS.length, (group + 1) * LEVELS.length);
  }

  private cell(group: Group, alarm: AlarmView): AlarmView[] {
    return this.cells[GROUPS.indexOf(group) * LEVELS.length + toLevel(alarm.level) - 1] ?? [];
  }

  private put(group: Group, alarm: AlarmView): void {
    if (!this.shows(alarm)) return;
    const cell = this.cell(group, alarm);
    const at = place(cell, alarm);
    cell.splice(at, cell[at]?.id === alarm.id ? 1 : 0, alarm);
  }

  private drop(group: Group, alarm: AlarmView): void {
    const cell = this.cell(group, alarm);
    const at = place(cell, alarm);
    if (cell[at]?.id === alarm.id) cell.splice(at, 1);
  }

  private forget(id: string): void {
    const known = this.left.get(id);
    if (known === undefined) return;
    this.left.delete(id);
    this.drop("over", known.alarm);
  }

  /** The line at a distance from the top, by halving. */
  private at(pixels: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.top(middle + 1) <= pixels) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Where an alarm stands or belongs in a sorted list, by halving. */
function place(list: readonly AlarmView[], alarm: AlarmView): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = list[middle];
    if (there !== undefined && byAge(there, alarm) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where to scroll so that a line is in sight, the first of a group with its heading. */
export function seen(board: Board, index: number, scroll: number, height: number): number {
  if (index < 0) return scroll;
  const top = board.top(index);
  const from = board.line(index - 1)?.kind === "group" ? top - GROUP_HEIGHT : top;
  if (from < scroll) return from;
  return top + ROW_HEIGHT > scroll + height ? top + ROW_HEIGHT - height : scroll;
}
