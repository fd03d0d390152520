/**
 * One PostgreSQL for a whole run of the slice tests: a throw-away one, or the server of TEST_DATABASE_URL. Starting it
 * here rather than per file is what makes a database per file affordable.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@enghub/database/embedded-postgres';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a database whose owner may make more of them. */
    postgresUrl: string;
    /** Starts the names of all databases that this run makes. */
    postgresPrefix: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prefix = `enghub_test_${randomBytes(4).toString('hex')}`;
  project.provide('postgresPrefix', prefix);

  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return () => dropAll(given, prefix);
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'enghub-test-'));
  // As root the server runs as somebody else, who must be able to pass.
  chmodSync(folder, 0o711);
  const server = await startEmbeddedPostgres({
    dataDirectory: path.join(folder, 'postgres'),
    durable: false,
    temporary: true,
  });
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function dropAll(url: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; template: boolean }>(
      `SELECT datname AS name, datistemplate AS template FROM pg_database WHERE starts_with(datname, $1)`,
      [prefix],
    );
    for (const { name, template } of rows) {
      if (template) await client.query(`ALTER DATABASE ${name} WITH IS_TEMPLATE false`);
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  } finally {
    await client.end();
  }
}
