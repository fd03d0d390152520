import type { BaseContext } from './context.ts';
import { newId } from './ids.ts';
import type { SqlTransaction } from './requests.ts';

/** What a command did to one thing. `before` is null for what is new, `after` for what is gone. */
export type AuditEntry = Readonly<{
  /** The mutation's field name in the graph. */
  command: string;
  factoryId: string | null;
  /** The GraphQL type. */
  entity: string;
  entityId: string;
  before: object | null;
  after: object | null;
  reason?: string | null | undefined;
}>;

/** Writes what the running transaction does to the audit trail; call it once for each thing that a command changes. */
export async function audit(
  tx: SqlTransaction,
  { claims, now }: Pick<BaseContext<unknown>, 'claims' | 'now'>,
  entry: AuditEntry,
): Promise<void> {
  const { tenantId, userId, origin = null, traceId } = claims;
  await tx.$executeRaw`
    INSERT INTO audit_entries
      (id, tenant_id, factory_id, at, user_id, origin, trace_id, command, entity, entity_id, before, after, reason)
    VALUES (${newId()}::uuid, ${tenantId}, ${entry.factoryId}, ${now()}, ${userId}, ${origin}, ${traceId},
            ${entry.command}, ${entry.entity}, ${entry.entityId}, ${jsonOf(entry.before)}::jsonb,
            ${jsonOf(entry.after)}::jsonb, ${entry.reason ?? null})`;
}

const jsonOf = (state: object | null): string | null => (state === null ? null : JSON.stringify(state));
