/** `npm run bench [-- floor report batch inventory board growth footprint authorisation people redis relay]`: measures, prints, and writes bench/results. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { authorisation } from './experiments/authorisation.ts';
import { batch } from './experiments/batch.ts';
import { board } from './experiments/board.ts';
import { floor } from './experiments/floor.ts';
import { footprint } from './experiments/footprint.ts';
import { growth } from './experiments/growth.ts';
import { inventory } from './experiments/inventory.ts';
import { people } from './experiments/people.ts';
import { redis } from './experiments/redis.ts';
import { relay } from './experiments/relay.ts';
import { report } from './experiments/report.ts';
import { aboutThisRun } from './machine/about.ts';
import { writeResult, type Result } from './results.ts';
import { postgresVersion } from './systems/database.ts';
import type { RunOptions } from './systems/settings.ts';

const experiments: Readonly<Record<string, (options: RunOptions) => Promise<Result>>> = {
  floor,
  report,
  batch,
  inventory,
  board,
  growth,
  footprint,
  authorisation,
  people,
  redis,
  relay,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '8' },
    /** A folder for a CPU profile of each process. Profiling costs CPU itself: don't take figures from such a run. */
    profile: { type: 'string' },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(experiments);
const unknown = names.filter((name) => !experiments[name]);
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. Choose from: ${Object.keys(experiments).join(', ')}.`);
  process.exit(1);
}
const profileDirectory = values.profile && path.resolve(values.profile);
if (profileDirectory) mkdirSync(profileDirectory, { recursive: true });

for (const name of names) {
  console.log(`\n── ${name} ──`);
  const about = aboutThisRun(await postgresVersion());
  const result = await experiments[name]!({
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    profileDirectory: profileDirectory || undefined,
  });
  if (profileDirectory) console.log('Profiled, so nothing is written to bench/results.', result.targets);
  else writeResult(result, about);
}
