import { fact } from '@enghub/event-contracts/fact';
import { stationDefined } from '@enghub/event-contracts/mes/station-defined.v1';
import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { isLabel } from '../text-rules.ts';
import * as rules from './rules.ts';
import type { Area, Factory, FactorySettings, ProductionLine, Station } from './rules.ts';
import * as store from './store.ts';

export type { Area, Factory, ProductionLine, Station } from './rules.ts';

export async function defineFactory(
  settings: FactorySettings,
  context: Context,
): Promise<Decision<Factory, never, 'FACTORY_NOT_FOUND' | 'BAD_NAME' | 'UNKNOWN_TIME_ZONE' | 'OUT_OF_RANGE'>> {
  const { claims, now, transaction } = context;
  if (!claims.factoryIds.includes(settings.id)) return refuse('FACTORY_NOT_FOUND');
  return transaction(async (tx) => {
    const [known] = await store.findFactories(tx, [settings.id]);
    const decision = rules.defineFactory(known ?? null, settings);
    if (!decision.ok) return decision;
    const factory = decision.state;
    if (known && rules.sameSettings(known, factory)) return accept(known);
    const calendarMoved = known !== undefined && known.calendarVersion !== factory.calendarVersion;
    await store.saveFactory(tx, claims.tenantId, factory, { at: now(), calendarMoved });
    const entry = { command: 'defineFactory', factoryId: factory.id, entity: 'Factory', entityId: factory.id };
    await audit(tx, context, { ...entry, before: known ?? null, after: factory });
    return decision;
  });
}

export async function defineArea(
  input: { factoryId: string; code: string; name: string },
  context: Context,
): Promise<Decision<Area, never, 'FACTORY_NOT_FOUND' | 'BAD_NAME'>> {
  const { claims, transaction } = context;
  const { factoryId, code } = input;
  if (!claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');
  return transaction(async (tx) => {
    if (!(await findFactory(tx, factoryId))) return refuse('FACTORY_NOT_FOUND');
    const known = isLabel(code) ? await store.findAreaByCode(tx, factoryId, code) : null;
    const decision = rules.defineArea(known, { ...input, id: newId() });
    if (!decision.ok || (known && rules.sameArea(known, decision.state))) return decision;
    const area = await store.saveArea(tx, claims.tenantId, decision.state);
    const entry = { command: 'defineArea', factoryId, entity: 'Area', entityId: area.id };
    await audit(tx, context, { ...entry, before: known, after: area });
    return accept(area);
  });
}

export async function defineLine(
  input: { factoryId: string; code: string; name: string; areaCode?: string | null | undefined },
  context: Context,
): Promise<Decision<ProductionLine, never, 'FACTORY_NOT_FOUND' | 'AREA_NOT_FOUND' | 'BAD_NAME'>> {
  const { claims, transaction } = context;
  const { factoryId, code, name, areaCode } = input;
  if (!claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');
  return transaction(async (tx) => {
    if (!(await findFactory(tx, factoryId))) return refuse('FACTORY_NOT_FOUND');
    const area = areaCode && isLabel(areaCode) ? await store.findAreaByCode(tx, factoryId, areaCode) : null;
    if (areaCode != null && !area) return refuse('AREA_NOT_FOUND');
    const known = isLabel(code) ? await store.findLineByCode(tx, factoryId, code) : null;
    const decision = rules.defineLine(known, { id: newId(), factoryId, code, name, areaId: area?.id ?? null });
    if (!decision.ok || (known && rules.sameLine(known, decision.state))) return decision;
    const line = await store.saveLine(tx, claims.tenantId, decision.state);
    const entry = { command: 'defineProductionLine', factoryId, entity: 'ProductionLine', entityId: line.id };
    await audit(tx, context, { ...entry, before: known, after: line });
    return accept(line);
  });
}

export type StationInput = Readonly<{
  factoryId: string;
  code: string;
  name: string;
  lineCode?: string | null | undefined;
  capacity: number;
  equipmentClass?: string | null | undefined;
}>;

export async function defineStation(
  input: StationInput,
  context: Context,
): Promise<Decision<Station, never, 'FACTORY_NOT_FOUND' | 'LINE_NOT_FOUND' | 'BAD_NAME' | 'OUT_OF_RANGE'>> {
  const { claims, now, transaction } = context;
  const { factoryId, code, name, lineCode, capacity, equipmentClass = null } = input;
  if (!claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');
  return transaction(async (tx) => {
    if (!(await findFactory(tx, factoryId))) return refuse('FACTORY_NOT_FOUND');
    const line = lineCode && isLabel(lineCode) ? await store.findLineByCode(tx, factoryId, lineCode) : null;
    if (lineCode != null && !line) return refuse('LINE_NOT_FOUND');
    const [known] = isLabel(code) ? await store.findStationsByCode(tx, factoryId, [code]) : [];
    const place = { factoryId, code, name, lineId: line?.id ?? null };
    const wanted = { id: newId(), ...place, capacity, equipmentClass, retiredAt: null };
    const decision = rules.defineStation(known ?? null, wanted);
    if (!decision.ok) return decision;
    if (known && rules.sameStation(known, decision.state)) return decision;

    const station = await store.saveStation(tx, claims.tenantId, decision.state);
    const data = { station_id: station.id, code, name: station.name, line_id: station.lineId, at: now().toISOString() };
    await publish(tx, context, { factoryId, aggregateId: station.id }, [fact(stationDefined, data)]);
    const entry = { command: 'defineStation', factoryId, entity: 'Station', entityId: station.id };
    await audit(tx, context, { ...entry, before: known ?? null, after: station });
    return { ...decision, state: station };
  });
}

/** No operation begins there any more; what runs may be finished and reported. */
export const retireStation = (id: string, context: Context) =>
  changeRetirement('retireStation', id, context, (station) => rules.retire(station, context.now()));

export const reinstateStation = (id: string, context: Context) =>
  changeRetirement('reinstateStation', id, context, rules.reinstate);

async function changeRetirement(
  command: string,
  id: string,
  context: Context,
  change: (station: Station) => Station,
): Promise<Decision<Station, never, 'STATION_NOT_FOUND'>> {
  if (!isId(id)) return refuse('STATION_NOT_FOUND');
  return context.transaction(async (tx) => {
    const [known] = await store.findStations(tx, [id]);
    if (!known) return refuse('STATION_NOT_FOUND');
    const station = change(known);
    if (station !== known && (await store.saveRetirement(tx, station))) {
      const { factoryId } = station;
      await audit(tx, context, { command, factoryId, entity: 'Station', entityId: id, before: known, after: station });
    }
    return accept(station);
  });
}

/** For other slices: the plant as this transaction sees it. */
export async function findFactory(db: Db, factoryId: string): Promise<Factory | null> {
  if (!isLabel(factoryId)) return null;
  const [factory] = await store.findFactories(db, [factoryId]);
  return factory ?? null;
}

/** For other slices: the stations of a plant that have one of these codes. */
export const findStationsByCode = store.findStationsByCode;

/** For other slices: stations by id. */
export const findStations = store.findStations;

/** Classes of the stations that get work, by name. */
export const equipmentClassesOf = (stations: readonly Station[]): { name: string; stations: Station[] }[] => {
  const inUse = stations.filter(({ retiredAt }) => retiredAt === null);
  const names = [...new Set(inUse.flatMap(({ equipmentClass }) => equipmentClass ?? []))].sort();
  return names.map((name) => ({ name, stations: inUse.filter(({ equipmentClass }) => equipmentClass === name) }));
};
