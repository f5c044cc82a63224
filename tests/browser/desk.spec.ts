// The duty desk: the real program for what is decided there, the rehearsal for a hundred thousand rows.
import { expect, type Page, test } from '@playwright/test';
import { accessibility, complaints, illegible } from './page';
import { demo, type Program } from './program';
import { type Rehearsal, rehearsal } from './rehearsal';

const SEAT = '三号席';
/** The smallest text of a screen that stands 60 to 80 cm away. */
const TEXT_MIN = 14;

const rows = (page: Page) => page.locator('.desk-list .line');
const selected = (page: Page) => page.locator('.desk-list .line.selected');
const places = (page: Page): Promise<string[]> =>
  rows(page).evaluateAll((all) =>
    all.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map((row) => row.id),
  );

test.describe('with the program', () => {
  let program: Program;

  test.beforeAll(async () => {
    program = await demo([], { YIPING__SIM__HISTORY_HOURS: '2', YIPING__SIM__SCENARIO_AFTER_SECS: '5' });
  });
  test.afterAll(async () => {
    await program.dispose();
  });

  test('an officer finds the desk from the wall, and decides there by keyboard alone', async ({ page }) => {
    await program.signIn(page, 'officer', SEAT);
    const said = complaints(page);
    await page.locator('button.who').click();
    await page.locator('.person a', { hasText: '值班席' }).click();
    await expect(page.locator('.desk-header h1')).toContainText(SEAT);
    const waiting = page.locator('.desk-list .line.waiting');
    await expect(waiting.first()).toBeVisible({ timeout: 60_000 });
    await page.keyboard.press('n');
    const alarm = await selected(page).getAttribute('data-alarm');
    await expect(page.locator('.evidence')).toHaveAttribute('data-detail', alarm ?? '');
    await page.keyboard.press('Enter');
    // It moves to the acknowledged ones and stays the selected one.
    await expect(page.locator(`.desk-list .line.held[data-alarm="${alarm}"]`)).toBeVisible();
    await expect(page.locator('.evidence .acts')).toContainText(SEAT);
    await expect(selected(page)).toHaveAttribute('data-alarm', alarm ?? '');
    const kept = await page.request.get(`${program.url}/api/v1/alarms?state=acknowledged`);
    const { items } = (await kept.json()) as { items: { id: string; acknowledged: { person: string; seat: string } }[] };
    expect(items.find(({ id }) => id === alarm)?.acknowledged).toMatchObject({ person: 'officer', seat: SEAT });
    await page.keyboard.press('w');
    await expect(page.locator('[data-panel="matrix"]')).toBeVisible();
    expect(said).toEqual([]);
  });

  test('an officer shelves an alarm by keyboard, marks it and brings it back, and a leader approves that it goes out of service', async ({
    page,
    browser,
  }) => {
    await program.signIn(page, 'officer', SEAT, '#/desk');
    const said = complaints(page);
    // A detector of its own, so that nothing else of the city gets worse there.
    const { now } = (await (await page.request.get(`${program.url}/api/v1/shelved`)).json()) as { now: string };
    const headers = { authorization: `Bearer ${program.keys().source}` };
    const data = { id: 'probe-1', ts: now, metrics: { cl2: 0.7 } };
    const sent = await page.request.post(`${program.url}/api/v1/observations`, { headers, data });
    expect(sent.status()).toBe(202);
    const raised = page.locator('.desk-list .line', { hasText: 'probe-1' });
    const row = page.locator(`.desk-list .line[data-alarm="${await raised.getAttribute('data-alarm')}"]`);
    const dialog = page.getByRole('dialog');
    await row.click();
    await page.keyboard.press('s');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toBeVisible();
    await page.keyboard.type('探头校准');
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(row).toHaveClass(/quiet/);
    const shelf = page.locator('.desk-shelf li[data-shelf]');
    await expect(shelf).toContainText('探头校准');
    await expect(page.locator('.evidence .mark')).toContainText('探头校准');
    await page.keyboard.press('f');
    await page.keyboard.type('标准气体');
    await page.keyboard.press('Enter');
    await expect(page.locator('.evidence .mark').last()).toContainText('标准气体');
    expect(await accessibility(page)).toEqual([]);
    // By hand before its time: it waits again.
    await page.keyboard.press('s');
    await page.keyboard.type('校准完成');
    await page.keyboard.press('Enter');
    await expect(row).toHaveClass(/waiting/);
    await expect(shelf).toHaveCount(0);
    await page.keyboard.press('s');
    await page.keyboard.type('返厂');
    await dialog.getByRole('radio').last().check();
    await page.keyboard.press('Enter');
    const out = (seen: Page) => seen.locator('.desk-shelf li[data-out]');
    await expect(out(page)).toContainText('待批');
    await expect(row).toHaveClass(/waiting/);
    const other = await browser.newContext();
    const leader = await other.newPage();
    await program.signIn(leader, 'leader', '值班长席', '#/desk');
    await out(leader).getByRole('button', { name: '批准' }).click();
    await expect(row).toHaveClass(/quiet/);
    await expect(out(page)).toContainText('停用');
    await other.close();
    const ledger = (await (await page.request.get(`${program.url}/api/v1/shelved`)).json()) as {
      out_of_service: { asked: { person: string }; approved: { person: string } }[];
    };
    expect(ledger.out_of_service[0]).toMatchObject({ asked: { person: 'officer' }, approved: { person: 'leader' } });
    expect(said).toEqual([]);
  });

  test('who only watches finds nothing there to acknowledge with', async ({ page }) => {
    await program.signIn(page, 'viewer', SEAT, '#/desk');
    await expect(rows(page).first()).toBeVisible({ timeout: 60_000 });
    await page.keyboard.press('ArrowDown');
    await expect(page.locator('.evidence')).toBeVisible();
    await expect(page.locator('.evidence button.primary')).toHaveCount(0);
  });
});

