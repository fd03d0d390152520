import type { Db } from '../database.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { isLabel } from '../text-rules.ts';
import type { TimePage } from '../time-cursor.ts';
import type { AuditEntry } from './rules.ts';

type Given<Value> = Value | null | undefined;

export type AuditFilter = Readonly<{
  factoryId?: Given<string>;
  entity?: Given<string>;
  entityId?: Given<string>;
  command?: Given<string>;
  userId?: Given<string>;
  since?: Given<Date>;
  until?: Given<Date>;
}>;

/** Latest first; a row beyond `first` only tells that there is more. */
export async function pageOfEntries(db: Db, filter: AuditFilter, { first, before }: TimePage): Promise<AuditEntry[]> {
  const { factoryId, entity, entityId, command, userId, since, until } = filter;
  const labels = [factoryId, entity, entityId, command, userId].filter((text) => text != null);
  if (!labels.every(isLabel)) return [];
  const conditions = [
    factoryId != null && Prisma.sql`e.factory_id = ${factoryId}`,
    entity != null && Prisma.sql`e.entity = ${entity}`,
    entityId != null && Prisma.sql`e.entity_id = ${entityId}`,
    command != null && Prisma.sql`e.command = ${command}`,
    userId != null && Prisma.sql`e.user_id = ${userId}`,
    since != null && Prisma.sql`e.at >= ${since}`,
    until != null && Prisma.sql`e.at < ${until}`,
    // The cursor has milliseconds, as the clock of every command does.
    before !== null && Prisma.sql`(e.at, e.id) < (${before.at}, ${before.id}::uuid)`,
  ].filter((condition) => condition !== false);
  const where = conditions.length > 0 ? Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}` : Prisma.empty;
  return db.$queryRaw<AuditEntry[]>`
    SELECT e.id::text, e.factory_id AS "factoryId", e.at, e.user_id AS "userId", e.origin, e.trace_id AS "traceId",
           e.command, e.entity, e.entity_id AS "entityId", e.before, e.after, e.reason,
           EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id) AS "isSealed"
      FROM audit_entries e ${where}
     ORDER BY e.at DESC, e.id DESC LIMIT ${first + 1}`;
}
