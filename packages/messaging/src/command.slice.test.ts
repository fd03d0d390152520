import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerConsumer } from './consumers.ts';
import { openSession, type DatabaseSession } from './database-session.ts';
import { openTestPool, stationEvent, stationEvents, testFactory, testTenant } from './effects-for-tests.ts';
import { silentLogger } from './logger.ts';
import { messagingMigrations } from './migrations.ts';
import { appendEvents } from './outbox.ts';
import { sqlExecutor } from './sql-executor.ts';

const known = 'qms.inspections';

describe('npm run events', () => {
  let database: FreshDatabase;
  let app: pg.Pool;
  let owner: pg.Pool;
  let session: DatabaseSession;

  beforeAll(async () => {
    database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
    app = openTestPool({
      connectionString: database.appUrl,
      options: `-c app.tenant_id=${testTenant} -c app.factory_ids=${testFactory}`,
    });
    owner = openTestPool({ connectionString: database.ownerUrl });
    session = openSession({ url: database.relayUrl, name: 'command test', namespace: 'qms', logger: silentLogger });
  });
  afterAll(async () => {
    await session?.close();
    await app?.end();
    await owner?.end();
    await database?.drop();
  });

  it('answers with an exit code of its own for what it refuses', async () => {
    // This outbox is one of qms; its own tool looks there for what qms publishes.
    await registerConsumer(session, known, [stationEvents, 'qms.#']);
    await appendEvents(sqlExecutor(app), [stationEvent('S1', 'a'), stationEvent('S1', 'b'), stationEvent('S2', 'c')]);
    const from = ['--from', '2026-01-01T00:00:00Z'];
    const asked = await events('replay', '--consumer', known, ...from, '--dry-run');
    expect(asked).toMatchObject({ code: 0, out: expect.stringContaining('qms StationDefined: 3 to put') as string });
    const unknown = await events('replay', '--consumer', 'qms.nobody', ...from);
    expect(unknown).toMatchObject({ code: 2, error: expect.stringContaining(known) as string });
    const empty = await events('replay', '--consumer', known, ...from, '--to', '2026-01-01T00:00:00Z');
    expect(empty).toMatchObject({ code: 2, error: expect.stringContaining('before --to') as string });
    expect(await events('backlog')).toMatchObject({ code: 0, out: expect.stringContaining(known) as string });
  });

  it('shows letters that are no events, and discards them with a reason', async () => {
    const id = randomUUID();
    await owner.query(
      `INSERT INTO qms.dead_letters (id, consumer, event_id, tenant_id, routing_key, aggregate_id, body, attempts, last_error)
       VALUES ($1, 'qms.inspections', gen_random_uuid(), '', 'mes.lot.created.v1', 'x', 'no JSON', 1, 'not JSON')`,
      [id],
    );
    expect(await events('dead-letters')).toMatchObject({ code: 0, out: expect.stringContaining(id) as string });
    expect(await events('show', id)).toMatchObject({ code: 0, out: expect.stringContaining('no JSON') as string });
    const decision = ['discard', id, '--by', 'emp-901', '--reason', 'sent by a test'];
    expect(await events(...decision)).toMatchObject({ code: 0 });
    expect(await events(...decision)).toMatchObject({ code: 2 });
    const { rows } = await owner.query('SELECT state, settled_by, reason FROM qms.dead_letters WHERE id = $1', [id]);
    expect(rows).toEqual([{ state: 'DISCARDED', settled_by: 'emp-901', reason: 'sent by a test' }]);
  });

  async function events(...args: string[]): Promise<Readonly<{ code: number; out: string; error: string }>> {
    const names = ['MES', 'QMS', 'PP', 'EAM', 'LUAGUAGE_BRIDGE'];
    const urls = Object.fromEntries(names.map((name) => [`${name}_DATABASE_URL`, database.ownerUrl]));
    const cli = path.join(import.meta.dirname, 'cli.ts');
    try {
      const env = { ...process.env, ...urls };
      const { stdout, stderr } = await promisify(execFile)('node', ['--import', 'tsx', cli, ...args], { env });
      return { code: 0, out: stdout, error: stderr };
    } catch (failure) {
      const { code, stdout, stderr } = failure as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, error: stderr };
    }
  }
});
