// A real provider of OpenID Connect for a program: tests/oidc.
import { spawn } from 'node:child_process';

export interface Provider {
  /** Whom it lets in from now on. */
  lets(account: string): Promise<void>;
  /** It is gone. */
  end(): Promise<void>;
}

export async function providerAt(port: number, program: string): Promise<Provider> {
  const folder = new URL('../oidc', import.meta.url).pathname;
  const process = spawn('node', ['server.js', String(port), `${program}/api/v1/session/oidc/answer`], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    process.stdout?.once('data', () => resolve());
    process.once('exit', (code) => reject(new Error(`the provider ended with ${code}`)));
  });
  return {
    lets: async (account) => {
      await fetch(`http://127.0.0.1:${port}/control`, { method: 'POST', body: JSON.stringify({ account }) });
    },
    end: async () => {
      if (process.exitCode !== null) return;
      await new Promise<void>((resolve) => {
        process.once('exit', () => resolve());
        process.stdin?.end();
      });
    },
  };
}
