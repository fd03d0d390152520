import { fact } from '@enghub/event-contracts/fact';
import { stationDefined } from '@enghub/event-contracts/mes/station-defined.v1';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { publish } from '@enghub/subgraph-kit/publish';
import { isLabel } from '../text-rules.ts';
import * as rules from './rules.ts';
import type { Factory, FactorySettings, ProductionLine, Station } from './rules.ts';
import * as store from './store.ts';

export type { Factory, Station } from './rules.ts';

export async function defineFactory(
  settings: FactorySettings,
  { claims, now, transaction }: Context,
): Promise<Decision<Factory, never, 'FACTORY_NOT_FOUND' | 'BAD_NAME' | 'UNKNOWN_TIME_ZONE' | 'OUT_OF_RANGE'>> {
  if (!claims.factoryIds.includes(settings.id)) return refuse('FACTORY_NOT_FOUND');
  return transaction(async (tx) => {
    const [known] = await store.findFactories(tx, [settings.id]);
    const decision = rules.defineFactory(known ?? null, settings);
    if (!decision.ok) return decision;
    const calendarMoved = known !== undefined && known.calendarVersion !== decision.state.calendarVersion;
    await store.saveFactory(tx, claims.tenantId, decision.state, { at: now(), calendarMoved });
    return decision;
  });
}

export async function defineLine(
  input: { factoryId: string; code: string; name: string },
  { claims, transaction }: Context,
): Promise<Decision<ProductionLine, never, 'FACTORY_NOT_FOUND' | 'BAD_NAME'>> {
  if (!claims.factoryIds.includes(input.factoryId)) return refuse('FACTORY_NOT_FOUND');
  return transaction(async (tx) => {
    const [factory] = await store.findFactories(tx, [input.factoryId]);
    if (!factory) return refuse('FACTORY_NOT_FOUND');
    const known = isLabel(input.code) ? await store.findLineByCode(tx, factory.id, input.code) : null;
    const decision = rules.defineLine(known, { ...input, id: newId() });
    return decision.ok ? { ...decision, state: await store.saveLine(tx, claims.tenantId, decision.state) } : decision;
  });
}

export async function defineStation(
  input: { factoryId: string; code: string; name: string; lineCode?: string | null; capacity: number },
  context: Context,
): Promise<Decision<Station, never, 'FACTORY_NOT_FOUND' | 'LINE_NOT_FOUND' | 'BAD_NAME' | 'OUT_OF_RANGE'>> {
  const { claims, now, transaction } = context;
  const { factoryId, code, name, lineCode, capacity } = input;
  if (!claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');
  return transaction(async (tx) => {
    const [factory] = await store.findFactories(tx, [factoryId]);
    if (!factory) return refuse('FACTORY_NOT_FOUND');
    const line = lineCode && isLabel(lineCode) ? await store.findLineByCode(tx, factoryId, lineCode) : null;
    if (lineCode != null && !line) return refuse('LINE_NOT_FOUND');
    const [known] = isLabel(code) ? await store.findStationsByCode(tx, factoryId, [code]) : [];
    const wanted = { id: newId(), factoryId, code, name, capacity, lineId: line?.id ?? null };
    const decision = rules.defineStation(known ?? null, wanted);
    if (!decision.ok) return decision;
    if (known && rules.sameStation(known, decision.state)) return decision;

    const station = await store.saveStation(tx, claims.tenantId, decision.state);
    const data = { station_id: station.id, code, name: station.name, line_id: station.lineId, at: now().toISOString() };
    await publish(tx, context, { factoryId, aggregateId: station.id }, [fact(stationDefined, data)]);
    return { ...decision, state: station };
  });
}

/** For other slices: the plant as this transaction sees it. */
export async function findFactory(db: Db, factoryId: string): Promise<Factory | null> {
  const [factory] = await store.findFactories(db, [factoryId]);
  return factory ?? null;
}

/** For other slices: the stations of a plant that have one of these codes. */
export const findStationsByCode = store.findStationsByCode;
