// The app without a server: its rehearsal and its page of samples, as `npm run dev` serves them.
import { type ChildProcess, spawn } from 'node:child_process';
import { freePort } from './program';

const APP = new URL('../../dashboard-web/app/', import.meta.url).pathname;

export interface Rehearsal {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it on a free port and waits until it answers. */
export async function rehearsal(): Promise<Rehearsal> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const vite = new URL('../../dashboard-web/app/node_modules/vite/bin/vite.js', import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, [vite, '--port', String(port), '--strictPort'], {
    cwd: APP,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`the rehearsal does not start:\n${output}`);
    }
    const answer = await fetch(`${url}/samples.html`).catch(() => undefined);
    if (answer?.ok) {
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}
