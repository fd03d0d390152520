import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { ShiftDefinition, ShiftPattern } from './pattern-rules.ts';
import { plantCalendar, type CalendarException, type PlantCalendar, type PlantDays } from './rules.ts';

/** The calendars of plants, with every pattern and exception they ever had. */
export async function findCalendars(db: Db, factoryIds: readonly string[]): Promise<PlantCalendar[]> {
  return (await findPlantDays(db, factoryIds)).map(plantCalendar);
}

/** What the shifts of plants are made of. */
export async function findPlantDays(
  db: Db,
  factoryIds: readonly string[],
): Promise<(PlantDays & { version: number })[]> {
  const within = { factoryId: { in: [...factoryIds] } };
  // The version first: read after the patterns, it could vouch for shifts that it did not see.
  const factories = await db.factory.findMany({
    where: { id: { in: [...factoryIds] } },
    select: { id: true, timeZone: true, calendarVersion: true },
  });
  const patterns = await db.shiftPattern.findMany({ where: within });
  const exceptions = await db.calendarException.findMany({ where: within, orderBy: [{ from: 'asc' }, { id: 'asc' }] });
  return factories.map(({ id, timeZone, calendarVersion }) => ({
    factoryId: id,
    version: calendarVersion,
    timeZone,
    patterns: patterns.filter(({ factoryId }) => factoryId === id).map(toPattern),
    exceptions: exceptions.filter(({ factoryId }) => factoryId === id).map(toException),
  }));
}

/** Keeps others from changing the plant's calendar until the transaction ends; false when there is no such plant. */
export async function lockCalendar(tx: Db, factoryId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<object[]>`SELECT 1 FROM factories WHERE factory_id = ${factoryId} FOR NO KEY UPDATE`;
  return rows.length === 1;
}

/** Whoever remembers the calendar of before will see that it moved. */
export async function moveCalendar(tx: Db, factoryId: string): Promise<void> {
  await tx.factory.updateMany({ where: { id: factoryId }, data: { calendarVersion: { increment: 1 } } });
}

export async function savePattern(tx: Db, tenantId: string, factoryId: string, pattern: ShiftPattern): Promise<void> {
  const validFrom = new Date(pattern.validFrom);
  const columns = { cycleLength: pattern.cycleLength ?? null, shifts: pattern.shifts.map((shift) => ({ ...shift })) };
  await tx.shiftPattern.upsert({
    where: { tenantId_factoryId_validFrom: { tenantId, factoryId, validFrom } },
    create: { id: pattern.id, tenantId, factoryId, validFrom, ...columns },
    update: columns,
  });
}

export async function saveException(
  tx: Db,
  tenantId: string,
  factoryId: string,
  { id, ...exception }: CalendarException,
): Promise<void> {
  const { name, kind } = exception;
  const [from, to] = [new Date(exception.from), new Date(exception.to)];
  const columns = { name, kind, from, to, shifts: exception.shifts.map((shift) => ({ ...shift })) };
  await tx.calendarException.upsert({
    where: { id },
    create: { id, tenantId, factoryId, ...columns },
    update: columns,
  });
}

export async function findFactoryOfException(db: Db, id: string): Promise<string | null> {
  const row = await db.calendarException.findFirst({ where: { id }, select: { factoryId: true } });
  return row?.factoryId ?? null;
}

export async function deleteException(tx: Db, id: string): Promise<void> {
  await tx.calendarException.deleteMany({ where: { id } });
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

const toPattern = ({ id, validFrom, shifts, cycleLength }: Prisma.ShiftPatternModel): ShiftPattern => ({
  id,
  validFrom: dayOf(validFrom),
  shifts: (shifts as ShiftDefinition[]).map(toDefinition),
  cycleLength,
});

const toException = ({ id, name, kind, from, to, shifts }: Prisma.CalendarExceptionModel): CalendarException => ({
  id,
  name,
  kind: kind as CalendarException['kind'],
  from: dayOf(from),
  to: dayOf(to),
  shifts: (shifts as ShiftDefinition[]).map(toDefinition),
});

// jsonb does not keep the order of keys.
const toDefinition = ({ name, startsAt, endsAt, weekdays, cycleDays }: ShiftDefinition): ShiftDefinition => ({
  name,
  startsAt,
  endsAt,
  ...(weekdays && { weekdays }),
  ...(cycleDays && { cycleDays }),
});
