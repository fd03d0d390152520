/** Adding, skipping and repeating operations of an order that runs. Pure. See docs/decisions/0011-split-and-back-order.md. */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { workOrderOperationsChanged } from '@enghub/event-contracts/mes/work-order-operations-changed.v1';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';
import { carriedBeyond, followersOf, passedOn, taken } from './flow-rules.ts';
import { untouched } from './operation-rules.ts';
import type { Operation, Status, WorkOrder } from './rules.ts';

export type ChangeKind = 'ADDED' | 'SKIPPED' | 'REPEATED';

export type OperationChange = Readonly<{
  id: string;
  workOrderId: string;
  operationId: string;
  /** The version that the change gave the order. */
  version: number;
  kind: ChangeKind;
  reason: string;
  changedBy: string;
  changedAt: Date;
}>;

/** What a person says about a new operation. */
export type NewOperation = Pick<
  Operation,
  | 'name'
  | 'stationId'
  | 'setupSeconds'
  | 'runSecondsPerPiece'
  | 'runSecondsPerBatch'
  | 'batchQuantity'
  | 'equipmentClass'
  | 'requiredSkills'
>;

export type Changed = Readonly<{
  operation: Operation;
  /** Every operation of the order as it now is, the new one included. */
  operations: readonly Operation[];
  /** The good pieces of the operation that now is the last. */
  goodQuantity: string;
  change: Omit<OperationChange, 'id'>;
}>;

export type ChangeRefusal =
  | 'ORDER_NOT_RUNNING'
  | 'OPERATION_NOT_FOUND'
  | 'OPERATION_BEGUN'
  | 'OPERATION_SKIPPED'
  | 'CARRIED_PIECES'
  | 'PARALLEL_OPERATION_BEHIND'
  | 'ONLY_OPERATION'
  | 'BAD_PLACE'
  | 'NO_ROOM'
  | 'ALL_PASSED'
  | 'TOO_MANY'
  | 'BAD_NAME'
  | 'NEGATIVE_TIME'
  | 'BAD_BATCH';

/** Where, why and by whom. */
export type Why = Readonly<{ reason: string; by: string; at: Date }>;

const running: readonly Status[] = ['RELEASED', 'IN_PROGRESS', 'HELD'];
const MAX_OPERATIONS = 200;
const MAX_SKILLS = 20;
const STEP = 10;

type Order = Pick<WorkOrder, 'id' | 'number' | 'productId' | 'quantity' | 'status' | 'version'>;
type Outcome = Decision<Changed, Fact, ChangeRefusal>;

/** Puts a new operation between one and all that follow it. `limit` is what one operation of the order may make. */
export function insertOperation(
  order: Order,
  operations: readonly Operation[],
  place: Readonly<{ id: string; afterId: string; limit: string }>,
  wanted: NewOperation,
  why: Why,
): Outcome {
  const { name, equipmentClass, requiredSkills } = wanted;
  const labels = [name, ...(equipmentClass === null ? [] : [equipmentClass]), ...requiredSkills];
  if (!labels.every(isLabel) || requiredSkills.length > MAX_SKILLS) return refuse('BAD_NAME');
  const { setupSeconds, runSecondsPerPiece, runSecondsPerBatch, batchQuantity } = wanted;
  const times = [setupSeconds, runSecondsPerPiece, runSecondsPerBatch];
  if (times.some((time) => time !== null && new Decimal(time).lt(0))) return refuse('NEGATIVE_TIME');
  if ((runSecondsPerBatch === null) !== (batchQuantity === null)) return refuse('BAD_BATCH');
  if (runSecondsPerBatch !== null && runSecondsPerPiece !== null) return refuse('BAD_BATCH');
  if (batchQuantity !== null && new Decimal(batchQuantity).lte(0)) return refuse('BAD_BATCH');
  return insert('ADDED', order, operations, place, wanted, why);
}

/** Does an operation once more, later on. Its materials are not used again. */
export function insertRepetition(
  order: Order,
  operations: readonly Operation[],
  place: Readonly<{ id: string; afterId: string; limit: string; repeatedId: string }>,
  why: Why,
): Outcome {
  const repeated = operations.find(({ id }) => id === place.repeatedId);
  const after = operations.find(({ id }) => id === place.afterId);
  if (!repeated || !after) return refuse('OPERATION_NOT_FOUND');
  if (after.sequence < repeated.sequence) return refuse('BAD_PLACE');
  return insert('REPEATED', order, operations, place, repeated, why);
}

