// Who may see the wall, and what stands there instead: the real program, its real form, in a real browser.
import { createHmac } from 'node:crypto';
import { expect, type Page, test } from '@playwright/test';
import { accessibility, illegible } from './page';
import { demo, fillIn, freePort, type Program } from './program';
import { providerAt } from './provider';

declare global {
  interface Window {
    samePage?: true;
  }
}

const SEAT = '二号席';
/** How long a screen may stand after its session has ended. */
const ENDED_MS_MAX = 3_000;

let program: Program;

test.beforeAll(async () => {
  program = await demo([], { YIPING__SIM__HISTORY_HOURS: '2', YIPING__SIM__SCENARIO_AFTER_SECS: '5' });
});

test.afterAll(async () => {
  await program.dispose();
});

const gate = (page: Page) => page.locator('.gate');
const told = (page: Page) => page.locator('.gate .told');
const field = (page: Page, name: string) => page.locator(`input[name="${name}"]`);

async function live(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-link', 'live');
}

/** What a phone shows now, or so many steps later, by RFC 6238. */
function codeOf(secret: string, later = 0): string {
  const bits = [...secret].map((char) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const hash = createHmac('sha1', key).update(step).digest();
  const number = hash.readUInt32BE((hash[19] ?? 0) & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** Sets a second factor up, from the form of the password on; gives the codes on paper. */
async function setUpSecond(page: Page): Promise<{ secret: string; paper: string[] }> {
  await expect(field(page, 'password')).toBeFocused();
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await expect(page.locator('.told').last()).toHaveText('密码不正确');
  await page.keyboard.type(program.keys().password);
  await page.keyboard.press('Enter');
  await expect(page.locator('.phone svg.qr')).toBeVisible();
  await expect(field(page, 'code')).toBeFocused();
  expect(await accessibility(page)).toEqual([]);
  expect(await illegible(page)).toEqual([]);
  const secret = (await page.locator('.phone code').innerText()).replaceAll(' ', '');
  await page.keyboard.type('000000');
  await page.keyboard.press('Enter');
  await expect(page.locator('.told').last()).toContainText('验证码不正确');
  await page.keyboard.type(codeOf(secret));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: '已抄录' })).toBeFocused();
  const paper = await page.locator('.paper code').allInnerTexts();
  expect(paper).toHaveLength(10);
  expect(await accessibility(page)).toEqual([]);
  expect(await illegible(page)).toEqual([]);
  await page.keyboard.press('Enter');
  return { secret, paper };
}

/** What the server says of who is signed in. */
async function session(page: Page): Promise<{ display: string; seat: string; device: boolean }> {
  const answer = await page.request.get(`${program.url}/api/v1/session`);
  return (await answer.json()) as { display: string; seat: string; device: boolean };
}

/** The menu of the person, and one of its buttons, by keyboard. */
async function choose(page: Page, name: string): Promise<void> {
  await page.locator('button.who').focus();
  await page.keyboard.press('Enter');
  await page.locator('.person').getByRole('button', { name }).focus();
  await page.keyboard.press('Enter');
}

test('a person signs in by keyboard alone, and the wall names person and seat', async ({ page }) => {
  await page.goto(`${program.url}/`);
  await expect(field(page, 'name')).toBeFocused();
  await page.keyboard.type('officer');
  await page.keyboard.press('Tab');
  await page.keyboard.type(program.keys().password);
  await page.keyboard.press('Tab');
  await page.keyboard.type(SEAT);
  await page.keyboard.press('Enter');
  await live(page);
  const { display, seat } = await session(page);
  expect(seat).toBe(SEAT);
  await expect(page.locator('button.who')).toHaveText(`${display} ${SEAT}`);
});

test('before the sign-in nothing of the city is on the screen or in the page', async ({ page }) => {
  await page.goto(`${program.url}/`);
  await expect(gate(page)).toBeVisible();
  expect(await page.locator('body').innerText()).not.toMatch(/衢州|柯城/);
  expect(await page.evaluate(() => 'yiping' in window)).toBe(false);
  const refused = await page.evaluate(async () => (await fetch('api/v1/things')).status);
  expect(refused).toBe(401);
});

