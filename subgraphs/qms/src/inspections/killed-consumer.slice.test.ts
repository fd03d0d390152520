import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectRabbitMq } from '@enghub/messaging/rabbitmq-transport';
import { newId } from '@enghub/subgraph-kit/ids';
import { migrationDirectories } from '@enghub/subgraph-kit/start-subgraph';
import { freshDatabase } from '@enghub/testkit/postgres';
import { rabbitMqForTests } from '@enghub/testkit/rabbitmq';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reportEvent } from '../events-for-tests.ts';
import { definition } from '../subgraph.ts';

const REPORTS = 120;
const script = fileURLToPath(new URL('../qms-process-for-tests.ts', import.meta.url));
const rabbitMq = await rabbitMqForTests();

let database: Awaited<ReturnType<typeof freshDatabase>>;
let owner: pg.Client;
let children: ChildProcess[] = [];

beforeEach(async () => {
  database = await freshDatabase('qms', migrationDirectories(definition.folder));
  owner = new pg.Client(database.ownerUrl);
  await owner.connect();
  await owner.query(
    `INSERT INTO qms.inspection_plans VALUES ($1, 'tenant-001', 'factory-sh-01', '', '', 'EVERY_REPORT', NULL, 'emp-201', now())`,
    [newId()],
  );
});
afterEach(async () => {
  await Promise.all(children.map(kill));
  children = [];
  await owner.end();
  await database.drop();
});

async function startQmsProcess(environment: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const { RABBITMQ_URL: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...inherited, DATABASE_URL: database.ownerUrl, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => text.toString().includes('ready') && resolve());
    child.once('exit', (code) => reject(new Error(`QMS ended with ${code} before it was ready`)));
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

const count = async (what: string): Promise<number> => {
  const { rows } = await owner.query<{ n: number }>(`SELECT ${what} AS n`);
  return Number(rows[0]!.n);
};
const counted = () => count('(SELECT count(*) FROM qms.counted_reports)');

async function expectEachReportOnce(): Promise<void> {
  await expect.poll(counted, { timeout: 60_000, interval: 100 }).toBe(REPORTS);
  expect(await count('(SELECT sum(good_quantity) FROM qms.operation_tallies)')).toBe(REPORTS * 2);
  expect(await count('(SELECT count(*) FROM qms.inspections)')).toBe(REPORTS);
  expect(await count('(SELECT count(DISTINCT production_report_id) FROM qms.inspections)')).toBe(REPORTS);
  expect(await count('(SELECT count(DISTINCT number) FROM qms.inspections)')).toBe(REPORTS);
  expect(await count('(SELECT count(*) FROM qms.outbox)')).toBe(REPORTS);
}

const events = () => {
  const operations = Array.from({ length: 10 }, (_, index) => ({
    work_order_id: newId(),
    operation_id: newId(),
    work_order_number: `4711-${index}`,
  }));
  return Array.from({ length: REPORTS }, (_, index) => reportEvent({ ...operations[index % 10], good_qty: '2' }));
};

it('counts each report once in one process, though it is killed in the middle', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'enghub-events-'));
  const EVENTS_FILE = path.join(folder, 'events.json');
  try {
    writeFileSync(EVENTS_FILE, JSON.stringify(events()));
    const first = await startQmsProcess({ EVENTS_FILE });
    await expect.poll(counted, { timeout: 60_000, interval: 10 }).toBeGreaterThan(5);
    await kill(first);
    expect(await counted()).toBeLessThan(REPORTS);

    await startQmsProcess({});
    await expectEachReportOnce();
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

it.runIf(rabbitMq)(
  'counts each report once over RabbitMQ, though a consumer is killed in the middle',
  async () => {
    const { url, prefix, remove } = rabbitMq!;
    const broker = { RABBITMQ_URL: url, RABBITMQ_PREFIX: prefix };
    const transport = await connectRabbitMq({ url, prefix });
    try {
      const first = await startQmsProcess(broker);
      await transport.publish(events());
      await expect.poll(counted, { timeout: 60_000, interval: 10 }).toBeGreaterThan(5);
      await kill(first);
      expect(await counted()).toBeLessThan(REPORTS);

      await startQmsProcess(broker);
      await expectEachReportOnce();
    } finally {
      await transport.close();
      await Promise.all(children.map(kill));
      await remove(['qms.inspections', 'qms.defects', 'qms.dead-letters']);
    }
  },
  120_000,
);
