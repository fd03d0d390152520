/** `npm run audit -- verify [--tenant <id>] [--anchors <file>]`: whether the audit trails are as they were written. */
import { withInstalledDatabases } from '@enghub/database/installed-databases';
import { rolesOf } from '@enghub/database/roles';
import pg from 'pg';
import { readAnchors, type Anchor } from './anchors.ts';
import { verifyAudit, type Problem, type ProblemKind } from './verify.ts';

const usage = `Usage: npm run audit -- verify [--tenant <id>] [--anchors <file>]
  Reads the databases of …_DATABASE_URL; those that are not set are the ones of npm start, below ENGHUB_DATA_DIR.
  Anchors are read from the file, or from AUDIT_ANCHOR_FILE. Ends with 1 when a trail is not as it was written.`;

const words: Record<ProblemKind, string> = {
  ENTRY_MISSING: 'the entry was removed',
  ENTRY_ALTERED: 'the entry was altered',
  CHAIN_BROKEN: 'the seal does not follow from the one before it',
  SEAL_MISSING: 'the seal was removed',
  ENTRY_INSERTED: 'the entry was put in where everything had been sealed',
  TAIL_CUT: 'the chain was cut off here, an anchor knows that it went on',
  CHAIN_REWRITTEN: 'the chain is not the one that an anchor knows',
};

type Options = Readonly<{ tenantId: string | undefined; anchorFile: string | undefined }>;

function readOptions([command, ...words]: string[]): Options {
  const given: Record<string, string> = {};
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value] = words.slice(at, at + 2);
    if (!['--tenant', '--anchors'].includes(name) || value === undefined) fail(usage);
    given[name] = value;
  }
  if (command !== 'verify') fail(usage);
  return {
    tenantId: given['--tenant'],
    anchorFile: given['--anchors'] ?? (process.env['AUDIT_ANCHOR_FILE'] || undefined),
  };
}

async function main(words: string[]): Promise<void> {
  const { tenantId, anchorFile } = readOptions(words);
  const anchors = anchorFile ? await readAnchors(anchorFile) : [];
  await withInstalledDatabases(async (databases) => {
    for (const { service, namespace, url } of databases) {
      if (url) await report(url, namespace, tenantId, anchors);
      else console.log(`${service}: no database`);
    }
  });
}

async function report(url: string, namespace: string, tenantId: string | undefined, anchors: readonly Anchor[]) {
  // The relay's role sees every tenant and can change nothing here.
  const client = new pg.Client({ connectionString: rolesOf(url, namespace).relay.url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
  } catch (error) {
    // The subgraph was never started on this server.
    if (/(role|database) .* does not exist/.test((error as Error).message)) {
      return console.log(`${namespace}: no audit trail yet`);
    }
    throw error;
  }
  try {
    const { rows } = await client.query<{ known: boolean }>('SELECT to_regclass($1) IS NOT NULL AS known', [
      `${namespace}.audit_seals`,
    ]);
    if (!rows[0]?.known) return console.log(`${namespace}: no audit trail yet`);
    const tenants = await verifyAudit(client, { namespace, tenantId, anchors });
    if (tenants.length === 0) console.log(`${namespace}: nothing to verify`);
    for (const { tenantId: tenant, seals, waiting, problem } of tenants) {
      const verdict = problem ? say(problem) : `${seals} sealed entries as they were written`;
      console.log(`${namespace} ${tenant}: ${verdict}${waiting > 0 ? `; ${waiting} not sealed yet` : ''}`);
      if (problem) process.exitCode = 1;
    }
  } finally {
    await client.end();
  }
}

const say = ({ kind, seq, entryId }: Problem): string =>
  [`BAD: ${words[kind]}`, seq === null ? '' : `seal ${seq}`, entryId === null ? '' : `entry ${entryId}`]
    .filter(Boolean)
    .join(', ');

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

await main(process.argv.slice(2)).catch((error: unknown) =>
  fail(error instanceof Error ? error.message : String(error)),
);
