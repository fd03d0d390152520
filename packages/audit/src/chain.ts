/** What a seal is made of. Pure, so that the sealer and whoever checks its work cannot differ. */
import { createHash } from 'node:crypto';

/** An entry as PostgreSQL writes it: every column as text, so that no driver rounds a number or an instant. */
export type EntryRow = Readonly<{
  id: string;
  position: string;
  tenantId: string;
  factoryId: string | null;
  at: string;
  userId: string;
  origin: string | null;
  traceId: string;
  command: string;
  entity: string;
  entityId: string;
  before: string | null;
  after: string | null;
  reason: string | null;
}>;

/** Of audit_entries AS e. The instant is in UTC to the microsecond; jsonb has one way to be written. */
export const entryColumns = `
  e.id::text AS id, e.position::text AS position, e.tenant_id AS "tenantId", e.factory_id AS "factoryId",
  to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, e.user_id AS "userId", e.origin,
  e.trace_id AS "traceId", e.command, e.entity, e.entity_id AS "entityId", e.before::text AS before,
  e.after::text AS after, e.reason`;

/** What a tenant's first seal takes for the one before it. */
export const GENESIS: string = '0'.repeat(64);

export type Seal = Readonly<{
  tenantId: string;
  seq: number;
  entryId: string;
  entryHash: string;
  previousHash: string;
  hash: string;
}>;

/** Hashes are in hexadecimal here and as bytes in the table. */
export const hashEntry = (entry: EntryRow): string =>
  sha256(
    JSON.stringify([
      entry.id,
      entry.position,
      entry.tenantId,
      entry.factoryId,
      entry.at,
      entry.userId,
      entry.origin,
      entry.traceId,
      entry.command,
      entry.entity,
      entry.entityId,
      entry.before,
      entry.after,
      entry.reason,
    ]),
  );

export const linkHash = (previousHash: string, entryHash: string): string =>
  sha256(Buffer.from(previousHash + entryHash, 'hex'));

export type Head = Readonly<{ seq: number; hash: string }>;

export function sealNext(head: Head | undefined, entry: EntryRow): Seal {
  const previousHash = head?.hash ?? GENESIS;
  const entryHash = hashEntry(entry);
  const hash = linkHash(previousHash, entryHash);
  const { id: entryId, tenantId } = entry;
  return { tenantId, seq: (head?.seq ?? 0) + 1, entryId, entryHash, previousHash, hash };
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
