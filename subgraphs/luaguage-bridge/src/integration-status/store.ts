import type { Db } from '../database.ts';
import type { ErpInterface } from '../erp/interface-guard.ts';
import type { IntegrationState } from './rules.ts';

export async function findStates(db: Db): Promise<IntegrationState<ErpInterface>[]> {
  const rows = await db.integrationState.findMany({ orderBy: { name: 'asc' } });
  return rows.map(({ name, state, since, lastError }) => ({
    name: name as ErpInterface,
    state: state as IntegrationState['state'],
    since,
    lastError,
  }));
}

/** False when another bridge has told it already. */
export async function saveState(tx: Db, tenantId: string, next: IntegrationState<ErpInterface>): Promise<boolean> {
  const { name, state, since, lastError } = next;
  const saved = await tx.$executeRaw`
    INSERT INTO integration_states AS known (tenant_id, name, state, since, last_error)
    VALUES (${tenantId}, ${name}, ${state}, ${since}, ${lastError})
    ON CONFLICT (tenant_id, name) DO UPDATE
      SET state = excluded.state, since = excluded.since, last_error = excluded.last_error
      WHERE known.state <> excluded.state`;
  return saved === 1;
}
