// A cable between the wall and the server that can be cut.
import { createServer, connect, type Socket } from 'node:net';
import { freePort } from './program';

export interface Cable {
  readonly url: string;
  cut(): void;
  mend(): void;
  close(): void;
}

/** Forwards connections to the port until it is cut: then open ones break and new ones are refused. */
export async function cable(target: number): Promise<Cable> {
  const port = await freePort();
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const breakAll = (): void => {
    for (const socket of open) {
      socket.destroy();
    }
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut: () => {
      whole = false;
      breakAll();
    },
    mend: () => {
      whole = true;
    },
    close: () => {
      server.close();
      breakAll();
    },
  };
}
