import type { Db } from '../database.ts';
import type { TimePage } from '../time-cursor.ts';
import type { Waiting } from './rules.ts';

/** Ids of one page, latest first; the one beyond `first` only tells that there is more. */
export async function pageOfIds(
  db: Db,
  factoryId: string,
  status: Waiting['status'],
  { first, before }: TimePage,
): Promise<string[]> {
  const rows = await db.reportAwaitingApproval.findMany({
    where: {
      factoryId,
      status,
      ...(before && {
        createdAt: { lte: before.at },
        OR: [{ createdAt: { lt: before.at } }, { id: { lt: before.id } }],
      }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: first + 1,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** False when somebody else decided first. */
export async function saveDecision(tx: Db, id: string, decided: Waiting): Promise<boolean> {
  const { count } = await tx.reportAwaitingApproval.updateMany({
    where: { id, version: decided.version - 1 },
    data: { ...decided },
  });
  return count === 1;
}
