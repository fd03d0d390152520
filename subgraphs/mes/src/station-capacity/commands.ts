import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { storable } from '@enghub/subgraph-kit/instants';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { standardSeconds } from '../routings/commands.ts';
import { daysAsked, findCalendar } from '../shifts/commands.ts';
import { findFactory, findStations, type Station } from '../stations/commands.ts';
import { forgetCapacity, rememberedCapacity } from './memory.ts';
import * as rules from './rules.ts';
import type { CapacityRefusal, CapacityRule, DayCapacity, DayLoad, Requirement, Shift } from './rules.ts';
import * as store from './store.ts';

export type CapacityInput = Omit<CapacityRule, 'id'>;

type DefineRefusal = CapacityRefusal | 'STATION_NOT_FOUND' | 'STATION_RETIRED';

export async function defineCapacity(
  input: CapacityInput,
  context: Context,
): Promise<Decision<CapacityRule, never, DefineRefusal>> {
  const { claims, transaction } = context;
  if (!isId(input.stationId)) return refuse('STATION_NOT_FOUND');
  const decision = await transaction(async (tx): Promise<Decision<CapacityRule, never, DefineRefusal>> => {
    const [station] = await findStations(tx, [input.stationId]);
    if (!station) return refuse('STATION_NOT_FOUND');
    if (station.retiredAt) return refuse('STATION_RETIRED');
    const { shift, validFrom } = input;
    const all = await store.findRules(tx, [station.id]);
    const known = all.find((rule) => rule.shift === shift && rule.validFrom === validFrom) ?? null;
    const decision = rules.defineCapacity(known, { ...input, id: newId() });
    if (!decision.ok || decision.state === known) return decision;
    const { factoryId } = station;
    const rule = await store.saveRule(tx, claims.tenantId, factoryId, decision.state);
    const entry = { command: 'defineStationCapacity', factoryId, entity: 'StationCapacityRule', entityId: rule.id };
    await audit(tx, context, { ...entry, before: known, after: rule });
    return accept(rule);
  });
  // After the commit and before the answer.
  if (decision.ok) await forgetCapacity(context, input.stationId);
  return decision;
}

/** The capacity of a station on each day; null when it does not exist for the user. */
export async function capacityOn(
  stationId: string,
  days: readonly string[],
  context: Context,
): Promise<{ station: Station; days: readonly DayCapacity[] } | null> {
  const { db, loaders } = context;
  const station = await loaders.station.load(stationId);
  if (!station) return null;
  const calendar = await loaders.calendar.load(station.factoryId);
  // Read here and not by the request's loader, whose rules may be older than the version that they are kept under.
  let reading: Promise<CapacityRule[]> | undefined;
  const capacityOfDay = async (date: string): Promise<DayCapacity> => {
    const capacityRules = await (reading ??= store.findRules(db, [stationId]));
    return rules.dayCapacity(station, capacityRules, date, calendar?.occurrencesOn(date) ?? []);
  };
  const version = calendar?.version ?? 0;
  return { station, days: await rememberedCapacity(context, station, version, days, capacityOfDay) };
}

type Place = Readonly<{ id: string; factoryId: string; capacity: number }>;

/** For other slices: how many jobs each station can run at once at an instant, by the shift that runs then, if any does. */
export async function jobsAtOnce(db: Db, stations: readonly Place[], at: Date): Promise<ReadonlyMap<string, number>> {
  const ids = stations.map(({ id }) => id);
  const all = ids.length > 0 ? await store.findRules(db, ids) : [];
  const ruled = stations.filter(({ id }) => all.some(({ stationId }) => stationId === id));
  const shifts = new Map<string, Shift | null>();
  for (const factoryId of new Set(ruled.map((station) => station.factoryId))) {
    shifts.set(factoryId, (await findCalendar(db, factoryId))?.occurrenceAt(at) ?? null);
  }
  return new Map(
    stations.map((station) => {
      const shift = shifts.get(station.factoryId);
      const own = all.filter(({ stationId }) => stationId === station.id);
      // That it is retired is another matter than how much fits.
      const jobs = shift ? rules.capacityOf({ ...station, retiredAt: null }, own, shift).jobs : station.capacity;
      return [station.id, jobs];
    }),
  );
}

export type StationLoad = Readonly<{ days: readonly DayLoad[]; unplannedSeconds: string }>;

/** Derived from the open operations whenever it is asked for, so it needs no bookings that could go stale. */
export async function loadOf(
  { stationId, from, to }: { stationId: string; from: string; to: string },
  context: Context,
): Promise<StationLoad | null> {
  const days = daysAsked(from, to);
  const known = await capacityOn(stationId, days, context);
  if (!known) return null;
  const { timeZone } = (await findFactory(context.db, known.station.factoryId))!;
  const { from: earliest, to: latest } = rules.instantsAround(from, to);
  const within = { from: storable(earliest.getTime()), to: storable(latest.getTime()) };
  const operations = await store.findOpenOperations(context.db, stationId, within);
  const requirements = operations.map((operation): Requirement => {
    const pieces = rules.missingPieces(operation.ordered, operation.good);
    const setupSeconds = operation.hasBegun ? null : operation.setupSeconds;
    return {
      date: operation.plannedStartAt && operation.plannedStartAt.toLocaleDateString('sv-SE', { timeZone }),
      requiredSeconds: standardSeconds({ ...operation, setupSeconds }, pieces),
    };
  });
  return { days: rules.loadOf(known.days, requirements), unplannedSeconds: rules.requiredOn(requirements, null) };
}
