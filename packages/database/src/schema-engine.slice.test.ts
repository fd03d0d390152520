import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyDatabase } from '@enghub/testkit/postgres';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { foundationMigrations } from './provision.ts';
import { applyMigrations, findDrift, writeMigration } from './schema-engine.ts';

const plantMigrations = fileURLToPath(new URL('../test-migrations', import.meta.url));

const schema = (machineFields = '') => `
datasource db {
  provider = "postgresql"
  schemas  = ["plant"]
}

model Machine {
  id        String  @id
  tenantId  String  @map("tenant_id")
  factoryId String? @map("factory_id")
  name      String
  ${machineFields}

  @@map("machines")
  @@schema("plant")
}

model Reading {
  id       String   @db.Uuid
  tenantId String   @map("tenant_id")
  takenAt  DateTime @map("taken_at") @db.Timestamptz(6)
  value    Decimal  @db.Decimal(18, 4)

  @@id([id, takenAt])
  @@map("readings")
  @@schema("plant")
}
`;

let folder: string;
let database: Awaited<ReturnType<typeof emptyDatabase>>;

beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  folder = mkdtempSync(path.join(tmpdir(), 'enghub-schema-'));
  cpSync(plantMigrations, path.join(folder, 'migrations'), { recursive: true });
  writeFileSync(path.join(folder, 'schema.prisma'), schema());
});

const options = () => ({
  url: database.ownerUrl,
  schemaFile: path.join(folder, 'schema.prisma'),
  directories: [foundationMigrations, path.join(folder, 'migrations')],
  externalTables: ['events'],
});

async function scratchDatabases(): Promise<string[]> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname LIKE 'enghub_scratch_${process.pid}_%'`,
  );
  await client.end();
  return rows.map(({ datname }) => datname);
}

describe('drift', () => {
  it('is none when partitions, policies, checks and functions are all that schema.prisma does not know', async () => {
    expect(await findDrift(options())).toBeNull();
  });

  it('is the SQL that the migrations lack, with the name of the schema', async () => {
    writeFileSync(path.join(folder, 'schema.prisma'), schema('colour String?'));
    expect(await findDrift(options())).toContain('ALTER TABLE "plant"."machines" ADD COLUMN     "colour" TEXT');
  });

  it('is found in a table that nobody declared external', async () => {
    expect(await findDrift({ ...options(), externalTables: [] })).toContain('DROP TABLE "plant"."events"');
  });

  it('leaves no scratch database, also when a migration fails', async () => {
    writeFileSync(path.join(folder, 'migrations/20260201000000_plant/migration.sql'), 'SELECT 1 / 0;');
    await expect(findDrift(options())).rejects.toThrow('division by zero');
    expect(await scratchDatabases()).toEqual([]);
  });
});

describe('a new migration', () => {
  const request = () => ({
    ...options(),
    name: 'Add colour!',
    migrationsDirectory: path.join(folder, 'migrations'),
    now: new Date('2026-11-22T10:20:30.456Z'),
  });

  it('holds the difference, and then there is none', async () => {
    writeFileSync(path.join(folder, 'schema.prisma'), schema('colour String?'));
    const file = await writeMigration(request());
    expect(file).toBe(path.join(folder, 'migrations/20261122102030_add_colour/migration.sql'));
    expect(readFileSync(file ?? '', 'utf8')).toContain('ADD COLUMN     "colour" TEXT');
    expect(await findDrift(options())).toBeNull();
  });

  it('is not written when nothing changed', async () => {
    expect(await writeMigration(request())).toBeNull();
  });
});

describe('migrations', () => {
  it('may hold function bodies with semicolons, and are recorded as Prisma records them', async () => {
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    try {
      await client.query('CREATE SCHEMA plant');
      const { url, directories } = options();
      const names = ['20260101000000_foundation', '20260201000000_plant', '20261122190000_append_only'];
      expect(await applyMigrations({ url, namespace: 'plant', directories })).toEqual(names);
      expect(await applyMigrations({ url, namespace: 'plant', directories })).toEqual([]);

      const { rows } = await client.query(`
        SELECT migration_name, checksum, applied_steps_count, logs, rolled_back_at
          FROM plant._prisma_migrations
         WHERE finished_at >= started_at AND migration_name = '20260201000000_plant'`);
      expect(rows).toEqual([
        {
          migration_name: '20260201000000_plant',
          checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          applied_steps_count: 1,
          logs: null,
          rolled_back_at: null,
        },
      ]);
      await client.query('SET search_path = plant');
      expect((await client.query('SELECT count_machines()::int AS n')).rows).toEqual([{ n: 0 }]);
    } finally {
      await client.end();
    }
  });
});
