// Two people hand a seat over: the real program, two browsers, one desk.
import { createHash } from 'node:crypto';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { accessibility, complaints, illegible } from './page';
import { demo, type Program } from './program';

const SEAT = '一号席';
const RELIEF = { name: 'relief', display: '李娜', password: 'Night-Shift-26' };

let program: Program;

test.beforeAll(async () => {
  program = await demo([], {
    YIPING__SIM__HISTORY_HOURS: '2',
    YIPING__SIM__SCENARIO_AFTER_SECS: '5',
    YIPING__DUTY__ESCALATION__LEADER_SECS: '[2, 2, 2, 2]',
    YIPING__DUTY__ESCALATION__COMMANDER_SECS: '[0, 0, 0, 0]',
  });
});

test.afterAll(async () => {
  await program.dispose();
});

const dutyPage = (page: Page) => page.locator('.duty-page');
const seatRow = (page: Page, seat: string) => dutyPage(page).locator(`[data-seat="${seat}"]`);

/** A page of a person of their own, who is signed in. */
async function person(browser: Browser, account: string, query = ''): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await program.signIn(page, account, SEAT, query);
  return page;
}

/** The relief's account, made by the administrator; somebody else's first password is changed first. */
async function relief(browser: Browser): Promise<void> {
  const page = await person(browser, 'administrator');
  const headers = { 'content-type': 'application/json', origin: program.url };
  const first = 'First-Password-1';
  const account = { display: RELIEF.display, roles: ['duty_officer'], password: first };
  const data = { name: RELIEF.name, account };
  const made = await page.request.post(`${program.url}/api/v1/accounts`, { headers, data });
  expect(made.ok(), await made.text()).toBe(true);
  const own = await (await browser.newContext()).newPage();
  const post = { headers, data: { name: RELIEF.name, password: first, seat: '' } };
  expect((await own.request.post(`${program.url}/api/v1/session`, post)).ok()).toBe(true);
  const changed = { headers, data: { old: first, new: RELIEF.password } };
  expect((await own.request.put(`${program.url}/api/v1/session/password`, changed)).ok()).toBe(true);
  await page.context().close();
  await own.context().close();
}

async function openDuty(page: Page): Promise<void> {
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await expect(dutyPage(page)).toBeVisible();
}

test('two people hand a seat over at one desk, and the wall says who is on duty', async ({ browser }) => {
  await relief(browser);
  const page = await person(browser, 'officer');
  const problems = complaints(page);
  await openDuty(page);
  await seatRow(page, SEAT).getByRole('button', { name: '上岗' }).click();
  await expect(seatRow(page, SEAT)).toContainText('值班员');
  await expect(seatRow(page, '值班长席').getByRole('button')).toHaveCount(0);

  await page.locator('#duty-text').fill('14:10 已电话通知厂方，对方答复一小时内到场');
  await page.locator('#duty-promise').selectOption({ index: 2 });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('.duty-promises li')).toContainText('已电话通知厂方');
  await expect(page.locator('.duty-log li[data-kind="entry"]')).toContainText('已电话通知厂方', { timeout: 15_000 });

  await page.locator('.duty-log li[data-kind="entry"] button').click();
  await page.locator('#duty-text').fill('14:12 已电话通知厂方，对方答复半小时内到场');
  await page.locator('#duty-text').press('Control+Enter');
  await expect(page.locator('.duty-log li.struck')).toHaveCount(1, { timeout: 15_000 });

  await seatRow(page, SEAT).getByRole('button', { name: '交接' }).click();
  await expect(page.locator('.paper')).toContainText('一号席交接单');
  const digest = await page.locator('.paper .digest').last().innerText();
  await page.locator('.duty-signatures input[name="password"]').fill(program.keys().password);
  await page.keyboard.press('Enter');
  await expect(page.locator('.paper')).toContainText('已签');
  await expect(page.locator('.duty-seats .waits')).toContainText(SEAT);

  // The taker signs at the giver's desk.
  await page.locator('.duty-signatures input[name="name"]').fill(RELIEF.name);
  await page.locator('.duty-signatures input[name="password"]').fill('not it');
  await page.keyboard.press('Enter');
  await expect(page.locator('.duty-signatures [role="alert"]')).toHaveText('账号或密码不正确');
  await page.locator('.duty-signatures input[name="password"]').fill(RELIEF.password);
  await page.keyboard.press('Enter');
  await expect(page.locator('.paper')).toContainText('已接班');
  await expect(seatRow(page, SEAT)).toContainText(RELIEF.display);
  await page.keyboard.press('Escape');
  await expect(dutyPage(page)).toHaveCount(0);
  await expect(page.locator('header .on-duty')).toContainText(RELIEF.display);

  // The digest is that of the document on the ledger, canonical as RFC 8785 wants it.
  const answer = await page.request.get(`${program.url}/api/v1/duty/handover/${digest}`);
  const { document } = (await answer.json()) as { document: unknown };
  const sorted = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(sorted)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]))
        : value;
  expect(createHash('sha256').update(JSON.stringify(sorted(document))).digest('hex')).toBe(digest);

  const wall = await (await browser.newContext()).newPage();
  await wall.goto(program.wallUrl());
  await expect(wall.locator('header .on-duty')).toContainText(RELIEF.display);
  await expect(wall.locator('header button.on-duty')).toHaveCount(0);
  expect(problems.filter((text) => !text.includes('401'))).toEqual([]);
});

test('an alarm that nobody acknowledges is marked as escalated, quietly', async ({ browser }) => {
  const page = await person(browser, 'viewer');
  await expect(page.locator('.alarm .escalated').first()).toHaveText('已升级×1', { timeout: 60_000 });
  expect(await illegible(page)).toEqual([]);
});

for (const lang of ['zh', 'en']) {
  test(`the page of duty is accessible and legible (${lang})`, async ({ browser }) => {
    const page = await person(browser, 'leader', lang === 'en' ? '?lang=en' : '');
    await openDuty(page);
    const row = seatRow(page, '值班长席');
    await expect(row.getByRole('button').first()).toBeVisible();
    const take = row.getByRole('button', { name: lang === 'zh' ? '上岗' : 'Take' });
    if ((await take.count()) > 0) {
      await take.click();
    }
    await row.getByRole('button', { name: lang === 'zh' ? '交接' : 'Hand over' }).click();
    await expect(page.locator('.paper')).toBeVisible();
    expect(await accessibility(page)).toEqual([]);
    expect(await illegible(page)).toEqual([]);
  });
}
