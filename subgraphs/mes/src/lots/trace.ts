import { fault } from '@enghub/subgraph-kit/fault';
import type { Db } from '../database.ts';
import { traceOf, type LotTrace, type TraceDirection } from './trace-rules.ts';
import * as store from './trace-store.ts';

const DEEPEST = 1_000;

/** Walks from a lot to all that it went into, came from, or both. */
export async function traceLot(db: Db, lotId: string, direction: TraceDirection, depth: number): Promise<LotTrace> {
  if (depth < 1 || depth > DEEPEST) throw fault('BAD_USER_INPUT', `depth must be between 1 and ${DEEPEST}.`);
  const ways = { forward: direction !== 'BACKWARD', backward: direction !== 'FORWARD' };
  return traceOf(lotId, await store.walk(db, lotId, ways, depth));
}
