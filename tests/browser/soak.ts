// An hour of the demo, sixty times faster than life, with a real browser on the wall: `npm run soak`, or `make soak MINUTES=5`.
// Writes a JSON line a measurement to target/soak/soak.jsonl, and judges: memory of the program, cost of a frame, and that no number lies.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CDPSession, expect, type Page, test } from '@playwright/test';
import { demo } from './program';
import { frames } from './soak/frames';
import { type Compared, compare } from './soak/tiles';
import { type Minute, verdict } from './soak/verdict';
import { Witness } from './soak/witness';

const MINUTES = Number(process.env.MINUTES ?? 60);
const SPEED = process.env.SPEED ?? '60';
const SCENARIO = process.env.SCENARIO ?? 'flood';
const SCENES = 6;
/** Seconds of each minute in which every frame is measured. */
const WATCHED_SECS = 8;
const EVERY_SECS = 10;
const HEAP_EVERY_MINUTES = 5;
const LINES = new URL('../../target/soak/soak.jsonl', import.meta.url).pathname;

function tell(kind: string, what: object): void {
  const line = JSON.stringify({ kind, at: new Date().toISOString(), ...what });
  appendFileSync(LINES, `${line}\n`);
  console.log(line);
}

/** Resident memory in MiB: all of it, and what is the program's own. */
function memory(pid: number): { rss_mib: number; anon_mib: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string): number => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1] ?? Number.NaN) / 1_024;
  return { rss_mib: mib('VmRSS'), anon_mib: mib('RssAnon') };
}

/** The page's memory after a collection. */
async function heap(cdp: CDPSession): Promise<{ heap_mib: number; nodes: number; listeners: number }> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
  return { heap_mib: of('JSHeapUsedSize') / 1_048_576, nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

/** Another scene, and the first paint in it. */
async function show(page: Page, scene: number): Promise<void> {
  await page.keyboard.press(String(scene % SCENES));
  const before = await page.locator('html').getAttribute('data-position');
  await expect(page.locator('html')).not.toHaveAttribute('data-position', before ?? '');
}

test(`${MINUTES} minutes of the demo at speed ${SPEED}`, async ({ browser }) => {
  mkdirSync(dirname(LINES), { recursive: true });
  writeFileSync(LINES, '');
  const program = await demo(['--speed', SPEED, '--scenario', SCENARIO]);
  const witness = new Witness(program.url, program.keys().wall);
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    await page.goto(program.wallUrl());
    await expect(page.locator('html')).toHaveAttribute('data-link', 'live');
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    tell('start', { minutes: MINUTES, speed: SPEED, scenario: SCENARIO });
    const minutes: Minute[] = [];
    let checks = 0;
    for (let minute = 0; minute < MINUTES; minute += 1) {
      const end = Date.now() + 60_000;
      const tiles: Compared[] = [];
      await show(page, minute);
      const { costs_ms, seconds, parts } = await frames(browser, page, WATCHED_SECS);
      while (Date.now() + EVERY_SECS * 1_000 < end) {
        await page.waitForTimeout(EVERY_SECS * 1_000);
        checks += 1;
        await show(page, checks);
        const found = await compare(page, witness);
        tiles.push(found);
        tell('tiles', { minute, ...found });
      }
      const kept = minute % HEAP_EVERY_MINUTES === 0 || minute === MINUTES - 1 ? await heap(cdp) : undefined;
      const measured = { minute, ...memory(program.pid()), costs_ms, seconds, parts, tiles, heap: kept };
      minutes.push(measured);
      const { costs_ms: _, tiles: __, ...rest } = measured;
      tell('minute', { ...rest, frames: costs_ms.length, slowest_ms: Math.max(0, ...costs_ms) });
      await page.waitForTimeout(Math.max(0, end - Date.now()));
    }
    const judged = verdict(minutes);
    tell('verdict', judged);
    console.log(judged.line);
    expect(judged.faults).toEqual([]);
  } finally {
    witness.close();
    await program.dispose();
  }
});
