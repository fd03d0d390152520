import type { TenantClients } from '@enghub/database/tenant-clients';
import type { Db } from './database.ts';

/** Makes the partitions of the running quarter and of the year to come. */
export async function upkeep({ pool }: TenantClients<Db>): Promise<void> {
  await pool.query(`SELECT ensure_inspection_quarters(now(), now() + interval '1 year')`);
}
