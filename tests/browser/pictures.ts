// Takes the pictures of the README from the running program: `npm run pictures`.
import { chromium } from '@playwright/test';
import config from './playwright.config';
import { demo } from './program';

const out = new URL('../../docs/pictures/', import.meta.url).pathname;
const program = await demo([], { YIPING__SIM__SCENARIO_AFTER_SECS: '1', YIPING__SIM__SEED: '7', RUST_LOG: 'warn' });
const browser = await chromium.launch(config.use?.launchOptions);
try {
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`${program.url}/?seat=一号席`);
  await page.waitForFunction(() => window.yiping.state().state.alarms.length >= Number(location.hash.slice(1) || 4), undefined, {
    timeout: 15 * 60_000,
  });
  await page.screenshot({ path: `${out}wall-1920x1080.png` });
  const large = await browser.newPage({ viewport: { width: 3840, height: 2160 } });
  await large.goto(`${program.url}/?seat=一号席`);
  await large.waitForFunction(() => window.yiping.state().state.things.length > 70);
  await large.locator('canvas').first().waitFor();
  await large.waitForLoadState('networkidle');
  await large.screenshot({ path: `${out}wall-3840x2160.png` });
} finally {
  await browser.close();
  await program.dispose();
}
