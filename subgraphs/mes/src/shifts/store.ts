import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import { plantCalendar, type PlantCalendar, type ShiftDefinition, type ShiftPattern } from './rules.ts';

export async function findPatterns(
  db: Db,
  factoryIds: readonly string[],
): Promise<(ShiftPattern & { factoryId: string })[]> {
  const rows = await db.shiftPattern.findMany({ where: { factoryId: { in: [...factoryIds] } } });
  return rows.map((row) => ({ ...toPattern(row), factoryId: row.factoryId }));
}

/** The calendars of plants, with every pattern they ever had. */
export async function findCalendars(db: Db, factoryIds: readonly string[]): Promise<PlantCalendar[]> {
  // The version first: read after the patterns, it could vouch for shifts that it did not see.
  const factories = await db.factory.findMany({
    where: { id: { in: [...factoryIds] } },
    select: { id: true, timeZone: true, calendarVersion: true },
  });
  const patterns = await findPatterns(db, factoryIds);
  return factories.map(({ id, timeZone, calendarVersion }) =>
    plantCalendar({
      factoryId: id,
      version: calendarVersion,
      timeZone,
      patterns: patterns.filter(({ factoryId }) => factoryId === id),
    }),
  );
}

/** Locks the plant's calendar and moves its version; false when there is no such plant. */
export async function moveCalendar(tx: Db, factoryId: string): Promise<boolean> {
  const { count } = await tx.factory.updateMany({
    where: { id: factoryId },
    data: { calendarVersion: { increment: 1 } },
  });
  return count === 1;
}

export async function savePattern(
  tx: Db,
  tenantId: string,
  factoryId: string,
  pattern: ShiftPattern,
): Promise<ShiftPattern> {
  const validFrom = new Date(pattern.validFrom);
  const shifts = pattern.shifts.map((shift) => ({ ...shift }));
  const row = await tx.shiftPattern.upsert({
    where: { tenantId_factoryId_validFrom: { tenantId, factoryId, validFrom } },
    create: { id: pattern.id, tenantId, factoryId, validFrom, shifts },
    update: { shifts },
  });
  return toPattern(row);
}

const toPattern = ({ id, validFrom, shifts }: Prisma.ShiftPatternModel): ShiftPattern => ({
  id,
  validFrom: validFrom.toISOString().slice(0, 10),
  // jsonb does not keep the order of keys.
  shifts: (shifts as ShiftDefinition[]).map(({ name, startsAt, endsAt }) => ({ name, startsAt, endsAt })),
});
