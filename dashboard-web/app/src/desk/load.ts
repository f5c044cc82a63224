/** Minutes of a bin of the alarm load. */
export const BIN_MINUTES = 10;
/** Alarms in ten minutes that one person can take care of, and those that are a flood (ISA-18.2, EEMUA 191). */
export const LOAD_FINE = 1;
export const LOAD_FLOOD = 10;

/** How many alarms were raised in ten minutes. */
export interface Bin {
  readonly startMs: number;
  readonly count: number;
  readonly flood: boolean;
}

/** The load of the last `bins` times ten minutes, the present one last. Bins begin at whole ten minutes. */
export function load(raised: Iterable<number>, nowMs: number, bins: number): Bin[] {
  const width = BIN_MINUTES * 60_000;
  const last = Math.floor(nowMs / width);
  const counts = new Array<number>(bins).fill(0);
  for (const ms of raised) {
    const at = Math.floor(ms / width) - (last - bins + 1);
    if (at >= 0 && at < bins) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((count, at) => ({
    startMs: (last - bins + 1 + at) * width,
    count,
    flood: count >= LOAD_FLOOD,
  }));
}

/** A thing, how many alarms it raised, and how many of them were marked as false. */
export interface Actor {
  readonly thing: string;
  readonly count: number;
  readonly wrong: number;
}

/** What raised most of them. */
export function worstActor(alarms: Iterable<{ thing: string; false: boolean }>): Actor | undefined {
  const actors = new Map<string, Actor>();
  for (const alarm of alarms) {
    const { count, wrong } = actors.get(alarm.thing) ?? { count: 0, wrong: 0 };
    actors.set(alarm.thing, { thing: alarm.thing, count: count + 1, wrong: wrong + (alarm.false ? 1 : 0) });
  }
  return [...actors.values()].reduce<Actor | undefined>(
    (worst, each) => (worst === undefined || each.count > worst.count ? each : worst),
    undefined,
  );
}
