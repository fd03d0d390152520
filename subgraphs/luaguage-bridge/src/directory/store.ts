import type { Db } from '../database.ts';

export type Holder = Readonly<{ userId: string; factoryIds: readonly string[] }>;

export type HeldRole = Readonly<{ role: string; factoryIds: readonly string[] }>;

export const rolesOf = (db: Db, userId: string): Promise<HeldRole[]> =>
  db.roleHolder.findMany({ where: { userId }, select: { role: true, factoryIds: true } });

/** Puts what the ERP listed in the place of what was known. */
export async function replaceRole(
  tx: Db,
  of: Readonly<{ tenantId: string; role: string }>,
  holders: readonly Holder[],
  asOf: Date,
): Promise<void> {
  await tx.roleHolder.deleteMany({ where: of });
  await tx.roleHolder.createMany({
    data: holders.map((it) => ({ ...of, ...it, factoryIds: [...it.factoryIds], asOf })),
  });
}

/** Puts what the ERP said of one person in the place of what was known, unless that is newer. */
export async function replaceUser(
  tx: Db,
  tenantId: string,
  { userId, factoryIds }: Holder,
  roles: readonly string[],
  asOf: Date,
): Promise<void> {
  await tx.roleHolder.deleteMany({ where: { tenantId, userId, asOf: { lte: asOf } } });
  await tx.roleHolder.createMany({
    data: roles.map((role) => ({ tenantId, role, userId, factoryIds: [...factoryIds], asOf })),
    skipDuplicates: true,
  });
}

export async function saveListed(tx: Db, tenantId: string, role: string, listedAt: Date): Promise<void> {
  await tx.roleList.upsert({
    where: { tenantId_role: { tenantId, role } },
    create: { tenantId, role, listedAt },
    update: { listedAt },
  });
}

/** When the ERP last listed each of them; roles that it never listed are not among them. */
export async function listedRoles(db: Db, roles: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  const rows = await db.roleList.findMany({ where: { role: { in: [...roles] } } });
  return new Map(rows.map(({ role, listedAt }) => [role, listedAt]));
}

/** At one plant, or anywhere when none is named. */
export async function holdersOf(db: Db, roles: readonly string[], factoryId: string | null): Promise<string[]> {
  const rows = await db.roleHolder.findMany({
    where: { role: { in: [...roles] }, ...(factoryId !== null && { factoryIds: { has: factoryId } }) },
    distinct: ['userId'],
    select: { userId: true },
    orderBy: { userId: 'asc' },
  });
  return rows.map(({ userId }) => userId);
}

export const someHolder = async (db: Db): Promise<string | null> =>
  (await db.roleHolder.findFirst({ orderBy: { asOf: 'desc' }, select: { userId: true } }))?.userId ?? null;
