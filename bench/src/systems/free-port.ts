import { createServer } from 'node:net';

let next = 21_000 + Math.floor(Math.random() * 5_000);

/** A free port below the ephemeral range, where no passing connection of this machine can take it first. */
export async function freePort(): Promise<number> {
  for (;;) {
    next += 1;
    if (next > 32_000) throw new Error('no free port below 32000');
    if (await isFree(next)) return next;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
