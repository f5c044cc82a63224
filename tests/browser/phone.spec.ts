// The built phone against a server that counts: what waits survives a cut and a reload without a network, and arrives once.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { picture } from './page';

const DIST = new URL('../../dashboard-web/app/dist/', import.meta.url).pathname;
const KINDS: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  png: 'image/png',
  svg: 'image/svg+xml',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
};
const LEADS: Readonly<Record<string, string>> = { sign: 'signed', set_out: 'en_route', arrive: 'on_scene', begin: 'working', finish: 'done' };

const name = { zh: '水幕稀释 2 路', en: 'Water curtain' };
const session = {
  name: 'field',
  display: '张立军',
  roles: ['field'],
  areas: [],
  seat: '',
  device: false,
  acts: ['tasks', 'dispatch', 'locate', 'evidence'],
  must_change_password: false,
  second_factor: 'off',
};

/** A server of one task: it takes a step once under its key, and none that names a photograph that it has not. */
class Stub {
  stage = 'dispatched';
  readonly taken: { step: string; photos: number }[] = [];
  readonly photographs = new Map<string, number>();
  readonly unit: string[] = [];
  private readonly keys = new Set<string>();
  letFontCome: () => void = () => undefined;
  private isFontLate = false;
  private server: Server | undefined;
  url = '';

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      void this.answer(request).then(async ({ status, kind, body }) => {
        if (kind === KINDS.woff2) await this.lateFont();
        response.writeHead(status, { 'content-type': kind, 'cache-control': 'no-cache' });
        response.end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.server?.close(resolve);
      this.server?.closeAllConnections();
    });
  }

  /** On a slow network one is still on its way when the worker comes: the first. */
  private async lateFont(): Promise<void> {
    if (this.isFontLate) return;
    this.isFontLate = true;
    await new Promise<void>((resolve) => {
      this.letFontCome = resolve;
    });
  }

  private row(): object {
    return {
      id: 'f'.repeat(32),
      incident: 'e'.repeat(32),
      incident_number: 1,
      number: 2,
      version: this.taken.length + 1,
      title: name,
      role: '',
      assignee: 'field',
      stage: this.stage,
      late: 'no',
      sign_by: null,
      done_by: null,
      proof: { by: 'evidence', photos: 2 },
      relapses: 0,
      calling: null,
      photos: this.taken.reduce((sum, { photos }) => sum + photos, 0),
    };
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; kind: string; body: string | Buffer }> {
    const { pathname } = new URL(request.url ?? '/', 'http://stub');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const json = (answer: object, status = 200) => ({ status, kind: 'application/json', body: JSON.stringify(answer) });
    const refuse = (status: number, code: string) => json({ error: { code, message: code } }, status);
    const now = new Date().toISOString();
    switch (`${request.method} ${pathname.replace(/f{32}/, 'ID')}`) {
      case 'GET /api/v1/session':
        return json(session);
      case 'GET /api/v1/tasks':
        return json({ position: 1, now, items: [this.row()], more: false });
      case 'GET /api/v1/tasks/ID':
        return json({
          task: this.row(),
          help_sms: '',
          steps: [],
          incident: { number: 1, title: '氯气泄漏', warning: 2, place: { lon: 118.9, lat: 28.9, name: '2# 储罐' }, commander: '周立' },
          hazard: null,
        });
      case 'GET /api/v1/units/mine': {
        const status = this.unit.at(-1) ?? 'available';
        return json({ unit: { id: 'fire-1', name: { zh: '一班', en: 'One' }, status, said: this.unit.length, heard: now }, check_in_secs: 600 });
      }
      case 'GET /api/v1/units/mine/route':
        return json({
          basis: { basis: 'roads' },
          assembly: null,
          time_secs: 361,
          open_secs: 300,
          metres: 4_260,
          way: [[118.87, 28.88], [118.89, 28.895], [118.9, 28.9]],
        });
      case 'PUT /api/v1/units/fire-1/status':
        this.unit.push((JSON.parse(body.toString()) as { status: string }).status);
        return json({});
      case 'POST /api/v1/evidence': {
        const digest = createHash('sha256').update(body).digest('hex');
        this.photographs.set(digest, (this.photographs.get(digest) ?? 0) + 1);
        return json({ digest, media: request.headers['content-type'], size_bytes: body.length, again: false });
      }
      case 'POST /api/v1/tasks/ID/steps': {
        const { key, step, photos } = JSON.parse(body.toString()) as { key: string; step: string; photos: { digest: string }[] };
        if (photos.some(({ digest }) => !this.photographs.has(digest))) return refuse(409, 'no_evidence');
        if (!this.keys.has(key)) {
          this.keys.add(key);
          this.taken.push({ step, photos: photos.length });
          this.stage = LEADS[step] ?? this.stage;
        }
        return json({ position: 1, again: false, incident: {}, task: this.row() });
      }
    }
    if (pathname.startsWith('/api/')) return refuse(404, 'not_found');
    const file = pathname === '/' ? 'index.html' : pathname.slice(1);
    try {
      return { status: 200, kind: KINDS[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream', body: readFileSync(DIST + file) };
    } catch {
      return refuse(404, 'not_found');
    }
  }
}

test('photographs and steps without a network, over a reload, arrive once', async ({ browser }) => {
  const stub = new Stub();
  await stub.start();
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(`${stub.url}/`, { waitUntil: 'commit' });
  const one = page.locator('.phone .one');
  await one.getByRole('button', { name: '签收', exact: true }).click();
  await expect.poll(() => stub.stage).toBe('signed');
  await expect.poll(() => stub.unit).toEqual(['assigned']);
  // One visit is enough: the worker has the page and its files.
  await page.evaluate(() => navigator.serviceWorker.ready);
  stub.letFontCome();
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const [cache] = await caches.keys();
        const kept = cache === undefined ? [] : await (await caches.open(cache)).keys();
        const has = (url: string): boolean => kept.some((each) => each.url === url);
        const files = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/assets/'));
        return has(new URL('/', location.href).href) && files.length > 1 && files.every(({ name }) => has(name));
      }),
    )
    .toBe(true);

  const route = one.locator('.route');
  await expect(route).toContainText('路线 4.3 km　7 分', { timeout: 20_000 });
  await expect(route).toContainText('绕开危险区');

  await context.setOffline(true);
  await page.reload();
  await expect(route).toContainText('路线 4.3 km　7 分', { timeout: 20_000 });
  for (const step of ['出动', '到场', '开始处置']) {
    await one.getByRole('button', { name: step, exact: true }).click();
  }
  await expect(route, 'who is there needs no way').toHaveCount(0);
  const finish = one.getByRole('button', { name: '处置完成' });
  await expect(finish).toBeDisabled();
  await one.locator('.camera.primary input').setInputFiles([await picture(page, 1), await picture(page, 2)]);
  await expect(finish).toBeEnabled({ timeout: 20_000 });
  await expect(one.locator('.waiting li')).toHaveCount(4);
  await page.reload();
  await expect(one).toHaveAttribute('data-stage', 'working', { timeout: 20_000 });
  await expect(page.locator('.phone .band')).toContainText('4 条待发');
  await finish.click();
  await expect(one).toHaveAttribute('data-stage', 'done');
  expect(stub.stage).toBe('signed');

  await context.setOffline(false);
  await expect.poll(() => stub.stage, { timeout: 20_000 }).toBe('done');
  expect(stub.taken.map(({ step }) => step)).toEqual(['sign', 'set_out', 'arrive', 'begin', 'tell', 'finish']);
  expect(stub.taken.map(({ photos }) => photos)).toEqual([0, 0, 0, 0, 2, 0]);
  expect([...stub.photographs.values()]).toEqual([1, 1]);
  await expect(one.locator('.waiting')).toHaveCount(0);
  expect(stub.unit).toEqual(['assigned', 'en_route', 'on_scene']);
  await context.close();
  await stub.stop();
});