test.describe('rehearsed', () => {
  let served: Rehearsal;

  test.beforeAll(async () => {
    served = await rehearsal();
  });
  test.afterAll(async () => {
    await served.stop();
  });

  for (const lang of ['zh', 'en']) {
    test(`the desk is accessible and legible (${lang})`, async ({ page }) => {
      await page.goto(`${served.url}/?invented&from=220&lang=${lang}#/desk`);
      await expect(rows(page).first()).toBeVisible();
      await page.keyboard.press('n');
      await expect(page.locator('.evidence .curve')).toBeVisible();
      expect(await accessibility(page)).toEqual([]);
      expect(await illegible(page, TEXT_MIN)).toEqual([]);
    });
  }

  test('of a hundred thousand alarms only those in sight are drawn, and keys, filter and levels still answer', async ({ page }) => {
    await page.goto(`${served.url}/?invented&alarms=100000#/desk`);
    await expect(rows(page).first()).toBeVisible({ timeout: 60_000 });
    expect(await rows(page).count()).toBeLessThan(60);
    const first = await places(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect(selected(page)).toHaveId(first[1] ?? '');
    await page.locator('.desk-list .lines').evaluate((box) => {
      box.scrollTop = 1_800_000;
    });
    await expect.poll(() => places(page).then((ids) => ids.includes(first[1] ?? ''))).toBe(false);
    expect(await rows(page).count()).toBeLessThan(60);
    // The next that waits after the selected one, wherever the list was scrolled to.
    await page.keyboard.press('n');
    await expect(selected(page)).toHaveId(first[2] ?? '');
    const count = () => page.locator('.desk-list .group').first().textContent().then((text) => Number(/\d+/.exec(text ?? '')?.[0]));
    // More come while it is looked at; none goes so early.
    const before = await count();
    await page.keyboard.press('2');
    await expect.poll(count).toBeLessThan(before);
    await page.keyboard.press('Escape');
    await expect.poll(count).toBeGreaterThanOrEqual(before);
    await page.keyboard.press('/');
    await page.keyboard.type('没有这样的地方');
    await expect(page.locator('.desk-list .quiet')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect.poll(count).toBeGreaterThanOrEqual(before);
  });

  test('the selected row stays where it is while others come and go above it', async ({ page }) => {
    await page.goto(`${served.url}/?invented&alarms=200&from=20#/desk`);
    await expect(rows(page).first()).toBeVisible();
    const lines = page.locator('.desk-list .lines');
    const top = () => selected(page).evaluate((row) => row.getBoundingClientRect().top);
    await page.keyboard.press('ArrowUp');
    const [before, all] = [await top(), await lines.evaluate(({ scrollHeight }) => scrollHeight)];
    await expect.poll(() => lines.evaluate(({ scrollHeight }) => scrollHeight), { timeout: 60_000 }).toBeGreaterThan(all);
    expect(await top()).toBeCloseTo(before, 0);
  });
});
