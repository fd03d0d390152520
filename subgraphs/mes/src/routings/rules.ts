/** How a product is made. Pure: the caller brings the data. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';

export type Routing = Readonly<{ id: string; factoryId: string; code: string; version: number; productId: string }>;

export type RoutingOperation = Readonly<{
  sequence: number;
  name: string;
  stationId: string | null;
  setupSeconds: string | null;
  runSecondsPerPiece: string | null;
}>;

export type RoutingVersion = Readonly<{ routing: Routing; operations: readonly RoutingOperation[] }>;

export type RoutingRefusal = 'NO_OPERATIONS' | 'BAD_SEQUENCE' | 'BAD_NAME' | 'NEGATIVE_TIME';

const MAX_OPERATIONS = 100;
const MAX_SEQUENCE = 1_000_000;

/** The next version of a routing; the version in force when nothing differs from it. */
export function defineRouting(
  inForce: RoutingVersion | null,
  wanted: { id: string; factoryId: string; code: string; productId: string; operations: readonly RoutingOperation[] },
): Decision<RoutingVersion, never, RoutingRefusal> {
  const { operations, ...routing } = wanted;
  if (!isLabel(routing.code) || !isLabel(routing.productId)) return refuse('BAD_NAME');
  if (operations.length < 1 || operations.length > MAX_OPERATIONS) return refuse('NO_OPERATIONS');
  if (!operations.every(({ name }) => isLabel(name))) return refuse('BAD_NAME');
  const sequences = operations.map(({ sequence }) => sequence);
  if (new Set(sequences).size < sequences.length) return refuse('BAD_SEQUENCE');
  if (sequences.some((sequence) => sequence < 1 || sequence > MAX_SEQUENCE)) return refuse('BAD_SEQUENCE');
  const times = operations.flatMap(({ setupSeconds, runSecondsPerPiece }) => [setupSeconds, runSecondsPerPiece]);
  if (times.some((time) => time !== null && new Decimal(time).lt(0))) return refuse('NEGATIVE_TIME');

  const sorted = operations.map(canonical).sort((a, b) => a.sequence - b.sequence);
  const unchanged =
    inForce?.routing.productId === routing.productId &&
    JSON.stringify(inForce.operations.map(canonical)) === JSON.stringify(sorted);
  if (inForce && unchanged) return accept(inForce);
  return accept({ routing: { ...routing, version: (inForce?.routing.version ?? 0) + 1 }, operations: sorted });
}

const canonical = (operation: RoutingOperation): RoutingOperation => ({
  sequence: operation.sequence,
  name: operation.name,
  stationId: operation.stationId,
  setupSeconds: seconds(operation.setupSeconds),
  runSecondsPerPiece: seconds(operation.runSecondsPerPiece),
});

const seconds = (time: string | null): string | null => (time === null ? null : new Decimal(time).toFixed());
