/** `npm start`: the whole supergraph in this one process, on embedded defaults where no URL is set. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from './prepare.mjs';

prepare();

// The Apollo gateway reports to its maker unless told not to, before it is loaded.
process.env.APOLLO_TELEMETRY_DISABLED ??= 'true';

// When npm is killed outright it cannot pass the signal on: notice that it has gone, and stop in good order.
const parent = process.ppid;
if (process.env.npm_lifecycle_event && parent > 1) {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 1000).unref();
}

const main = path.join(root, 'all-in-one/src/main.ts');
process.argv[1] = main;
await import('tsx');
await import(pathToFileURL(main).href);