for (const lang of ['zh', 'en']) {
  test(`the screens before the wall are accessible and legible (${lang})`, async ({ page }) => {
    const look = async (): Promise<void> => {
      await expect(gate(page)).toBeVisible();
      expect(await accessibility(page)).toEqual([]);
      expect(await illegible(page)).toEqual([]);
      if (lang === 'en') {
        expect((await gate(page).innerText()).replace('中', '')).not.toMatch(/\p{Script=Han}/u);
      }
    };
    await page.goto(`${program.url}/?lang=${lang}`);
    await look();
    await fillIn(page, 'nobody', 'nothing', '');
    await expect(told(page)).not.toBeEmpty();
    await look();
    await page.goto(`${program.url}/?lang=${lang}&first#first=nothing`);
    await look();
  });
}

test('a wrong password is said, and only the password is typed again', async ({ page }) => {
  await page.goto(`${program.url}/`);
  await fillIn(page, 'leader', 'not the password', SEAT);
  await expect(told(page)).toHaveText('账号或密码不正确');
  await expect(field(page, 'password')).toBeFocused();
  await expect(field(page, 'password')).toHaveValue('');
  await expect(field(page, 'name')).toHaveValue('leader');
  await page.keyboard.type(program.keys().password);
  await page.keyboard.press('Enter');
  await live(page);
});

test('too many tries and a server that is away are said as what they are', async ({ page }) => {
  await page.goto(`${program.url}/`);
  let status = 429;
  await page.route('**/api/v1/session', (route) => route.fulfill({ status, headers: { 'retry-after': '90' } }));
  await fillIn(page, 'officer', 'x', '');
  await expect(told(page)).toHaveText('尝试次数过多，请 2 分后再试');
  status = 503;
  await fillIn(page, 'officer', 'x', '');
  await expect(told(page)).toHaveText('联系不上服务器，请稍后再试');
});

test('a wall comes in by its link, keeps it out of the address, only watches, and comes back after a reload', async ({ page }) => {
  await page.goto(program.wallUrl());
  await live(page);
  expect(page.url()).toBe(`${program.url}/`);
  const { seat, device } = await session(page);
  expect(device).toBe(true);
  await expect(page.locator('.own .who')).toContainText(seat);
  await expect(page.locator('button.who')).toHaveCount(0);
  await page.locator('[data-alarm][data-state="unacknowledged"]').first().waitFor();
  await expect(page.locator('.alarms button.acknowledge')).toHaveCount(0);
  await expect(page.locator('.alarms h2')).toContainText('此屏只供观看');
  await page.reload();
  await live(page);
});

test('a wall whose token is not good is told so', async ({ page }) => {
  await page.goto(`${program.url}/#token=nothing`);
  await expect(told(page)).toContainText('此大屏的授权无效或已撤销');
  expect(page.url()).toBe(`${program.url}/`);
});

test('who signs out leaves nothing on any screen of this browser', async ({ page, context }) => {
  await program.signIn(page, 'officer', SEAT);
  const other = await context.newPage();
  await other.goto(`${program.url}/`);
  await live(other);
  const from = Date.now();
  await choose(page, '退出登录');
  await expect(told(page)).toHaveText('已退出登录');
  await expect(gate(other)).toBeVisible({ timeout: ENDED_MS_MAX });
  console.log(`the other screen was closed ${Date.now() - from} ms after signing out`);
  await expect(page.locator('[data-alarm], canvas')).toHaveCount(0);
  // The seat stays with the browser, the person does not.
  await expect(field(page, 'seat')).toHaveValue(SEAT);
  await page.reload();
  await expect(gate(page)).toBeVisible();
});

