/** How a product is made. Pure: the caller brings the data. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';
import { badDependency, predecessorsOf } from './dependency-rules.ts';

export type Routing = Readonly<{
  id: string;
  factoryId: string;
  code: string;
  version: number;
  productId: string;
  /** Set on the newest version of a code that gets no new orders. */
  archivedAt: Date | null;
}>;

export type RoutingOperation = Readonly<{
  sequence: number;
  name: string;
  stationId: string | null;
  setupSeconds: string | null;
  runSecondsPerPiece: string | null;
  /** In place of the time per piece: for up to `batchQuantity` pieces at once. */
  runSecondsPerBatch: string | null;
  batchQuantity: string | null;
  /** Sequences of the operations before this one. */
  after: readonly number[];
  /** Sequences of the operations that this one may run beside once they have started. */
  with: readonly number[];
  /** Pieces that each predecessor must have made; null waits for the first one. */
  transferQuantity: string | null;
  equipmentClass: string | null;
  requiredSkills: readonly string[];
  /** Materials of the bill that this operation uses; what no operation names is used by the first one. */
  materialIds: readonly string[];
}>;

/** As a planner writes it: `after` and `with` both left out means after the operation before. */
export type PlannedOperation = Omit<RoutingOperation, 'after' | 'with'> &
  Readonly<{ after: readonly number[] | null; with: readonly number[] | null }>;

export type RoutingVersion = Readonly<{ routing: Routing; operations: readonly RoutingOperation[] }>;

export type RoutingRefusal =
  | 'NO_OPERATIONS'
  | 'BAD_SEQUENCE'
  | 'BAD_NAME'
  | 'NEGATIVE_TIME'
  | 'BAD_BATCH'
  | 'BAD_QUANTITY'
  | 'TOO_MANY'
  | Readonly<{ code: 'BAD_DEPENDENCY'; sequences: readonly number[] }>;

const MAX_OPERATIONS = 100;
const MAX_SEQUENCE = 1_000_000;
const MAX_SKILLS = 20;
const MAX_MATERIALS = 200;

/** The next version of a routing; the version in force when nothing differs from it. */
export function defineRouting(
  inForce: RoutingVersion | null,
  wanted: { id: string; factoryId: string; code: string; productId: string; operations: readonly PlannedOperation[] },
): Decision<RoutingVersion, never, RoutingRefusal> {
  const { operations, ...routing } = wanted;
  if (!isLabel(routing.code) || !isLabel(routing.productId)) return refuse('BAD_NAME');
  if (operations.length < 1 || operations.length > MAX_OPERATIONS) return refuse('NO_OPERATIONS');
  const sequences = operations.map(({ sequence }) => sequence);
  if (new Set(sequences).size < sequences.length) return refuse('BAD_SEQUENCE');
  if (sequences.some((sequence) => sequence < 1 || sequence > MAX_SEQUENCE)) return refuse('BAD_SEQUENCE');
  for (const operation of operations) {
    const refusal = refusalOf(operation);
    if (refusal) return refuse(refusal);
  }
  const wrong = badDependency(operations);
  if (wrong) return refuse({ code: 'BAD_DEPENDENCY', sequences: wrong });

  const predecessors = predecessorsOf(operations);
  const sorted = operations
    .map((operation) => canonical({ ...operation, ...predecessors.get(operation.sequence)! }))
    .sort((a, b) => a.sequence - b.sequence);
  const unchanged =
    inForce?.routing.productId === routing.productId &&
    JSON.stringify(inForce.operations.map(canonical)) === JSON.stringify(sorted);
  // Defining an archived routing again, changed or not, is how it comes back.
  if (inForce && unchanged && !inForce.routing.archivedAt) return accept(inForce);
  const version = (inForce?.routing.version ?? 0) + 1;
  return accept({ routing: { ...routing, version, archivedAt: null }, operations: sorted });
}

function refusalOf(operation: PlannedOperation): RoutingRefusal | null {
  const { name, equipmentClass, requiredSkills, materialIds, batchQuantity, transferQuantity } = operation;
  if (requiredSkills.length > MAX_SKILLS || materialIds.length > MAX_MATERIALS) return 'TOO_MANY';
  const labels = [name, ...(equipmentClass === null ? [] : [equipmentClass]), ...requiredSkills, ...materialIds];
  if (!labels.every(isLabel)) return 'BAD_NAME';
  const { setupSeconds, runSecondsPerPiece, runSecondsPerBatch } = operation;
  const times = [setupSeconds, runSecondsPerPiece, runSecondsPerBatch];
  if (times.some((time) => time !== null && new Decimal(time).lt(0))) return 'NEGATIVE_TIME';
  if ((runSecondsPerBatch === null) !== (batchQuantity === null)) return 'BAD_BATCH';
  if (runSecondsPerBatch !== null && runSecondsPerPiece !== null) return 'BAD_BATCH';
  const quantities = [batchQuantity, transferQuantity];
  return quantities.some((quantity) => quantity !== null && new Decimal(quantity).lte(0)) ? 'BAD_QUANTITY' : null;
}

/** Archives the newest version of a code: no new orders, while those that exist go on. */
export const archive = (routing: Routing, at: Date): Routing =>
  routing.archivedAt ? routing : { ...routing, archivedAt: at };

const canonical = (operation: RoutingOperation): RoutingOperation => ({
  sequence: operation.sequence,
  name: operation.name,
  stationId: operation.stationId,
  setupSeconds: decimal(operation.setupSeconds),
  runSecondsPerPiece: decimal(operation.runSecondsPerPiece),
  runSecondsPerBatch: decimal(operation.runSecondsPerBatch),
  batchQuantity: decimal(operation.batchQuantity),
  after: [...operation.after],
  with: [...operation.with],
  transferQuantity: decimal(operation.transferQuantity),
  equipmentClass: operation.equipmentClass,
  requiredSkills: [...new Set(operation.requiredSkills)].sort(),
  materialIds: [...new Set(operation.materialIds)].sort(),
});

const decimal = (number: string | null): string | null => (number === null ? null : new Decimal(number).toFixed());
