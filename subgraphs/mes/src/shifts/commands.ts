import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import * as rules from './rules.ts';
import type { PlantCalendar, ShiftDefinition, ShiftPattern } from './rules.ts';
import * as store from './store.ts';

export type { PlantCalendar, Shift } from './rules.ts';

export function defineShiftPattern(
  input: { factoryId: string; validFrom: string; shifts: readonly ShiftDefinition[] },
  { claims, transaction }: Context,
): Promise<Decision<ShiftPattern, never, 'FACTORY_NOT_FOUND' | 'NO_SHIFTS' | 'BAD_NAME' | 'BAD_TIME' | 'OVERLAP'>> {
  const { factoryId, validFrom } = input;
  if (!claims.factoryIds.includes(factoryId)) return Promise.resolve(refuse('FACTORY_NOT_FOUND'));
  const shifts = input.shifts.map(({ name, startsAt, endsAt }) => ({ name, startsAt, endsAt }));
  const decision = rules.definePattern({ id: newId(), validFrom, shifts });
  if (!decision.ok) return Promise.resolve(decision);

  return transaction(async (tx) => {
    const patterns = await store.findPatterns(tx, [factoryId]);
    const known = patterns.find((pattern) => pattern.validFrom === validFrom);
    if (known && JSON.stringify(known.shifts) === JSON.stringify(shifts)) return { ...decision, state: known };
    if (!(await store.moveCalendar(tx, factoryId))) return refuse('FACTORY_NOT_FOUND');
    return { ...decision, state: await store.savePattern(tx, claims.tenantId, factoryId, decision.state) };
  });
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
