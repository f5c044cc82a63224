// What every page of ours must be: quiet in the console, accessible, legible.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

const AXE = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** Problems that axe finds, of any impact. */
export async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string | null; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
  });
}

/** Texts below so many design pixels, and texts that stick out of the stage or are cut without dots. */
export function illegible(page: Page, least = 18): Promise<string[]> {
  return page.evaluate((pixels) => {
    const found: string[] = [];
    const frame = document.querySelector('.stage') ?? document.body;
    const { right } = frame.getBoundingClientRect();
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '');
      if (!own || element.closest('script, style, title, h1, figcaption, .vite-error-overlay') !== null) {
        continue;
      }
      const style = getComputedStyle(element);
      const text = element.textContent?.trim().slice(0, 40) ?? '';
      if (Number.parseFloat(style.fontSize) < pixels) {
        found.push(`${style.fontSize}: ${text}`);
      }
      if (element.getBoundingClientRect().right > right + 1) {
        found.push(`sticks out: ${text}`);
      }
    }
    return found;
  }, least);
}

/** Collects what a page complains about. */
export function complaints(page: Page): string[] {
  const list: string[] = [];
  page.on('pageerror', (error) => list.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') {
      list.push(message.text());
    }
  });
  return list;
}

/** A photograph of its own, as a camera gives one: larger than a phone sends. */
export async function picture(page: Page, number: number): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const bytes = await page.evaluate(async (seed) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [2_400, 1_800];
    const pen = canvas.getContext('2d');
    for (let at = 0; pen !== null && at < 40; at += 1) {
      pen.fillStyle = `hsl(${(seed * 67 + at * 31) % 360} 60% 50%)`;
      pen.fillRect((at % 8) * 300, Math.floor(at / 8) * 360, 300, 360);
    }
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
    return [...new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))];
  }, number);
  return { name: `${number}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) };
}
