// What an hour must show, judged from its minutes.
import type { Compared } from './tiles';

export interface Minute {
  readonly minute: number;
  readonly rss_mib: number;
  readonly costs_ms: readonly number[];
  readonly tiles: readonly Compared[];
  readonly heap: { readonly heap_mib: number } | undefined;
}

export interface Verdict {
  readonly line: string;
  readonly faults: readonly string[];
}

const RSS_MIB_MAX = 300;
/** Of the last part of the run, in which everything with a limit has reached it. */
const SLOPE_MIB_A_MINUTE_MAX = 0.5;
/** The engine remembers 48 hours (engine.revise_hours) and a window of an hour for data that come late: at speed 60 that has filled after this. */
const FLAT_AFTER_MINUTES = 49;
/** So many minutes at least tell a slope. */
const SLOPE_MINUTES_MIN = 5;
/** Thirty frames a second. */
const FRAME_MS_MAX = 1_000 / 30;
/** The page's memory may grow by so much from its middle to its end. */
const HEAP_GROWTH_MIB_MAX = 10;

export function verdict(minutes: readonly Minute[]): Verdict {
  const faults: string[] = [];
  const check = (holds: boolean, fault: string): void => {
    if (!holds) {
      faults.push(fault);
    }
  };
  const rss = minutes.map(({ rss_mib }) => rss_mib);
  const most = Math.max(...rss);
  check(most < RSS_MIB_MAX, `the program took ${most.toFixed(0)} MiB`);
  const full = rss.slice(FLAT_AFTER_MINUTES);
  const late = slope(full.length < SLOPE_MINUTES_MIN ? rss.slice(Math.floor(rss.length / 2)) : full);
  check(full.length < SLOPE_MINUTES_MIN || late < SLOPE_MIB_A_MINUTE_MAX, `its memory grows by ${late.toFixed(2)} MiB a minute`);
  // In its first minute a page loads its map and its code is not yet compiled.
  const costs = minutes.slice(1).flatMap(({ costs_ms }) => costs_ms).sort((a, b) => a - b);
  const at = (share: number): number => costs[Math.min(costs.length - 1, Math.floor(costs.length * share))] ?? Number.NaN;
  check(costs.length > 0, 'no frame was seen');
  check(!(at(0.99) > FRAME_MS_MAX), `a frame costs ${at(0.99).toFixed(1)} ms (p99)`);
  const heaps = minutes.flatMap(({ heap }) => (heap === undefined ? [] : [heap.heap_mib]));
  const [first = 0, middle = 0, last = 0] = [heaps[0], heaps[Math.floor(heaps.length / 2)], heaps.at(-1)];
  check(last - middle < HEAP_GROWTH_MIB_MAX, `the page grew from ${middle.toFixed(1)} to ${last.toFixed(1)} MiB`);
  const tiles = minutes.flatMap((each) => each.tiles);
  const compared = tiles.reduce((sum, each) => sum + each.compared, 0);
  const judged = tiles.filter((each) => each.compared > 0).length;
  check(judged * 2 > tiles.length, `only ${judged} of ${tiles.length} looks at the wall could be judged`);
  const lies = tiles.flatMap((each) => each.faults);
  check(lies.length === 0, `${lies.length} numbers lied, the first: ${lies[0]}`);
  const line = [
    faults.length === 0 ? 'good' : 'BAD',
    `memory at most ${most.toFixed(0)} MiB, at last ${late >= 0 ? '+' : ''}${late.toFixed(2)} MiB a minute`,
    `${costs.length} frames: p50 ${at(0.5).toFixed(1)}, p99 ${at(0.99).toFixed(1)}, most ${at(1).toFixed(1)} ms`,
    `page ${first.toFixed(1)} → ${middle.toFixed(1)} → ${last.toFixed(1)} MiB`,
    `${compared} numbers compared in ${tiles.length} looks, ${lies.length} lied`,
    ...faults,
  ].join('; ');
  return { line, faults };
}

/** Of a straight line through values one step apart, by least squares. */
function slope(values: readonly number[]): number {
  const count = values.length;
  const middle = (count - 1) / 2;
  const mean = values.reduce((sum, each) => sum + each, 0) / count;
  const up = values.reduce((sum, each, place) => sum + (place - middle) * (each - mean), 0);
  const across = values.reduce((sum, _, place) => sum + (place - middle) ** 2, 0);
  return across === 0 ? 0 : up / across;
}
