// What a frame costs the page's main thread: from the end of one frame to the end of the next, everything that it did (messages, script, style,
// layout, paint, commit). Time of its own thread, so that other work on the machine does not count.
import type { Browser, Page } from '@playwright/test';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { name?: string };
}

export interface Frames {
  readonly costs_ms: readonly number[];
  readonly seconds: number;
  /** Milliseconds of the main thread by what it did, over the whole stretch. */
  readonly parts: Readonly<Record<string, number>>;
}

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'devtools.timeline.frame'];
const PARTS: Readonly<Record<string, string>> = {
  FunctionCall: 'script',
  MajorGC: 'gc',
  MinorGC: 'gc',
  UpdateLayoutTree: 'style',
  Layout: 'layout',
  PrePaint: 'paint',
  Paint: 'paint',
  Layerize: 'composite',
  Commit: 'composite',
};
const FRAME_END = 'Commit';
const TASK = 'RunTask';

/** Watches for a while, and says what each frame cost. */
export async function frames(browser: Browser, page: Page, seconds: number): Promise<Frames> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await page.waitForTimeout(seconds * 1_000);
  const trace = await browser.stopTracing();
  return costs((JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }).traceEvents, seconds);
}

function costs(events: readonly TraceEvent[], seconds: number): Frames {
  const place = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const mains = new Set(
    events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(place),
  );
  const counts = new Map<string, number>();
  for (const each of events) {
    if (each.name === FRAME_END && mains.has(place(each))) {
      counts.set(place(each), (counts.get(place(each)) ?? 0) + 1);
    }
  }
  const [busiest] = [...counts].sort((a, b) => b[1] - a[1]);
  const own = events
    .filter((each) => each.ph === 'X' && place(each) === busiest?.[0])
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const parts: Record<string, number> = {};
  const list: number[] = [];
  let cost = 0;
  let taskEnd = 0;
  for (const each of own) {
    const ms = (each.tdur ?? each.dur ?? 0) / 1_000;
    const part = PARTS[each.name];
    if (part !== undefined) {
      parts[part] = (parts[part] ?? 0) + ms;
    }
    if (each.name === TASK && each.ts >= taskEnd) {
      taskEnd = each.ts + (each.dur ?? 0);
      cost += ms;
      parts.all = (parts.all ?? 0) + ms;
    }
    // The commit is within the last task of its frame, which counts whole.
    if (each.name === FRAME_END) {
      list.push(cost);
      cost = 0;
    }
  }
  return { costs_ms: list.slice(1), seconds, parts };
}
