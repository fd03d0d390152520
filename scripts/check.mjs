/** `npm run check`: the quick look before a commit; turbo repeats only what changed. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const tasks = ['lint', 'boundaries', 'typecheck', 'test:rules', 'compose:check'];
const turbo = path.join(root, 'node_modules/turbo/bin/turbo');
const run = spawnSync(
  process.execPath,
  [turbo, 'run', ...tasks, '--output-logs=errors-only', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  },
);
process.exit(run.status ?? 1);