function insert(
  kind: ChangeKind,
  order: Order,
  operations: readonly Operation[],
  { id, afterId, limit }: Readonly<{ id: string; afterId: string; limit: string }>,
  like: NewOperation,
  why: Why,
): Outcome {
  if (!running.includes(order.status)) return refuse('ORDER_NOT_RUNNING');
  if (operations.length >= MAX_OPERATIONS) return refuse('TOO_MANY');
  const after = operations.find((operation) => operation.id === afterId);
  if (!after) return refuse('OPERATION_NOT_FOUND');
  if (after.status === 'SKIPPED') return refuse('OPERATION_SKIPPED');
  const sequence = between(after, operations);
  if (sequence === null) return refuse('NO_ROOM');

  // What has gone on already will not come back for the new operation.
  const followers = followersOf(operations)(after);
  const passed = Decimal.max(0, ...followers.map(taken));
  const beyond = carriedBeyond(operations);
  const carriedOn = followers.length > 0 ? Decimal.min(...followers.map(beyond)) : new Decimal(0);
  const goodLimit = new Decimal(limit).minus(passed).minus(carriedOn);
  if (goodLimit.lte(0)) return refuse('ALL_PASSED');
  const { name, stationId, setupSeconds, runSecondsPerPiece, runSecondsPerBatch, batchQuantity } = like;
  const operation: Operation = {
    ...untouched,
    ...{ id, workOrderId: order.id, sequence, isLast: after.isLast, name, stationId },
    ...{ setupSeconds, runSecondsPerPiece, runSecondsPerBatch, batchQuantity },
    equipmentClass: like.equipmentClass,
    requiredSkills: [...new Set(like.requiredSkills)],
    materialIds: [],
    afterIds: [after.id],
    withIds: [],
    transferQuantity: null,
    overproductionMode: after.overproductionMode,
    predecessorMode: after.predecessorMode,
    goodLimit: goodLimit.toFixed(),
    carriedQuantity: passed.toFixed(),
  };
  const others = operations.map((other): Operation => {
    if (other.id === after.id) {
      return { ...after, isLast: false, carriedQuantity: new Decimal(after.carriedQuantity).minus(passed).toFixed() };
    }
    if (!followers.includes(other)) return other;
    return {
      ...other,
      afterIds: replaced(other.afterIds, after.id, [id]),
      withIds: replaced(other.withIds, after.id, [id]),
    };
  });
  return changed(kind, order, operation, sorted([...others, operation]), why);
}

/** Takes out an operation that nobody has begun; what followed it follows what was before it. */
export function leaveOut(order: Order, operations: readonly Operation[], operationId: string, why: Why): Outcome {
  if (!running.includes(order.status)) return refuse('ORDER_NOT_RUNNING');
  const operation = operations.find(({ id }) => id === operationId);
  if (!operation) return refuse('OPERATION_NOT_FOUND');
  if (operation.status === 'SKIPPED') return refuse('OPERATION_SKIPPED');
  if (operation.status !== 'PENDING' || !processed(operation).eq(0)) return refuse('OPERATION_BEGUN');
  if (!new Decimal(operation.carriedQuantity).eq(0)) return refuse('CARRIED_PIECES');
  const rest = operations.filter(({ id, status }) => id !== operationId && status !== 'SKIPPED');
  if (rest.length === 0) return refuse('ONLY_OPERATION');
  const skipped: Operation = { ...operation, status: 'SKIPPED', isLast: false };
  const { afterIds, withIds } = operation;
  const rewired = operations.map((other): Operation => {
    if (other.id === operationId) return skipped;
    return {
      ...other,
      afterIds: replaced(other.afterIds, operationId, afterIds),
      withIds: replaced(other.withIds, operationId, withIds),
    };
  });
  if (!operation.isLast) return changed('SKIPPED', order, skipped, rewired, why);

  // The new last operation gathers whatever else led to the old one.
  const following = followersOf(rewired);
  const ends = rewired.filter((other) => other.status !== 'SKIPPED' && following(other).length === 0);
  const last = ends.reduce((one, other) => (other.sequence > one.sequence ? other : one));
  // Pieces of an operation in between may wait for the next order or come from the one before; finished ones may not.
  if (!new Decimal(last.carriedQuantity).eq(0)) return refuse('CARRIED_PIECES');
  const loose = ends.filter((other) => other !== last);
  // What the new last one has made would count as finished without having been there.
  const ahead = last.predecessorMode === 'BLOCK' && loose.some((other) => passedOn(other).lt(taken(last)));
  if (ahead) return refuse('PARALLEL_OPERATION_BEHIND');
  const ended = rewired.map((other) =>
    other === last ? { ...last, isLast: true, afterIds: [...last.afterIds, ...loose.map(({ id }) => id)] } : other,
  );
  return changed('SKIPPED', order, skipped, ended, why);
}

/** Half way to the next sequence, in steps of ten behind the last; null when there is no number in between. */
function between(after: Operation, operations: readonly Operation[]): number | null {
  const later = operations.map(({ sequence }) => sequence).filter((sequence) => sequence > after.sequence);
  if (later.length === 0) return after.sequence + STEP;
  const middle = Math.floor((after.sequence + Math.min(...later)) / 2);
  return middle > after.sequence ? middle : null;
}

const replaced = (ids: readonly string[], id: string, by: readonly string[]): readonly string[] =>
  ids.includes(id) ? [...new Set([...ids.filter((one) => one !== id), ...by])] : ids;

const processed = (operation: Operation): Decimal =>
  new Decimal(operation.goodQuantity).plus(operation.scrapQuantity).plus(operation.sentBackQuantity);

const sorted = (operations: readonly Operation[]) => [...operations].sort((a, b) => a.sequence - b.sequence);

function changed(
  kind: ChangeKind,
  order: Order,
  operation: Operation,
  operations: readonly Operation[],
  { reason, by, at }: Why,
): Outcome {
  const version = order.version + 1;
  const told = fact(workOrderOperationsChanged, {
    work_order_id: order.id,
    number: order.number,
    product_id: order.productId,
    quantity: order.quantity,
    at: at.toISOString(),
    by,
    operation_id: operation.id,
    operation_sequence: operation.sequence,
    operation_name: operation.name,
    change: kind,
    order_version: version,
    reason,
  });
  const goodQuantity = operations.find(({ isLast }) => isLast)!.goodQuantity;
  const change = {
    workOrderId: order.id,
    operationId: operation.id,
    version,
    kind,
    reason,
    changedBy: by,
    changedAt: at,
  };
  return accept<Changed, Fact>({ operation, operations, goodQuantity, change }, told);
}