test('a session that is ended elsewhere brings the form within three seconds, and the wall goes on after it', async ({ page }) => {
  await program.signIn(page, 'officer', SEAT, '?scene=water');
  await page.evaluate(() => {
    window.samePage = true;
  });
  const from = Date.now();
  const ended = await page.request.delete(`${program.url}/api/v1/session`);
  expect(ended.status()).toBe(204);
  await expect(told(page)).toContainText('登录已失效', { timeout: ENDED_MS_MAX });
  console.log(`the form came after ${Date.now() - from} ms`);
  await expect(page.locator('.lost-band')).toHaveCount(0);
  await fillIn(page, 'officer', program.keys().password, SEAT);
  await live(page);
  await expect(page.locator('html')).toHaveAttribute('data-scene', 'water');
  expect(await page.evaluate(() => window.samePage)).toBe(true);
});

test('who only watches has nothing to acknowledge with', async ({ page }) => {
  await program.signIn(page, 'viewer', '');
  const row = page.locator('[data-alarm][data-state="unacknowledged"]').first();
  await row.waitFor();
  await expect(page.locator('.alarms button.acknowledge')).toHaveCount(0);
  await expect(page.locator('.alarms h2')).toContainText('此屏只供观看，请到席位签收');
  const id = await row.getAttribute('data-alarm');
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') {
      asked.push(request.url());
    }
  });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('a');
  await expect(page.locator(`[data-alarm="${id}"]`)).toHaveAttribute('data-state', 'unacknowledged');
  expect(asked).toEqual([]);
});

test('who works outside gets the phone and no wall', async ({ page }) => {
  await page.goto(`${program.url}/`);
  await fillIn(page, 'field', program.keys().password, '');
  await expect(page.locator('.phone')).toContainText('没有你的任务');
  expect(await accessibility(page)).toEqual([]);
  await page.getByRole('button', { name: '退出登录' }).click();
  await expect(told(page)).toHaveText('已退出登录');
});

test('a person changes the password from the header, and the new one counts', async ({ page }) => {
  await program.signIn(page, 'department', '');
  const { password } = program.keys();
  const fresh = `${password}-0f-My-own`;
  await choose(page, '修改密码');
  const person = page.locator('.person');
  const change = async (old: string, again: string): Promise<void> => {
    await field(page, 'old').fill(old);
    await field(page, 'new').fill(fresh);
    await field(page, 'again').fill(again);
    await page.keyboard.press('Enter');
  };
  await change(password, 'another');
  await expect(person).toContainText('两次输入的密码不一致');
  await change('not the password', fresh);
  await expect(person).toContainText('原密码不正确');
  expect(await accessibility(page)).toEqual([]);
  await change(password, fresh);
  await expect(person).toContainText('密码已修改');
  await page.keyboard.press('Escape');
  await choose(page, '退出登录');
  await fillIn(page, 'department', password, '');
  await expect(told(page)).toHaveText('账号或密码不正确');
  await fillIn(page, 'department', fresh, '');
  await live(page);
});

test('a password that an administrator gave is changed before the wall is seen', async ({ page, browser }) => {
  const desk = await browser.newPage();
  await program.signIn(desk, 'administrator', '');
  const given = 'Given-by-0ther';
  const account = { display: '张伟', roles: ['duty_officer'], password: given };
  const made = await desk.request.post(`${program.url}/api/v1/accounts`, { data: { name: 'zhang.wei', account } });
  expect(made.ok(), await made.text()).toBe(true);
  await desk.close();
  await page.goto(`${program.url}/`);
  await fillIn(page, 'zhang.wei', given, SEAT);
  await expect(gate(page)).toContainText('请先设置自己的密码');
  expect(await accessibility(page)).toEqual([]);
  const change = async (fresh: string): Promise<void> => {
    await field(page, 'old').fill(given);
    await field(page, 'new').fill(fresh);
    await field(page, 'again').fill(fresh);
    await page.keyboard.press('Enter');
  };
  await change('short');
  await expect(told(page)).toContainText('未完成：');
  await change('My-0wn-secret');
  await live(page);
  await expect(page.locator('button.who')).toHaveText(`张伟 ${SEAT}`);
});

