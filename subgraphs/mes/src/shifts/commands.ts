import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { fault } from '@enghub/subgraph-kit/fault';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { collision, defineException, type ExceptionRefusal } from './exception-rules.ts';
import { definePattern, type PatternRefusal, type ShiftDefinition, type ShiftPattern } from './pattern-rules.ts';
import type { CalendarException, PlantCalendar } from './rules.ts';
import * as store from './store.ts';
import { daysFromTo } from './working-time-rules.ts';

export type { PlantCalendar, Shift } from './rules.ts';
export { lengthOf, workingTime } from './working-time-rules.ts';

type Missing = 'FACTORY_NOT_FOUND';

/** Earlier days keep their pattern, and reports the shift that they were given to. */
export async function defineShiftPattern(
  input: { factoryId: string; validFrom: string; cycleLength: number | null; shifts: readonly ShiftDefinition[] },
  context: Context,
): Promise<Decision<ShiftPattern, never, PatternRefusal | ExceptionRefusal | Missing>> {
  const { claims, transaction } = context;
  const { factoryId, validFrom } = input;
  if (!claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');
  const { shifts, cycleLength } = input;
  const decision = definePattern({ id: newId(), validFrom, shifts, cycleLength });
  if (!decision.ok) return decision;

  return transaction(async (tx) => {
    const plant = (await store.lockCalendar(tx, factoryId)) && (await store.findPlantDays(tx, [factoryId]))[0];
    if (!plant) return refuse('FACTORY_NOT_FOUND');
    const known = plant.patterns.find((pattern) => pattern.validFrom === validFrom);
    const pattern = { ...decision.state, id: known?.id ?? decision.state.id };
    if (known && JSON.stringify(known.shifts) === JSON.stringify(pattern.shifts)) {
      if ((known.cycleLength ?? null) === pattern.cycleLength) return accept(known);
    }
    const patterns = [...plant.patterns.filter((other) => other !== known), pattern];
    const extra = collision({ ...plant, patterns }, validFrom);
    if (extra) return refuse({ code: 'EXCEPTION_OVERLAP', other: extra.name });
    await store.moveCalendar(tx, factoryId);
    await store.savePattern(tx, claims.tenantId, factoryId, pattern);
    const entry = { command: 'defineShiftPattern', factoryId, entity: 'ShiftPattern', entityId: pattern.id };
    await audit(tx, context, { ...entry, before: known ?? null, after: pattern });
    return accept(pattern);
  });
}

export async function defineCalendarException(
  { factoryId, ...exception }: Omit<CalendarException, 'id'> & { factoryId: string },
  context: Context,
): Promise<Decision<CalendarException, never, ExceptionRefusal | Missing>> {
  const { claims, transaction } = context;
  if (!claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');
  return transaction(async (tx) => {
    const plant = (await store.lockCalendar(tx, factoryId)) && (await store.findPlantDays(tx, [factoryId]))[0];
    if (!plant) return refuse('FACTORY_NOT_FOUND');
    const decision = defineException(plant, { ...exception, id: newId() });
    if (!decision.ok) return decision;
    const known = plant.exceptions.find(({ id }) => id === decision.state.id) ?? null;
    if (known === decision.state) return decision;
    await store.moveCalendar(tx, factoryId);
    await store.saveException(tx, claims.tenantId, factoryId, decision.state);
    const entry = { command: 'defineCalendarException', factoryId, entity: 'CalendarException' };
    await audit(tx, context, { ...entry, entityId: decision.state.id, before: known, after: decision.state });
    return decision;
  });
}

export async function removeCalendarException(
  id: string,
  context: Context,
): Promise<Decision<CalendarException, never, ExceptionRefusal | 'EXCEPTION_NOT_FOUND'>> {
  if (!isId(id)) return refuse('EXCEPTION_NOT_FOUND');
  return context.transaction(async (tx) => {
    const factoryId = await store.findFactoryOfException(tx, id);
    if (!factoryId || !(await store.lockCalendar(tx, factoryId))) return refuse('EXCEPTION_NOT_FOUND');
    const [plant] = await store.findPlantDays(tx, [factoryId]);
    const known = plant?.exceptions.find((exception) => exception.id === id);
    if (!plant || !known) return refuse('EXCEPTION_NOT_FOUND');
    // The shifts that come back may meet extra ones.
    const exceptions = plant.exceptions.filter((exception) => exception !== known);
    const extra = collision({ ...plant, exceptions }, known.from);
    if (extra) return refuse({ code: 'EXCEPTION_OVERLAP', other: extra.name });
    await store.moveCalendar(tx, factoryId);
    await store.deleteException(tx, id);
    const entry = { command: 'removeCalendarException', factoryId, entity: 'CalendarException', entityId: id };
    await audit(tx, context, { ...entry, before: known, after: null });
    return accept(known);
  });
}

/** The days that a question is about; too many of them are bad input. */
export function daysAsked(from: string, to: string, most = 62): readonly string[] {
  const days = daysFromTo(from, to, most);
  if (!days) throw fault('BAD_USER_INPUT', `to must not be before from, and lie within ${most} days.`);
  return days;
}

/** One day or a range of days. */
export function daysOfQuestion(asked: {
  shiftDate?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
}): readonly string[] {
  const { shiftDate, from, to } = asked;
  if (shiftDate != null && from == null && to == null) return [shiftDate];
  if (shiftDate == null && from != null && to != null) return daysAsked(from, to);
  throw fault('BAD_USER_INPUT', 'Give either shiftDate, or from and to.');
}

const remembered = new WeakMap<Db, Map<string, PlantCalendar>>();

/**
 * For reports, which say which version of the calendar they were given to a shift by: the database refuses an outdated
 * one, and then `forgetCalendar` brings a new one. One memory per binding, so it never crosses tenants or plants.
 */
export async function rememberedCalendar({ db }: Context, factoryId: string): Promise<PlantCalendar | null> {
  const calendars = remembered.get(db) ?? new Map<string, PlantCalendar>();
  remembered.set(db, calendars);
  const known = calendars.get(factoryId);
  if (known) return known;
  const [calendar] = await store.findCalendars(db, [factoryId]);
  if (calendar) calendars.set(factoryId, calendar);
  return calendar ?? null;
}

export const forgetCalendar = ({ db }: Context, factoryId: string): void => void remembered.get(db)?.delete(factoryId);

/** For other slices: the calendar as it is now. */
export async function findCalendar(db: Db, factoryId: string): Promise<PlantCalendar | null> {
  const [calendar] = await store.findCalendars(db, [factoryId]);
  return calendar ?? null;
}
