// The real program, started on free ports with its own data folder, and how to get in.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';

const BINARY = process.env.YIPING_BIN ?? new URL('../../target/release/yiping', import.meta.url).pathname;

/** How to sign in at a demo, as it wrote it: one password for every account, a token for each kind of program. */
export interface SignIn {
  readonly password: string;
  readonly accounts: readonly string[];
  readonly wall: string;
  readonly source: string;
  readonly listener: string;
}

export interface Program {
  readonly port: number;
  readonly url: string;
  /** The program's file, and its data folder: to ask the command line. */
  readonly binary: string;
  readonly folder: string;
  /** What stands in its `sign-in.json`. */
  keys(): SignIn;
  /** The link of a wall, also by another name of the program. */
  wallUrl(query?: string, base?: string): string;
  /** A person signs in by the form; the wall is live afterwards. */
  signIn(page: Page, account: string, seat: string, query?: string): Promise<void>;
  /** Its process. */
  pid(): number;
  /** Everything the program wrote so far. */
  log(): string;
  /** SIGTERM; resolves with the milliseconds until it ended. */
  stop(): Promise<number>;
  /** Starts it again on the same ports and data. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

/** A port that is free at the moment of asking. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('no port'));
        return;
      }
      server.close(() => resolve(address.port));
    });
  });
}

/** Starts `yiping demo` and waits until it is ready. */
export async function demo(args: string[], environment: Record<string, string> = {}): Promise<Program> {
  const port = await freePort();
  const broker = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'yiping-browser-'));
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const started = spawn(
      BINARY,
      ['demo', '--data-dir', folder, '--port', String(port), '--mqtt', String(broker), ...args],
      { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child = started;
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    started.stdout?.on('data', keep);
    started.stderr?.on('data', keep);
    await ready(url, started, () => output);
  };

  const stop = async (): Promise<number> => {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null) {
      return 0;
    }
    const from = Date.now();
    await new Promise<void>((resolve) => {
      ending.once('exit', () => resolve());
      ending.kill('SIGTERM');
    });
    return Date.now() - from;
  };

  const keys = (): SignIn => JSON.parse(readFileSync(join(folder, 'sign-in.json'), 'utf8')) as SignIn;

  await start();
  return {
    port,
    url,
    binary: BINARY,
    folder,
    keys,
    wallUrl: (query = '', base = url) => `${base}/${query}#token=${keys().wall}`,
    signIn: async (page, account, seat, query = '') => {
      await page.goto(`${url}/${query}`);
      await fillIn(page, account, keys().password, seat);
      await expect(page.locator('html')).toHaveAttribute('data-link', 'live');
    },
    pid: () => child?.pid ?? Number.NaN,
    log: () => output,
    stop,
    start,
    dispose: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The form of sign-in, filled in and sent. */
export async function fillIn(page: Page, account: string, password: string, seat: string): Promise<void> {
  await page.locator('input[name="name"]').fill(account);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('input[name="seat"]').fill(seat);
  await page.locator('.gate button.primary').click();
}

/** Polls /readyz until it is. */
async function ready(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) {
      throw new Error(`the program ended with ${child.exitCode}:\n${output()}`);
    }
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) {
      return;
    }
    // Not so often that the address would have asked too often.
    await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`the program is not ready after a minute:\n${output()}`);
}