test('the link of the first administrator is over once there are accounts', async ({ page }) => {
  await page.goto(`${program.url}/#first=nothing`);
  expect(page.url()).toBe(`${program.url}/`);
  await field(page, 'name').fill('admin');
  await field(page, 'display').fill('管理员');
  await field(page, 'password').fill('correct horse battery');
  await field(page, 'again').fill('correct horse battery');
  await page.keyboard.press('Enter');
  await expect(told(page)).toHaveText('此链接已失效：系统已有账号，或链接不正确');
});

test('a person sets a second factor up by keyboard, is asked for its code, and takes it away', async ({ page }) => {
  await program.signIn(page, 'commander', SEAT);
  await choose(page, '二次验证');
  const { secret, paper } = await setUpSecond(page);
  await expect(page.locator('.person')).toContainText('二次验证已启用');
  await page.keyboard.press('Escape');
  await choose(page, '退出登录');
  await fillIn(page, 'commander', program.keys().password, SEAT);
  await expect(gate(page)).toContainText('请输入手机验证器显示的 6 位验证码');
  await expect(field(page, 'code')).toBeFocused();
  expect(await accessibility(page)).toEqual([]);
  await page.keyboard.type('000000');
  await page.keyboard.press('Enter');
  await expect(told(page)).toContainText('验证码不正确');
  await expect(field(page, 'code')).toHaveValue('');
  await page.keyboard.type(codeOf(secret, 1));
  await page.keyboard.press('Enter');
  await live(page);
  await choose(page, '停用二次验证');
  await page.keyboard.type(program.keys().password);
  await page.keyboard.press('Tab');
  await page.keyboard.type(paper[0] ?? '');
  await page.keyboard.press('Enter');
  await expect(page.locator('.person')).toContainText('二次验证已停用');
});

test('where a second factor is required it comes before the wall', async ({ page }) => {
  const other = program;
  program = await demo(['--scenario', 'none'], { YIPING__PEOPLE__TOTP: 'required', YIPING__SIM__HISTORY_HOURS: '1' });
  try {
    await page.goto(`${program.url}/`);
    await fillIn(page, 'viewer', program.keys().password, '');
    await expect(gate(page)).toContainText('本中心要求二次验证');
    await setUpSecond(page);
    await live(page);
  } finally {
    await program.dispose();
    program = other;
  }
});

test('an administrator makes an account, and its person comes in by the link, once', async ({ page, browser }) => {
  await program.signIn(page, 'administrator', '');
  await page.goto(`${program.url}/#/admin`);
  await expect(page.locator('.admin .row').first()).toBeVisible();
  expect(await accessibility(page)).toEqual([]);
  expect(await illegible(page, 14)).toEqual([]);
  await page.keyboard.press('n');
  await field(page, 'name').fill('wang.fang');
  await field(page, 'display').fill('王芳');
  await page.getByRole('checkbox', { name: '现场人员' }).check();
  await page.getByRole('button', { name: '建立并生成链接' }).click();
  const link = await page.locator('.secret code').innerText();
  expect(link).toContain(`${program.url}/#link=`);
  await page.getByRole('button', { name: '已交给本人' }).click();
  await expect(page.locator('[data-row="wang.fang"]')).toContainText('待设密码');
  expect(await page.content()).not.toContain(link.slice(-64));

  const own = await (await browser.newContext()).newPage();
  await own.goto(link);
  await expect(gate(own)).toContainText('设置密码');
  expect(own.url()).toBe(`${program.url}/`);
  expect(await accessibility(own)).toEqual([]);
  await field(own, 'password').fill('Wang-Password-1');
  await field(own, 'again').fill('Wang-Password-1');
  await own.keyboard.press('Enter');
  await expect(gate(own)).toContainText('请以账号 wang.fang 登录');
  await own.keyboard.press('Enter');
  await fillIn(own, 'wang.fang', 'Wang-Password-1', '');
  await expect(own.locator('.phone')).toBeVisible();
  await own.context().close();
  // Once.
  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await field(other, 'password').fill('Other-Password-1');
  await field(other, 'again').fill('Other-Password-1');
  await other.keyboard.press('Enter');
  await expect(told(other)).toContainText('此链接已失效');
  await other.context().close();
});

