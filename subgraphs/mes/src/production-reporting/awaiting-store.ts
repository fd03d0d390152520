import type { Db } from '../database.ts';

/** How many reports of the order nobody has decided on yet. */
export const countAwaiting = (db: Db, workOrderId: string): Promise<number> =>
  db.reportAwaitingApproval.count({ where: { workOrderId, status: 'AWAITING' } });
