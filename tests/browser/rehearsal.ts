// The app without a server: its rehearsal and its page of samples, built as `npm run dev` would show them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './program';

const APP = new URL('../../dashboard-web/app/', import.meta.url).pathname;
const VITE = `${APP}node_modules/vite/bin/vite.js`;
const BUILT = new URL('output/app', import.meta.url).pathname;

export interface Rehearsal {
  readonly url: string;
  stop(): Promise<void>;
}

function vite(...args: string[]): { child: ChildProcess; output(): string } {
  const child = spawn(process.execPath, [VITE, ...args, '--mode', 'development', '--outDir', BUILT], {
    cwd: APP,
    env: { ...process.env, NODE_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return { child, output: () => output };
}

/** Builds it, serves it on a free port and waits until it answers. */
export async function rehearsal(): Promise<Rehearsal> {
  const built = vite('build', '--emptyOutDir');
  const [code] = await once(built.child, 'exit');
  if (code !== 0) {
    throw new Error(`the rehearsal does not build:\n${built.output()}`);
  }
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { child, output } = vite('preview', '--host', '127.0.0.1', '--port', String(port), '--strictPort');
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`the rehearsal does not start:\n${output()}`);
    }
    const answer = await fetch(`${url}/samples.html`).catch(() => undefined);
    if (answer?.ok) {
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    url,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
