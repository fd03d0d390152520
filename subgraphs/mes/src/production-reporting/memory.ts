import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { OperationFacts } from './rules.ts';
import * as store from './store.ts';

type Memory = Readonly<{ operations: Map<string, OperationFacts>; factoryOfStation: Map<string, string> }>;

const MAX_REMEMBERED = 20_000;

// Only what never changes is kept. One memory per binding, so it never crosses tenants or plants.
const memories = new WeakMap<Db, Memory>();

function memoryOf(db: Db): Memory {
  const known = memories.get(db);
  if (known) return known;
  const memory: Memory = { operations: new Map(), factoryOfStation: new Map() };
  memories.set(db, memory);
  return memory;
}

export async function rememberedOperation({ db }: Context, operationId: string): Promise<OperationFacts | null> {
  const { operations } = memoryOf(db);
  const known = operations.get(operationId);
  if (known) return known;
  const [facts] = await store.findFacts(db, [operationId]);
  if (facts) keep(operations, operationId, facts);
  return facts ?? null;
}

/** Brings to mind what a batch is about, in one query. */
export async function rememberOperations({ db }: Context, operationIds: readonly string[]): Promise<void> {
  const { operations } = memoryOf(db);
  const unknown = [...new Set(operationIds)].filter((id) => !operations.has(id));
  if (unknown.length === 0) return;
  for (const facts of await store.findFacts(db, unknown)) keep(operations, facts.operationId, facts);
}

/** The plant that a station stands in; null when there is no such station. */
export async function rememberedStation({ db, loaders }: Context, stationId: string): Promise<string | null> {
  const { factoryOfStation } = memoryOf(db);
  const known = factoryOfStation.get(stationId);
  if (known) return known;
  const station = await loaders.station.load(stationId);
  if (station) keep(factoryOfStation, stationId, station.factoryId);
  return station?.factoryId ?? null;
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= MAX_REMEMBERED) map.clear();
  map.set(key, value);
}
