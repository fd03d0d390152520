import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findFactory, findStationsByCode } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import * as rules from './rules.ts';
import type { Routing, RoutingRefusal, RoutingVersion } from './rules.ts';
import * as store from './store.ts';

export type { RoutingVersion } from './rules.ts';

export type RoutingInput = Readonly<{
  factoryId: string;
  code: string;
  productId: string;
  operations: readonly Readonly<{
    sequence: number;
    name: string;
    stationCode?: string | null | undefined;
    setupSeconds?: string | null | undefined;
    runSecondsPerPiece?: string | null | undefined;
  }>[];
}>;

type Outcome = Decision<Routing, never, RoutingRefusal | 'FACTORY_NOT_FOUND' | 'STATION_NOT_FOUND'>;

const MAX_ATTEMPTS = 5;

export async function defineRouting(input: RoutingInput, { claims, now, transaction }: Context): Promise<Outcome> {
  if (!claims.factoryIds.includes(input.factoryId)) return refuse('FACTORY_NOT_FOUND');

  async function attempt(tx: Db): Promise<Outcome | null> {
    if (!(await findFactory(tx, input.factoryId))) return refuse('FACTORY_NOT_FOUND');
    const codes = input.operations.flatMap(({ stationCode }) => stationCode ?? []);
    const stations = new Map(
      (await findStationsByCode(tx, input.factoryId, codes.filter(isLabel))).map(({ code, id }) => [code, id]),
    );
    if (codes.some((code) => !stations.has(code))) return refuse('STATION_NOT_FOUND');

    const inForce = isLabel(input.code) ? await store.findInForce(tx, input.factoryId, input.code) : null;
    const { factoryId, code, productId } = input;
    const operations = input.operations.map(({ sequence, name, stationCode, setupSeconds, runSecondsPerPiece }) => ({
      sequence,
      name,
      stationId: stationCode == null ? null : stations.get(stationCode)!,
      setupSeconds: setupSeconds ?? null,
      runSecondsPerPiece: runSecondsPerPiece ?? null,
    }));
    const decision = rules.defineRouting(inForce, { id: newId(), factoryId, code, productId, operations });
    if (!decision.ok) return decision;
    const version = decision.state;
    const saved = version === inForce || (await store.insert(tx, claims.tenantId, version, now()));
    return saved ? { ...decision, state: version.routing } : null;
  }

  // Two people defining one code at once get one version after the other, or share one when they say the same.
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    const outcome = await transaction(attempt);
    if (outcome) return outcome;
  }
  throw new Error(`routing ${input.code} is being defined by too many at once`);
}

/** For other slices: the newest version of a code. */
export const findRoutingInForce = (db: Db, factoryId: string, code: string): Promise<RoutingVersion | null> =>
  isLabel(code) ? store.findInForce(db, factoryId, code) : Promise.resolve(null);
