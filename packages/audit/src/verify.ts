/** Holds the audit trail against its seals, and the seals against what is known of them outside the database. */
import type pg from 'pg';
import type { Anchor } from './anchors.ts';
import { entryColumns, GENESIS, hashEntry, linkHash, type EntryRow } from './chain.ts';

export type ProblemKind =
  /** A seal is there, its entry is not. */
  | 'ENTRY_MISSING'
  /** The entry is not what was sealed. */
  | 'ENTRY_ALTERED'
  /** The seal does not follow from the one before it: it was rewritten, or stands where another one stood. */
  | 'CHAIN_BROKEN'
  /** A number is left out of the chain. */
  | 'SEAL_MISSING'
  /** The entry was put in where the sealer had long been. */
  | 'ENTRY_INSERTED'
  /** An anchor knows a longer chain. */
  | 'TAIL_CUT'
  /** The chain holds together, but it is not the one that an anchor knows. */
  | 'CHAIN_REWRITTEN';

/** The first row of a tenant that is not as it was written. */
export type Problem = Readonly<{
  tenantId: string;
  kind: ProblemKind;
  /** Where in the chain; null for an entry outside it. */
  seq: number | null;
  /** Null when nothing is left that could say. */
  entryId: string | null;
}>;

export type TenantReport = Readonly<{ tenantId: string; seals: number; waiting: number; problem: Problem | null }>;

export type VerifyOptions = Readonly<{
  namespace: string;
  /** All tenants when left out. */
  tenantId?: string | undefined;
  anchors?: readonly Anchor[];
}>;

type SealRow = Readonly<{ seq: string; sealed: string; entryHash: string; previousHash: string; hash: string }>;
type Row = SealRow & (EntryRow | { id: null });

const pageSize = 2_000;

/** The client must see every tenant: the relay role does, and so does a superuser. */
export async function verifyAudit(client: pg.Client, options: VerifyOptions): Promise<TenantReport[]> {
  const { namespace, tenantId, anchors = [] } = options;
  const name = `"${namespace}"`;
  const mine = anchors.filter((anchor) => anchor.namespace === namespace);
  const { rows } = await client.query<{ id: string }>(
    `SELECT tenant_id AS id FROM ${name}.audit_entries UNION SELECT tenant_id FROM ${name}.audit_seals`,
  );
  const known = new Set([...rows.map(({ id }) => id), ...mine.map((anchor) => anchor.tenantId)]);
  const wanted = [...known].filter((id) => tenantId === undefined || id === tenantId).sort();
  const reports: TenantReport[] = [];
  for (const id of wanted) {
    const ownAnchors = mine.filter((anchor) => anchor.tenantId === id);
    const chain = await walk(client, name, id, ownAnchors);
    const stray = await strayEntry(client, name, id);
    const problem = chain.problem ?? (stray.entryId === null ? null : at(id, 'ENTRY_INSERTED', null, stray.entryId));
    reports.push({ tenantId: id, seals: chain.seals, waiting: stray.waiting, problem });
  }
  return reports;
}

const at = (tenantId: string, kind: ProblemKind, seq: number | null, entryId: string | null): Problem => ({
  tenantId,
  kind,
  seq,
  entryId,
});

async function walk(client: pg.Client, name: string, tenantId: string, anchors: readonly Anchor[]) {
  const anchored = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
  let previous = GENESIS;
  let seals = 0;
  for (;;) {
    const { rows } = await client.query<Row>(pageSql(name), [tenantId, seals]);
    for (const row of rows) {
      const problem = check(row, { tenantId, expected: seals + 1, previous, anchored: anchored.get(Number(row.seq)) });
      if (problem) return { seals, problem };
      previous = row.hash;
      seals += 1;
    }
    if (rows.length < pageSize) break;
  }
  const cut = anchors.some(({ seq }) => seq > seals);
  return { seals, problem: cut ? at(tenantId, 'TAIL_CUT', seals + 1, null) : null };
}

type Place = Readonly<{ tenantId: string; expected: number; previous: string; anchored: string | undefined }>;

function check(row: Row, { tenantId, expected, previous, anchored }: Place): Problem | null {
  const problem = (kind: ProblemKind, seq = Number(row.seq), entryId: string | null = row.sealed) =>
    at(tenantId, kind, seq, entryId);
  if (Number(row.seq) !== expected) return problem('SEAL_MISSING', expected, null);
  if (row.previousHash !== previous || linkHash(previous, row.entryHash) !== row.hash) return problem('CHAIN_BROKEN');
  if (row.id === null) return problem('ENTRY_MISSING');
  if (hashEntry(row) !== row.entryHash) return problem('ENTRY_ALTERED');
  return anchored !== undefined && anchored !== row.hash ? problem('CHAIN_REWRITTEN') : null;
}

const pageSql = (name: string): string => `
  SELECT s.seq, s.entry_id::text AS sealed, encode(s.entry_hash, 'hex') AS "entryHash",
         encode(s.previous_hash, 'hex') AS "previousHash", encode(s.hash, 'hex') AS hash, ${entryColumns}
    FROM ${name}.audit_seals s LEFT JOIN ${name}.audit_entries e ON e.id = s.entry_id
   WHERE s.tenant_id = $1 AND s.seq > $2
   ORDER BY s.seq LIMIT ${pageSize}`;

/** What waits for the sealer is new; below the positions that it has settled nothing may be unsealed. */
async function strayEntry(client: pg.Client, name: string, tenantId: string) {
  const { rows } = await client.query<{ stray: string | null; waiting: string }>(
    `WITH settled AS (SELECT coalesce(max(all_below), 0) AS below FROM ${name}.audit_seals),
     unsealed AS (
       SELECT e.id, e.position FROM ${name}.audit_entries e
        WHERE e.tenant_id = $1 AND NOT EXISTS (SELECT FROM ${name}.audit_seals s WHERE s.entry_id = e.id))
     SELECT (SELECT u.id::text FROM unsealed u, settled WHERE u.position < settled.below ORDER BY u.position LIMIT 1)
              AS stray,
            (SELECT count(*) FROM unsealed u, settled WHERE u.position >= settled.below) AS waiting`,
    [tenantId],
  );
  return { entryId: rows[0]?.stray ?? null, waiting: Number(rows[0]?.waiting ?? 0) };
}
