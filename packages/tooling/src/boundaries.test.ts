import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './subgraphs.ts';

type Violation = Readonly<{ from: string; rule: { name: string } }>;

const lawful = {
  'packages/subgraph-kit/src/decision.ts': 'export const accept = 1;',
  'packages/subgraph-kit/src/serve-http.ts': 'export const serve = 1;',
  'subgraphs/mes/src/database.ts': "import { Pool } from 'pg'; export const pool = new Pool();",
  'subgraphs/mes/src/generated/prisma/client.ts': 'export const prisma = 1;',
  'subgraphs/mes/src/orders/rules.ts':
    "import { accept } from '@enghub/subgraph-kit/decision'; export const release = accept; export type Order = 1;",
  'subgraphs/mes/src/orders/store.ts':
    "import { prisma } from '../generated/prisma/client.ts'; import type { Order } from './rules.ts'; export const find = (): Order => prisma as Order;",
  'subgraphs/mes/src/orders/commands.ts':
    "import { release } from './rules.ts'; import { find } from './store.ts'; export const run = () => [release, find];",
  'subgraphs/mes/src/orders/resolvers.ts':
    "import { run } from './commands.ts'; import type { Order } from './rules.ts'; export const resolvers = (it: Order) => [it, run];",
  'subgraphs/mes/src/boards/commands.ts': "import { run } from '../orders/commands.ts'; export const show = run;",
  'subgraphs/mes/src/deciding/rules.ts': 'export const now = 1;',
  'subgraphs/qms/src/holds/commands.ts': 'export const hold = 1;',
  // One half of a cycle; the law is told of the other half.
  'packages/messaging/src/round.ts': "import { about } from './about.ts'; export const round = about;",
  'gateway/src/main.ts': "import { serve } from '@enghub/subgraph-kit/serve-http'; export const gateway = serve;",
  'all-in-one/src/main.ts':
    "import { gateway } from '../../gateway/src/main.ts'; import { hold } from '../../subgraphs/qms/src/holds/commands.ts'; export const all = [gateway, hold];",
};

const planted: Readonly<Record<string, readonly [rule: string, text: string]>> = {
  'subgraphs/mes/src/clock/rules.ts': [
    'rules-are-pure',
    "import { hrtime } from 'node:process'; export const now = hrtime;",
  ],
  'subgraphs/mes/src/served/rules.ts': [
    'rules-are-pure',
    "import { serve } from '@enghub/subgraph-kit/serve-http'; export const s = serve;",
  ],
  'subgraphs/mes/src/deciding/resolvers.ts': [
    'resolvers-do-not-decide',
    "import { now } from './rules.ts'; export const resolvers = now;",
  ],
  'subgraphs/mes/src/querying/commands.ts': [
    'only-stores-know-prisma',
    "import { prisma } from '../generated/prisma/client.ts'; export const q = prisma;",
  ],
  'subgraphs/mes/src/raw/commands.ts': ['only-stores-know-prisma', "import { Pool } from 'pg'; export const p = Pool;"],
  'subgraphs/mes/src/peeking/commands.ts': [
    'slices-meet-in-commands',
    "import { find } from '../orders/store.ts'; export const peek = find;",
  ],
  'subgraphs/qms/src/borrowing/commands.ts': [
    'subgraphs-are-islands',
    "import { run } from '../../../mes/src/orders/commands.ts'; export const r = run;",
  ],
  'packages/messaging/src/knowing.ts': [
    'packages-know-no-subgraph',
    "import { hold } from '../../../subgraphs/qms/src/holds/commands.ts'; export const h = hold;",
  ],
  'gateway/src/knowing.ts': [
    'gateway-knows-no-subgraph',
    "import { hold } from '../../subgraphs/qms/src/holds/commands.ts'; export const h = hold;",
  ],
  'subgraphs/qms/src/joining/commands.ts': [
    'only-all-in-one-joins',
    "import { gateway } from '../../../../gateway/src/main.ts'; export const g = gateway;",
  ],
  'packages/messaging/src/about.ts': ['no-cycles', "import { round } from './round.ts'; export const about = round;"],
  'packages/messaging/src/lost.ts': [
    'everything-resolves',
    "import { gone } from '@enghub/gone/away'; export const l = gone;",
  ],
};

describe('the laws of the house', () => {
  const house = mkdtempSync(path.join(tmpdir(), 'boundaries-'));
  let violations: readonly Violation[] = [];

  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(house, file)), { recursive: true });
    writeFileSync(path.join(house, file), text);
  };

  beforeAll(() => {
    for (const [file, text] of Object.entries(lawful)) write(file, text);
    for (const [file, [, text]] of Object.entries(planted)) write(file, text);
    write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext" } }');
    write('package.json', '{ "type": "module" }');
    write('packages/subgraph-kit/package.json', '{ "type": "module", "exports": { "./*": "./src/*.ts" } }');
    write('node_modules/pg/package.json', '{ "main": "index.js" }');
    write('node_modules/pg/index.js', '');
    mkdirSync(path.join(house, 'node_modules/@enghub'));
    symlinkSync('../../packages/subgraph-kit', path.join(house, 'node_modules/@enghub/subgraph-kit'));
    const run = spawnSync(
      process.execPath,
      [
        path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        ...['--config', path.join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'],
        ...['packages', 'subgraphs', 'gateway', 'all-in-one'],
      ],
      { cwd: house, encoding: 'utf8' },
    );
    const report = JSON.parse(run.stdout) as { summary: { violations: readonly Violation[] } };
    violations = report.summary.violations;
  });

  afterAll(() => rmSync(house, { recursive: true, force: true }));

  const rulesBrokenBy = (file: string): readonly string[] =>
    violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);

  it.each(Object.entries(planted))('see through %s', (file, [rule]) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  it.each(Object.keys(lawful))('leave %s in peace', (file) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });
});