test('units are imported with every wrong row named, and a draft of a plan is told line and what to do', async ({ page }) => {
  await program.signIn(page, 'administrator', '');
  await page.goto(`${program.url}/#/admin`);
  await expect(page.locator('.admin .row').first()).toBeVisible();
  await page.keyboard.press('2');
  await expect(page.getByRole('button', { name: '导入' })).toBeVisible();
  await page.keyboard.press('i');
  const head = 'id,name_zh,name_en,kind,lon,lat';
  await page.locator('textarea').fill(`${head}\nnew-1,新车,New one,vehicle,118.87,28.97\nnew-2,城堡,Castle,castle,118.87,28.97\n`);
  await page.getByRole('button', { name: '只核对' }).click();
  await expect(page.locator('.result')).toContainText('新增 1');
  await expect(page.locator('.problems li')).toHaveText(/第 3 行.*new-2.*castle/);
  expect(await accessibility(page)).toEqual([]);
  await page.getByRole('button', { name: '导入', exact: true }).click();
  await expect(page.locator('[data-row="new-1"]')).toContainText('新车');
  await page.locator('[data-row="new-1"]').click();
  await page.getByRole('button', { name: '撤编' }).click();
  await expect(page.locator('[data-row="new-1"]')).toContainText('已撤编');

  await page.keyboard.press('3');
  await page.locator('.admin .row').first().click();
  await expect(page.locator('.plan')).toContainText('启动条件');
  expect(await accessibility(page)).toEqual([]);
  await page.getByRole('button', { name: '核对草案' }).click();
  await page.locator('textarea').fill('[[plan]]\nid = "x"\n');
  await page.getByRole('button', { name: '只核对' }).click();
  await expect(page.locator('.problems li').first()).toContainText('plans.toml:1');
  await page.locator('textarea').blur();
  await page.keyboard.press('4');
  await expect(page.locator('.admin .row').first()).toContainText('例通过');
  expect(await accessibility(page)).toEqual([]);
  expect(await illegible(page, 14)).toEqual([]);
});

test('a person comes in by the provider, is told who must be asked, and why when it is away', async ({ page }) => {
  const other = program;
  const port = await freePort();
  const oidc = (name: string): string => `YIPING__PEOPLE__OIDC__${name}`;
  program = await demo(['--scenario', 'none'], {
    YIPING__SIM__HISTORY_HOURS: '1',
    [oidc('ISSUER')]: `http://127.0.0.1:${port}`,
    [oidc('CLIENT_ID')]: 'yiping',
    [oidc('CLIENT_SECRET')]: 'the-secret-of-the-test',
    [oidc('LINK_BY_NAME')]: 'true',
  });
  const provider = await providerAt(port, program.url);
  try {
    await provider.lets('stranger');
    await page.goto(`${program.url}/`);
    const button = page.getByRole('link', { name: '统一身份认证登录' });
    await expect(button).toBeVisible();
    expect(await accessibility(page)).toEqual([]);
    expect(await illegible(page)).toEqual([]);
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(told(page)).toContainText('身份标识 stranger 关联到您的账号');
    expect(page.url()).toBe(`${program.url}/`);
    expect(await accessibility(page)).toEqual([]);
    expect(await illegible(page)).toEqual([]);
    await provider.lets('sub-leader');
    await page.context().clearCookies();
    await field(page, 'seat').fill('三号席');
    await button.click();
    await live(page);
    await expect(page.locator('button.who')).toHaveText('值班长 三号席');
    await choose(page, '退出登录');
    await provider.end();
    // What the provider said of itself is believed for a while.
    const start = `${program.url}/api/v1/session/oidc?seat=`;
    const sent = async (): Promise<string> => (await page.request.get(start, { maxRedirects: 0 })).headers().location ?? '';
    await expect.poll(sent, { timeout: 90_000 }).toContain('oidc=away');
    await button.click();
    await expect(told(page)).toContainText('统一登录暂时连不上');
    await expect(page.locator('.provider')).toContainText('暂时连不上');
    await fillIn(page, 'viewer', program.keys().password, '');
    await live(page);
  } finally {
    await provider.end();
    await program.dispose();
    program = other;
  }
});
