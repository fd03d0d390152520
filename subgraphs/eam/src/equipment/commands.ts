import { fact } from '@enghub/event-contracts/fact';
import { equipmentRegistered } from '@enghub/event-contracts/eam/equipment-registered.v1';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { publish } from '@enghub/subgraph-kit/publish';
import { followStation, register, type Equipment, type EquipmentRefusal, type KnownStation } from './rules.ts';
import * as store from './store.ts';

export async function registerEquipment(
  input: Readonly<{ stationId: string; code: string; name: string }>,
  context: Context,
): Promise<Decision<Equipment, never, EquipmentRefusal>> {
  try {
    return await context.transaction(async (tx) => {
      const station = isId(input.stationId) ? await store.lockStation(tx, input.stationId) : null;
      const [atStation = null] = station ? await store.byStations(tx, [station.id]) : [];
      const withCode = station ? await store.withCode(tx, station.factoryId, input.code.trim()) : null;

      const decision = register(input, { station, atStation, withCode }, { id: newId(), at: context.now() });
      if (!decision.ok) return decision;
      const { equipment, isChange } = decision.state;
      if (isChange) await enter(tx, context, equipment);
      return { ...decision, state: equipment };
    });
  } catch (error) {
    if (store.isTakenMeanwhile(error)) return refuse('CODE_TAKEN');
    throw error;
  }
}

/** Remembers a station that MES defined and keeps its equipment in step. */
export async function hearOfStation(station: KnownStation, context: Context): Promise<void> {
  await context.transaction(async (tx) => {
    const before = await store.lockStation(tx, station.id);
    const [atStation = null] = await store.byStations(tx, [station.id]);
    const taken = await store.codesLike(tx, station.factoryId, station.code);
    await store.saveStation(tx, context.claims.tenantId, station);

    const found = { before, atStation, isTaken: (code: string) => taken.has(code) };
    const equipment = followStation(station, found, { id: newId(), at: context.now() });
    if (equipment) await enter(tx, context, equipment);
  });
}

async function enter(tx: Db, context: Context, equipment: Equipment): Promise<void> {
  const { id, code, name, stationId, factoryId } = equipment;
  const { tenantId, userId } = context.claims;
  await store.save(tx, tenantId, equipment);
  const data = {
    equipment_id: id,
    code,
    name,
    station_id: stationId,
    at: context.now().toISOString(),
    by: userId,
  };
  await publish(tx, context, { factoryId, aggregateId: id }, [fact(equipmentRegistered, data)]);
}
