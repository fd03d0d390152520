import { foundationMigrations } from '@enghub/database/provision';
import { messagingMigrations } from '@enghub/messaging/migrations';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlTransaction } from '../requests.ts';
import { historyOf } from './store.ts';

const tenant = 'tenant-001';

describe('what was published about one thing', () => {
  let database: FreshDatabase;
  let app: pg.Pool;
  let asked: Readonly<{ text: string; values: unknown[] }>;

  beforeAll(async () => {
    database = await freshDatabase('mes', [foundationMigrations, messagingMigrations]);
    app = new pg.Pool({
      connectionString: database.appUrl,
      options: `-c app.tenant_id=${tenant} -c app.factory_ids=*`,
      max: 1,
    });
    app.on('error', () => {});
    const owner = new pg.Client(database.ownerUrl);
    await owner.connect();
    const columns = 'id, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, created_at, sent_at';
    const row = `n, gen_random_uuid(), CASE WHEN n % 3 = 0 THEN 'tenant-002' ELSE '${tenant}' END, NULL,
                 'mes.station.defined.v1', 'S' || n % 1000, '{}'`;
    await owner.query(`
      INSERT INTO mes.outbox_archive (${columns})
      SELECT ${row}, at, at FROM generate_series(1, 20000) n, LATERAL (SELECT now() - n % 20 * interval '1 day' AS at) t;
      INSERT INTO mes.outbox (${columns})
      SELECT ${row}, now(), CASE WHEN n <= 39000 THEN now() END FROM generate_series(20001, 40000) n;
      ANALYZE mes.outbox; ANALYZE mes.outbox_archive`);
    await owner.end();
  });
  afterAll(async () => {
    await app?.end();
    await database?.drop();
  });

  const db = {
    async $queryRaw(query: TemplateStringsArray, ...values: unknown[]) {
      asked = { text: query.reduce((sql, part, index) => `${sql}$${index}${part}`), values };
      return (await app.query(asked.text, values)).rows as unknown;
    },
  } as unknown as SqlTransaction;

  const positions = async (first: number, after: string | null) =>
    (await historyOf(db, 'S7', { first, after })).map(({ position }) => Number(position));
  // Every third belongs to another tenant.
  const own = Array.from({ length: 40 }, (_, index) => index * 1_000 + 7).filter((n) => n % 3 !== 0);

  it('is read in order from archive and outbox, sent or not, and only of the own tenant', async () => {
    expect(await positions(200, null)).toEqual(own);
  });

  it('is read page by page', async () => {
    expect(await positions(9, null)).toEqual(own.slice(0, 10));
    expect(await positions(9, String(own[8]))).toEqual(own.slice(9, 19));
  });

  it('is found by the indexes of the aggregate', async () => {
    await positions(50, null);
    const { rows } = await app.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${asked.text}`, asked.values);
    const plan = rows.map((line) => line['QUERY PLAN']).join('\n');
    expect(plan).toContain('outbox_aggregate');
    expect(plan).toMatch(/outbox_archive_p\d+_aggregate_id_id_idx/);
    // A month without rows is read as a whole for nothing.
    const month = new Date().toISOString().slice(0, 7).replace('-', '');
    const readWhole = [...plan.matchAll(/Seq Scan on (\w+)/g)].map(([, table]) => table);
    expect(readWhole).not.toContain('outbox');
    expect(readWhole).not.toContain(`outbox_archive_p${month}`);
  });
});
