import type { Db } from '../database.ts';
import { SCHEDULER_TENANT } from '../sync/commands.ts';
import type { ErpInterface } from '../erp/interface-guard.ts';
import type { Health } from './rules.ts';

export async function findHealth(db: Db): Promise<Health<ErpInterface>[]> {
  const rows = await db.erpInterfaceHealth.findMany();
  return rows.map(({ tenantId: _nobody, ...row }) => ({
    ...row,
    name: row.name as ErpInterface,
    circuit: row.circuit as Health['circuit'],
  }));
}

/** By the scheduler's client. */
export async function saveHealth(db: Db, { name, ...health }: Health<ErpInterface>): Promise<void> {
  await db.erpInterfaceHealth.upsert({
    where: { tenantId_name: { tenantId: SCHEDULER_TENANT, name } },
    create: { tenantId: SCHEDULER_TENANT, name, ...health },
    update: health,
  });
}
