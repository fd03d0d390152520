import type { Vault } from '@enghub/encryption/vault';
import type { Db } from '../database.ts';
import { encryptedColumns } from '../encrypted-columns.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { TimePage } from '../time-cursor.ts';
import type { Qualification, QualificationFacts } from './rules.ts';

export async function findQualification(db: Db, vault: Vault, id: string): Promise<Qualification | null> {
  const row = await db.operatorQualification.findFirst({ where: { id } });
  return row && toQualification(row, vault);
}

/** Everything that these operators were ever granted, in all plants that the user may see; why is nobody's question here. */
export async function findQualificationsOf(db: Db, operatorIds: readonly string[]): Promise<QualificationFacts[]> {
  const rows = await db.operatorQualification.findMany({
    where: { operatorId: { in: [...operatorIds] } },
    omit: { reason: true, revokedBecause: true },
  });
  return rows.map(withDays);
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
  vault: Vault,
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
  return Promise.all(rows.map((row) => toQualification(row, vault)));
}

export async function insertQualification(
  tx: Db,
  vault: Vault,
  tenantId: string,
  qualification: Qualification,
): Promise<void> {
  const { validFrom, validUntil } = qualification;
  const days = { validFrom: new Date(validFrom), validUntil: validUntil === null ? null : new Date(validUntil) };
  const reasons = await sealedReasons(qualification, vault);
  await tx.operatorQualification.createMany({ data: [{ ...qualification, ...days, ...reasons, tenantId }] });
}

/** Loads one and keeps others from revoking it until the transaction ends. */
export async function loadForChange(tx: Db, vault: Vault, id: string): Promise<Qualification | null> {
  await tx.$queryRaw`SELECT 1 FROM operator_qualifications WHERE id = ${id}::uuid FOR UPDATE`;
  return findQualification(tx, vault, id);
}

export async function saveRevocation(tx: Db, vault: Vault, qualification: Qualification): Promise<void> {
  const { id, revokedAt, revokedBy } = qualification;
  const { revokedBecause } = await sealedReasons(qualification, vault);
  await tx.operatorQualification.updateMany({ where: { id }, data: { revokedAt, revokedBy, revokedBecause } });
}

const sealedReasons = async ({ id, reason, revokedBecause }: Qualification, vault: Vault) => ({
  reason: await vault.seal(encryptedColumns.qualificationReason, [id], reason),
  revokedBecause: await vault.seal(encryptedColumns.revocationReason, [id], revokedBecause),
});

const toQualification = async (row: Prisma.OperatorQualificationModel, vault: Vault): Promise<Qualification> => ({
  ...withDays(row),
  reason: await vault.open(encryptedColumns.qualificationReason, [row.id], row.reason),
  revokedBecause: await vault.open(encryptedColumns.revocationReason, [row.id], row.revokedBecause),
});

const withDays = <Row extends { validFrom: Date; validUntil: Date | null }>(row: Row) => ({
  ...row,
  validFrom: dayOf(row.validFrom),
  validUntil: row.validUntil && dayOf(row.validUntil),
});

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
