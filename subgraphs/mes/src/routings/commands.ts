import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { audit } from '@enghub/subgraph-kit/audit';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findFactory, findStationsByCode } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import * as rules from './rules.ts';
import type { PlannedOperation, Routing, RoutingRefusal, RoutingVersion } from './rules.ts';
import * as store from './store.ts';

export { predecessorsOf, type Dependent, type Predecessors } from './dependency-rules.ts';
export type { RoutingOperation, RoutingVersion } from './rules.ts';
export { runSeconds, standardSeconds, standardTimeOf, type StandardTimes } from './standard-time-rules.ts';

type Optional<Value> = Value | null | undefined;

export type RoutingInput = Readonly<{
  factoryId: string;
  code: string;
  productId: string;
  operations: readonly Readonly<{
    sequence: number;
    name: string;
    stationCode?: Optional<string>;
    setupSeconds?: Optional<string>;
    runSecondsPerPiece?: Optional<string>;
    runSecondsPerBatch?: Optional<string>;
    batchQuantity?: Optional<string>;
    after?: Optional<readonly number[]>;
    with?: Optional<readonly number[]>;
    transferQuantity?: Optional<string>;
    equipmentClass?: Optional<string>;
    requiredSkills?: Optional<readonly string[]>;
    materialIds?: Optional<readonly string[]>;
  }>[];
}>;

type Outcome = Decision<Routing, never, RoutingRefusal | 'FACTORY_NOT_FOUND' | 'STATION_NOT_FOUND' | 'STATION_RETIRED'>;

const MAX_ATTEMPTS = 5;

export async function defineRouting(input: RoutingInput, context: Context): Promise<Outcome> {
  const { claims, now, transaction } = context;
  const { factoryId, code, productId } = input;
  if (!claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');

  async function attempt(tx: Db): Promise<Outcome | null> {
    if (!(await findFactory(tx, factoryId))) return refuse('FACTORY_NOT_FOUND');
    const codes = input.operations.flatMap(({ stationCode }) => stationCode ?? []);
    const found = await findStationsByCode(tx, factoryId, codes.filter(isLabel));
    const stations = new Map(found.map((station) => [station.code, station.id]));
    if (codes.some((stationCode) => !stations.has(stationCode))) return refuse('STATION_NOT_FOUND');
    if (found.some(({ retiredAt }) => retiredAt)) return refuse('STATION_RETIRED');

    const inForce = isLabel(code) ? await store.findInForce(tx, factoryId, code) : null;
    const operations = input.operations.map((operation) => planned(operation, stations));
    const decision = rules.defineRouting(inForce, { id: newId(), factoryId, code, productId, operations });
    if (!decision.ok) return decision;
    const version = decision.state;
    if (version === inForce) return { ...decision, state: version.routing };
    if (!(await store.insert(tx, claims.tenantId, version, now()))) return null;
    const { routing } = version;
    const entry = { command: 'defineRouting', factoryId, entity: 'Routing', entityId: routing.id };
    await audit(tx, context, { ...entry, before: inForce, after: version });
    return { ...decision, state: routing };
  }

  // Two people defining one code at once get one version after the other, or share one when they say the same.
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    const outcome = await transaction(attempt);
    if (outcome) return outcome;
  }
  throw new Error(`routing ${code} is being defined by too many at once`);
}

const planned = (
  { stationCode, ...operation }: RoutingInput['operations'][number],
  stations: ReadonlyMap<string, string>,
): PlannedOperation => ({
  sequence: operation.sequence,
  name: operation.name,
  stationId: stationCode == null ? null : stations.get(stationCode)!,
  setupSeconds: operation.setupSeconds ?? null,
  runSecondsPerPiece: operation.runSecondsPerPiece ?? null,
  runSecondsPerBatch: operation.runSecondsPerBatch ?? null,
  batchQuantity: operation.batchQuantity ?? null,
  after: operation.after ?? null,
  with: operation.with ?? null,
  transferQuantity: operation.transferQuantity ?? null,
  equipmentClass: operation.equipmentClass ?? null,
  requiredSkills: operation.requiredSkills ?? [],
  materialIds: operation.materialIds ?? [],
});

/** No new orders by this code; those that exist go on. Defining the code again brings it back. */
export async function archiveRouting(
  { factoryId, code }: { factoryId: string; code: string },
  context: Context,
): Promise<Decision<Routing, never, 'FACTORY_NOT_FOUND' | 'ROUTING_NOT_FOUND'>> {
  const { claims, now, transaction } = context;
  if (!claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');
  return transaction(async (tx) => {
    if (!(await findFactory(tx, factoryId))) return refuse('FACTORY_NOT_FOUND');
    const inForce = isLabel(code) ? await store.findInForce(tx, factoryId, code) : null;
    if (!inForce) return refuse('ROUTING_NOT_FOUND');
    const before = inForce.routing;
    const routing = rules.archive(before, now());
    // A twin that archived it a moment ago has written the trail already.
    if (routing !== before && (await store.archive(tx, routing))) {
      const entry = { command: 'archiveRouting', factoryId, entity: 'Routing', entityId: routing.id };
      await audit(tx, context, { ...entry, before, after: routing });
    }
    return { ok: true, state: routing, events: [] };
  });
}

/** For other slices: the newest version of a code, by which new orders are made; none when it is archived. */
export async function findRoutingInForce(db: Db, factoryId: string, code: string): Promise<RoutingVersion | null> {
  const version = isLabel(code) ? await store.findInForce(db, factoryId, code) : null;
  return version?.routing.archivedAt ? null : version;
}
