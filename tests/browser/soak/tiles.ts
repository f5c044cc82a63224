// Every number on the wall against what the witness says of its datastream at the same position.
import type { Page } from '@playwright/test';
import type { Witness } from './witness';

interface Tile {
  readonly panel: string;
  readonly thing: string;
  readonly property: string;
  readonly text: string;
  /** Whether it looks old: so marked, and painted in the grey of what is old. */
  readonly stale: boolean;
}

interface Shown {
  readonly position: number;
  readonly link: string;
  readonly scene: string;
  readonly tiles: readonly Tile[];
}

export interface Compared {
  readonly scene: string;
  readonly position: number;
  /** Positions that the witness was ahead of the wall. */
  readonly behind: number;
  readonly tiles: number;
  readonly compared: number;
  readonly stale: number;
  readonly faults: readonly string[];
}

/** Roman classes of water. */
const CLASSES = ['', 'Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ', 'Ⅴ', '劣Ⅴ'];
/** The clock of the wall shows whole seconds. */
const SLACK_MS = 2_000;

function shown(page: Page): Promise<Shown> {
  return page.evaluate(() => {
    const { position, link, scene } = document.documentElement.dataset;
    const tiles = [...document.querySelectorAll<HTMLElement>('.screen .figure')].map((each) => ({
      panel: each.closest<HTMLElement>('[data-panel]')?.dataset.panel ?? '',
      thing: each.dataset.thing ?? '',
      property: each.dataset.property ?? '',
      text: each.textContent?.trim() ?? '',
      stale: each.dataset.heard !== undefined && each.dataset.heard !== 'fresh',
    }));
    return { position: Number(position), link: link ?? '', scene: scene ?? '', tiles };
  });
}

/** Compares once; what the witness cannot judge is not counted as compared. */
export async function compare(page: Page, witness: Witness): Promise<Compared> {
  const { position, link, scene, tiles } = await shown(page);
  const newest = witness.newest;
  const faults: string[] = [];
  let compared = 0;
  let stale = 0;
  const now = (await witness.reached(position)) ? witness.now(position) : undefined;
  if (link !== 'live') {
    faults.push(`the wall says that it is ${link}`);
  }
  for (const tile of now === undefined ? [] : tiles) {
    const said = witness.said(tile.thing, tile.property, position);
    if (tile.thing === '' || (said === undefined && tile.panel === 'alarms')) {
      continue;
    }
    const name = `${scene} ${tile.panel} ${tile.thing}:${tile.property}`;
    if (said === undefined) {
      faults.push(`${name} shows ${tile.text}, the feed says nothing`);
      continue;
    }
    compared += 1;
    const age = (now ?? 0) - said.at_ms;
    if (tile.stale) {
      stale += 1;
    }
    if (age > witness.limitMs(tile.thing, tile.property) + SLACK_MS && !tile.stale) {
      faults.push(`${name} is ${Math.round(age / 1_000)} s old and does not look so`);
    }
    if (said.value !== null && !agrees(tile, said.value)) {
      faults.push(`${name} shows ${tile.text}, the feed says ${said.value}`);
    }
  }
  return { scene, position, behind: newest - position, tiles: tiles.length, compared, stale, faults };
}

/** Whether a text says a value, to half a unit of the last digit that it shows. */
function agrees({ property, text, panel }: Tile, value: number): boolean {
  if (property === 'water_class') {
    return CLASSES.indexOf(text) === Math.round(value);
  }
  // The distance to the warning stage is no value of the feed.
  if (panel === 'drivers' && property === 'stage') {
    return true;
  }
  const found = text.replaceAll(',', '').replace('−', '-').match(/[-+]?\d+(\.(\d+))?(?=[^\d]*$)/);
  if (found === null) {
    return false;
  }
  const digits = found[2]?.length ?? 0;
  const wanted = property.startsWith('wait_') ? value / 60 : value;
  return Math.abs(Number(found[0]) - wanted) <= 0.5 * 10 ** -digits + 1e-9;
}
