// Takes the pictures of the README from the running program: `npm run pictures`. It takes as long as the gas takes to reach the school.
import { type Browser, expect, type Page, test } from '@playwright/test';
import { demo, type Program } from './program';

const FOLDER = new URL('../../docs/pictures/', import.meta.url).pathname;
const SEAT = '一号席';
const PLANT = 'gas-01';
const SCHOOL = 'gas-12';

interface Alarm {
  readonly id: string;
  readonly thing: string;
  readonly level: number;
  readonly state: string;
}

const alarms = (page: Page): Promise<Alarm[]> =>
  page.evaluate(() => (window as unknown as { yiping: { state(): { state: { alarms: Alarm[] } } } }).yiping.state().state.alarms);

async function desk(browser: Browser, program: Program, width: number, height: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height } });
  await program.signIn(page, 'officer', SEAT);
  return page;
}

/** An officer takes the lower alarms of a thing; the highest is left for the picture. */
async function acknowledgeLower(page: Page, thing: string): Promise<void> {
  const own = (await alarms(page)).filter((alarm) => alarm.thing === thing);
  const highest = Math.min(...own.map(({ level }) => level));
  for (const { id, level, state } of own) {
    if (level === highest || state !== 'unacknowledged') {
      continue;
    }
    const row = page.locator(`[data-alarm="${id}"]`);
    await row.getByRole('button', { name: '签收' }).click();
    await expect(row).toHaveAttribute('data-state', 'acknowledged');
  }
}

async function picture(page: Page, name: string): Promise<void> {
  // No button under the pointer in the picture.
  await page.mouse.move(0, 0);
  await page.locator('.base canvas').waitFor();
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${FOLDER}${name}` });
}

test('the pictures of the README', async ({ browser }) => {
  const program = await demo([], { YIPING__SIM__SCENARIO_AFTER_SECS: '1' });
  try {
    const page = await desk(browser, program, 1920, 1080);
    const reached = async (thing: string, level: number): Promise<void> => {
      const found = async (): Promise<boolean> =>
        (await alarms(page)).some((alarm) => alarm.thing === thing && alarm.level <= level);
      await expect.poll(found, { timeout: 15 * 60_000, intervals: [1_000] }).toBe(true);
    };
    await reached(PLANT, 1);
    await acknowledgeLower(page, PLANT);
    await reached(SCHOOL, 2);
    await picture(page, 'wall-1920x1080.png');
    const large = await desk(browser, program, 3840, 2160);
    await expect.poll(async () => (await alarms(large)).length).toBeGreaterThan(0);
    await picture(large, 'wall-3840x2160.png');
  } finally {
    await program.dispose();
  }
});
