import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { TimePage } from '../time-cursor.ts';
import type { Qualification } from './rules.ts';

export async function findQualifications(db: Db, ids: readonly string[]): Promise<Qualification[]> {
  return (await db.operatorQualification.findMany({ where: { id: { in: [...ids] } } })).map(toQualification);
}

/** Everything that these operators were ever granted, in all plants that the user may see. */
export async function findQualificationsOf(db: Db, operatorIds: readonly string[]): Promise<Qualification[]> {
  const rows = await db.operatorQualification.findMany({ where: { operatorId: { in: [...operatorIds] } } });
  return rows.map(toQualification);
}

export type QualificationFilter = Readonly<{
  factoryId: string;
  operatorId: string | null;
  skill: string | null;
  /** Only those that hold on `today` and end on `until` or before. */
  expiring: Readonly<{ today: string; until: string }> | null;
}>;

/** Latest granted first. */
export async function pageOfQualifications(
  db: Db,
  { first, before }: TimePage,
  { factoryId, operatorId, skill, expiring }: QualificationFilter,
): Promise<Qualification[]> {
  const rows = await db.operatorQualification.findMany({
    where: {
      factoryId,
      ...(operatorId === null ? {} : { operatorId }),
      ...(skill === null ? {} : { skill }),
      ...(expiring && {
        revokedAt: null,
        validFrom: { lte: new Date(expiring.today) },
        validUntil: { gt: new Date(expiring.today), lte: new Date(expiring.until) },
      }),
      ...(before && {
        grantedAt: { lte: before.at },
        OR: [{ grantedAt: { lt: before.at } }, { id: { lt: before.id } }],
      }),
    },
    orderBy: [{ grantedAt: 'desc' }, { id: 'desc' }],
    take: first + 1,
  });
  return rows.map(toQualification);
}

export async function insertQualification(tx: Db, tenantId: string, qualification: Qualification): Promise<void> {
  const { validFrom, validUntil } = qualification;
  const days = { validFrom: new Date(validFrom), validUntil: validUntil === null ? null : new Date(validUntil) };
  await tx.operatorQualification.createMany({ data: [{ ...qualification, ...days, tenantId }] });
}

/** Loads one and keeps others from revoking it until the transaction ends. */
export async function loadForChange(tx: Db, id: string): Promise<Qualification | null> {
  await tx.$queryRaw`SELECT 1 FROM operator_qualifications WHERE id = ${id}::uuid FOR UPDATE`;
  const [qualification] = await findQualifications(tx, [id]);
  return qualification ?? null;
}

export async function saveRevocation(tx: Db, qualification: Qualification): Promise<void> {
  const { id, revokedAt, revokedBy, revokedBecause } = qualification;
  await tx.operatorQualification.updateMany({ where: { id }, data: { revokedAt, revokedBy, revokedBecause } });
}

const toQualification = (row: Prisma.OperatorQualificationModel): Qualification => ({
  ...row,
  validFrom: dayOf(row.validFrom),
  validUntil: row.validUntil && dayOf(row.validUntil),
});

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
