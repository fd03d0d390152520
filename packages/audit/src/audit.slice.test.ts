import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { foundationMigrations } from '@enghub/database/provision';
import { silentLogger } from '@enghub/messaging/logger';
import { freshDatabase, type FreshDatabase } from '@enghub/testkit/postgres';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAnchors } from './anchors.ts';
import { auditMigrations } from './migrations.ts';
import { startSealer, type Sealer, type SealerOptions } from './sealer.ts';
import { verifyAudit, type Problem } from './verify.ts';

let database: FreshDatabase;
let folder: string;
let anchorFile: string;
let owner: pg.Client;
const sealers: Sealer[] = [];

beforeEach(async () => {
  database = await freshDatabase('plant', [foundationMigrations, auditMigrations]);
  folder = mkdtempSync(path.join(tmpdir(), 'enghub-audit-'));
  anchorFile = path.join(folder, 'anchors.jsonl');
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query('SET search_path = plant');
});

afterEach(async () => {
  await Promise.all(sealers.splice(0).map((sealer) => sealer.stop()));
  await owner.end();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const seal = (change: Partial<SealerOptions> = {}): Sealer => {
  const { relayUrl } = database;
  const options = { relayUrl, namespace: 'plant', logger: silentLogger, anchorFile, sweepEveryMs: 20, settleMs: 0 };
  const sealer = startSealer({ ...options, ...change });
  sealers.push(sealer);
  return sealer;
};

const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

async function write(client: pg.Client, n: number, tenant = 'tenant-1'): Promise<void> {
  await client.query(
    `INSERT INTO audit_entries (id, tenant_id, factory_id, at, user_id, trace_id, command, entity, entity_id, before, after)
     VALUES ($1, $2, 'f', '2026-03-10T04:00:00.123456Z', 'ann', 't', 'releaseWorkOrder', 'WorkOrder', 'wo', $3, $4)`,
    [idOf(n), tenant, { status: 'PLANNED' }, { status: 'RELEASED', quantity: '12345678901234567890.5' }],
  );
}

async function asApp(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  await client.query(
    `SELECT set_config('app.tenant_id', 'tenant-1', false), set_config('app.factory_ids', '*', false)`,
  );
  return client;
}

async function eventually(check: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await check();
    } catch (error) {
      if (tries === 800) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const sealed = async (tenant = 'tenant-1'): Promise<string[]> =>
  (
    await owner.query<{ id: string }>('SELECT entry_id AS id FROM audit_seals WHERE tenant_id = $1 ORDER BY seq', [
      tenant,
    ])
  ).rows.map(({ id }) => id);

const numbered = (...numbers: number[]): string[] => numbers.map(idOf);

async function problemOf(withAnchors = true): Promise<Problem | null> {
  const relay = new pg.Client({ connectionString: database.relayUrl });
  await relay.connect();
  try {
    const anchors = withAnchors ? await readAnchors(anchorFile) : [];
    const reports = await verifyAudit(relay, { namespace: 'plant', anchors });
    return reports.find(({ problem }) => problem)?.problem ?? null;
  } finally {
    await relay.end();
  }
}

describe('the sealer', () => {
  it('seals the entries of each tenant in one chain and writes its head to a file', async () => {
    const sealer = seal();
    for (let n = 1; n <= 3; n++) await write(owner, n);
    await write(owner, 4, 'tenant-2');
    await eventually(async () => expect(await sealed()).toEqual(numbered(1, 2, 3)));
    expect(await sealed('tenant-2')).toEqual(numbered(4));
    await sealer.stop();
    const anchors = await readAnchors(anchorFile);
    expect(anchors).toMatchObject([
      { namespace: 'plant', tenantId: 'tenant-1', seq: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      { tenantId: 'tenant-2', seq: 1 },
    ]);
    expect(readFileSync(anchorFile, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(await problemOf()).toBeNull();
  });

  it('seals an entry that was committed late, after those that overtook it, and looks back until it has', async () => {
    const slow = await asApp();
    await slow.query('BEGIN');
    await write(slow, 1);
    seal();
    await write(owner, 2);
    await eventually(async () => expect(await sealed()).toEqual(numbered(2)));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await write(owner, 3);
    await eventually(async () => expect(await sealed()).toEqual(numbered(2, 3)));
    const settled = `SELECT max(all_below)::int AS below FROM audit_seals`;
    expect((await owner.query(settled)).rows).toEqual([{ below: 0 }]);
    await slow.query('COMMIT');
    await slow.end();
    await eventually(async () => expect(await sealed()).toEqual(numbered(2, 3, 1)));
    await eventually(async () => {
      await write(owner, Math.floor(Math.random() * 1e9) + 10);
      const { rows } = await owner.query<{ below: number }>(settled);
      expect(rows[0]!.below).toBeGreaterThan(3);
    });
  });

  it('works once however many processes run, and goes on where another one stopped', async () => {
    const [first] = [seal(), seal(), seal()];
    for (let n = 1; n <= 5; n++) await write(owner, n);
    await eventually(async () => expect(await sealed()).toHaveLength(5));
    await first.stop();
    for (let n = 6; n <= 9; n++) await write(owner, n);
    await eventually(async () => expect(await sealed()).toEqual(numbered(1, 2, 3, 4, 5, 6, 7, 8, 9)));
    await Promise.all(sealers.splice(0).map((sealer) => sealer.stop()));
    expect(await problemOf()).toBeNull();
  });
});

describe('the runtime role', () => {
  it.each([
    `UPDATE audit_entries SET reason = 'x'`,
    'DELETE FROM audit_entries',
    'TRUNCATE audit_entries',
    'UPDATE audit_seals SET seq = 2',
    'DELETE FROM audit_seals',
    `INSERT INTO audit_seals VALUES ('tenant-1', 1, '${idOf(1)}', '\\x00', '\\x00', '\\x00', 0, now())`,
    `INSERT INTO audit_entries (id, position, tenant_id, at, user_id, trace_id, command, entity, entity_id)
     VALUES ('${idOf(9)}', 1, 'tenant-1', now(), 'u', 't', 'c', 'e', 'i')`,
  ])('may not %s', async (statement) => {
    const app = await asApp();
    await write(app, 1);
    await expect(app.query(statement)).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|428C9)$/) as string,
    });
    await app.end();
  });

  it.each(['UPDATE audit_seals SET seq = 2', 'DELETE FROM audit_entries', `UPDATE audit_entries SET reason = 'x'`])(
    'of the sealer may not %s either',
    async (statement) => {
      const relay = new pg.Client({ connectionString: database.relayUrl });
      await relay.connect();
      await expect(relay.query(statement)).rejects.toMatchObject({ code: '42501' });
      await relay.end();
    },
  );
});

describe('the verifier', () => {
  beforeEach(async () => {
    const sealer = seal();
    for (let n = 1; n <= 6; n++) await write(owner, n);
    await write(owner, 7, 'tenant-2');
    await eventually(async () => expect(await sealed()).toHaveLength(6));
    await sealer.stop();
    expect(await problemOf()).toBeNull();
  });

  const swap = `UPDATE audit_seals a SET entry_id = b.entry_id, entry_hash = b.entry_hash FROM audit_seals b
                 WHERE a.tenant_id = 'tenant-1' AND b.tenant_id = 'tenant-1' AND a.seq IN (2, 4) AND b.seq = 6 - a.seq`;
  it.each<[string, string[], Partial<Problem>]>([
    [
      'that was altered',
      [`UPDATE audit_entries SET after = '{"status": "CLOSED"}' WHERE id = '${idOf(3)}'`],
      { kind: 'ENTRY_ALTERED', seq: 3, entryId: idOf(3) },
    ],
    [
      'whose number was altered beyond what a double can tell',
      [
        `UPDATE audit_entries SET after = jsonb_set(after, '{quantity}', '"12345678901234567890.6"') WHERE id = '${idOf(5)}'`,
      ],
      { kind: 'ENTRY_ALTERED', seq: 5, entryId: idOf(5) },
    ],
    [
      'that was removed',
      [`DELETE FROM audit_entries WHERE id = '${idOf(2)}'`],
      { kind: 'ENTRY_MISSING', seq: 2, entryId: idOf(2) },
    ],
    [
      'that was removed with its seal',
      [`DELETE FROM audit_entries WHERE id = '${idOf(2)}'`, `DELETE FROM audit_seals WHERE entry_id = '${idOf(2)}'`],
      { kind: 'SEAL_MISSING', seq: 2, entryId: null },
    ],
    [
      'that changed places with another',
      ['ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_entry_id_key', swap],
      { kind: 'CHAIN_BROKEN', seq: 2, entryId: idOf(4) },
    ],
    [
      'that was cut off with all that followed',
      ['DELETE FROM audit_seals WHERE seq > 4', `DELETE FROM audit_entries WHERE id IN ('${idOf(5)}', '${idOf(6)}')`],
      { kind: 'TAIL_CUT', seq: 5, entryId: null },
    ],
    [
      'that was put in where the sealer had been',
      [
        'UPDATE audit_seals SET all_below = 100',
        `INSERT INTO audit_entries (id, position, tenant_id, at, user_id, trace_id, command, entity, entity_id)
         OVERRIDING SYSTEM VALUE VALUES ('${idOf(99)}', 0, 'tenant-1', now(), 'u', 't', 'c', 'e', 'i')`,
      ],
      { kind: 'ENTRY_INSERTED', seq: null, entryId: idOf(99) },
    ],
  ])('names the first row %s', async (_case, tampering, problem) => {
    for (const statement of tampering) await owner.query(statement);
    expect(await problemOf()).toEqual({ tenantId: 'tenant-1', ...problem });
  });

  it.each([
    "at = at + interval '1 microsecond'",
    "at = at - interval '1 day'",
    'position = 1000',
    "tenant_id = 'tenant-2'",
    'factory_id = NULL',
    "user_id = 'ben'",
    "origin = 'elsewhere'",
    "trace_id = 'u'",
    "command = 'holdWorkOrder'",
    "entity = 'Lot'",
    "entity_id = 'wi'",
    'before = NULL',
    "reason = ''",
  ])('names the first row whose %s was set by whoever owns the table', async (change) => {
    await owner.query('ALTER TABLE audit_entries ALTER position DROP IDENTITY');
    await owner.query(`UPDATE audit_entries SET ${change} WHERE id = '${idOf(3)}'`);
    expect(await problemOf()).toEqual({ tenantId: 'tenant-1', kind: 'ENTRY_ALTERED', seq: 3, entryId: idOf(3) });
  });

  it('names a chain that was made anew from rows that were changed, by the anchor outside', async () => {
    await owner.query(`UPDATE audit_entries SET user_id = 'ben' WHERE id = '${idOf(4)}'`);
    await owner.query('DELETE FROM audit_seals');
    const sealer = seal({ anchorFile: undefined });
    await eventually(async () => expect(await sealed()).toHaveLength(6));
    await sealer.stop();
    expect(await problemOf(false)).toBeNull();
    expect(await problemOf()).toEqual({
      tenantId: 'tenant-1',
      kind: 'CHAIN_REWRITTEN',
      seq: 6,
      entryId: idOf(6),
    });
  });
});
