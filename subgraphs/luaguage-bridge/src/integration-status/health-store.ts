import type { Db } from '../database.ts';
import type { ErpInterface } from '../erp/interface-guard.ts';
import type { Health } from './rules.ts';

export async function findHealth(db: Db): Promise<Health<ErpInterface>[]> {
  const rows = await db.erpInterfaceHealth.findMany();
  return rows.map(({ tenantId: _own, ...row }) => ({
    ...row,
    name: row.name as ErpInterface,
    circuit: row.circuit as Health['circuit'],
  }));
}

export async function saveHealth(db: Db, tenantId: string, { name, ...health }: Health<ErpInterface>): Promise<void> {
  await db.erpInterfaceHealth.upsert({
    where: { tenantId_name: { tenantId, name } },
    create: { tenantId, name, ...health },
    update: health,
  });
}
