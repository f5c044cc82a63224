// The command table and the phone, rehearsed: accessible, legible, and a queue that goes out once.
import { expect, type Page, test } from '@playwright/test';
import { accessibility, complaints, illegible, picture } from './page';
import { type Rehearsal, rehearsal } from './rehearsal';

const PHONE = { width: 390, height: 844 };

let served: Rehearsal;

test.beforeAll(async () => {
  served = await rehearsal();
});
test.afterAll(async () => {
  await served.stop();
});

/** Targets that a glove would miss: lower than so many pixels. */
const low = (page: Page, pixels: number): Promise<string[]> =>
  page.locator('.phone button, .phone a, .phone .camera, .table section button, .table .orders button, .board button').evaluateAll(
    (all, least) =>
      all.filter((each) => each.getBoundingClientRect().height < least).map((each) => each.textContent ?? ''),
    pixels,
  );

for (const lang of ['zh', 'en']) {
  test(`the command table is accessible and legible (${lang})`, async ({ page }) => {
    const said = complaints(page);
    await page.goto(`${served.url}/?invented&lang=${lang}#/table`);
    await expect(page.locator('.board .task').first()).toBeVisible();
    expect(await accessibility(page)).toEqual([]);
    expect(await illegible(page, 17)).toEqual([]);
    expect(await low(page, 52)).toEqual([]);
    expect(said).toEqual([]);
  });

  test(`the phone is accessible and legible (${lang})`, async ({ page }) => {
    const said = complaints(page);
    await page.setViewportSize(PHONE);
    await page.goto(`${served.url}/?invented&lang=${lang}#/phone`);
    await page.locator('.phone .task').nth(1).click();
    await expect(page.locator('.phone .one')).toBeVisible();
    expect(await accessibility(page)).toEqual([]);
    expect(await illegible(page, 15)).toEqual([]);
    expect(await low(page, 58)).toEqual([]);
    expect(said).toEqual([]);
  });
}

test('a call for help is a long press', async ({ page }) => {
  await page.setViewportSize(PHONE);
  await page.goto(`${served.url}/?invented#/phone`);
  await page.locator('.phone .task').first().click();
  const help = page.locator('.phone .help');
  await help.click();
  await expect(page.locator('.phone .help.called')).toHaveCount(0);
  await help.click({ delay: 1_800 });
  await expect(page.locator('.phone .help.called')).toContainText('求援已送达');
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.evaluate(() => {
    location.hash = '#/table';
  });
  const call = page.locator('.calls');
  await expect(call).toContainText('求援');
  await expect(page.locator('.board .task').first()).toBeVisible();
  expect(await accessibility(page)).toEqual([]);
  await call.getByRole('button', { name: '求援已收到' }).click();
  await expect(call).toHaveCount(0);
});

for (const lang of ['zh', 'en']) {
  test(`hazard, forms and proposals of the table are accessible and legible (${lang})`, async ({ page }) => {
    const said = complaints(page);
    await page.goto(`${served.url}/?invented&from=250&lang=${lang}#/table`);
    await expect(page.locator('.board .task').first()).toBeVisible();
    for (const [name, value] of [['rate', '500'], ['limit', '5.8'], ['windFrom', '236'], ['windSpeed', '1.9'], ['radius', '300']]) {
      await page.fill(`.leak input[name="${name}"]`, value ?? '');
    }
    await page.click('.leak button');
    // The way that the hazard cuts is drawn with a cross, and its unit has a reason.
    await expect(page.locator('.scene-legend li')).toHaveCount(6);
    await expect(page.locator('.unit-line').nth(2)).toContainText(lang === 'zh' ? '危险区' : 'hazard');
    await page.locator('.tools button').first().click();
    expect(await accessibility(page)).toEqual([]);
    expect(await low(page, 52)).toEqual([]);
    await page.locator('.pick').nth(1).click();
    await expect(page.locator('.proposal')).toHaveCount(2);
    expect(await accessibility(page)).toEqual([]);
    expect(await illegible(page, 17)).toEqual([]);
    expect(await low(page, 52)).toEqual([]);
    expect(said).toEqual([]);
  });
}

test('a unit against the advice asks for a reason, and what takes two asks for a press', async ({ page }) => {
  await page.goto(`${served.url}/?invented&from=245#/table`);
  await page.locator('.unit-line input').nth(2).check();
  const send = page.locator('.send button');
  await page.fill('.send input[name="what"]', '转移师生');
  await expect(send).toBeDisabled();
  await page.fill('.send input[name="against"]', '司机熟路');
  await expect(send).toBeEnabled();
  const hold = page.locator('.pair .hold');
  // A touch is not enough.
  await hold.click();
  await expect(page.locator('.pair')).toBeVisible();
  await hold.hover();
  await page.mouse.down();
  await expect(page.locator('.pair')).toHaveCount(0);
  await page.mouse.up();
  await expect(page.locator('.timeline .decided').first()).toContainText('commander + officer');
});

test('a task is done step by step on the phone, and verified at the table', async ({ page }) => {
  await page.goto(`${served.url}/?invented#/phone`);
  await page.locator('.phone .task', { hasText: '演示小学' }).click();
  const one = page.locator('.phone .one');
  for (const [step, stage] of [
    ['签收', 'signed'],
    ['出动', 'en_route'],
    ['到场', 'on_scene'],
    ['开始处置', 'working'],
  ]) {
    await one.getByRole('button', { name: step, exact: true }).click();
    await expect(one).toHaveAttribute('data-stage', stage ?? '');
  }
  // Not without its photograph, and not with what is none.
  const finish = one.getByRole('button', { name: '处置完成' });
  await expect(finish).toBeDisabled();
  const camera = one.locator('.camera.primary');
  await camera.locator('input').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('one') });
  await expect(page.locator('.phone .told')).toHaveText('不是能读的照片');
  await expect(finish).toBeDisabled();
  await camera.locator('input').setInputFiles(await picture(page, 1));
  await finish.click();
  await expect(one).toHaveAttribute('data-stage', 'done');
  await page.evaluate(() => {
    location.hash = '#/table';
  });
  const row = page.locator('.board .task', { hasText: '演示小学' });
  await row.getByRole('button', { name: '核证' }).click();
  await expect(row).toHaveAttribute('data-stage', 'verified');
});
