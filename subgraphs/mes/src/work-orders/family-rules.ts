/**
 * Orders that come from orders: a part nobody has begun (split), or the remainder with what earlier operations have made
 * (back-order). Pure. See docs/decisions/0011-split-and-back-order.md.
 */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { workOrderReleased } from '@enghub/event-contracts/mes/work-order-released.v1';
import { workOrderSplit } from '@enghub/event-contracts/mes/work-order-split.v1';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';
import { isLabel } from '../text-rules.ts';
import { adjust } from './edit-rules.ts';
import { followersOf, passedOn, taken } from './flow-rules.ts';
import { goodLimit, leastQuantity, limitAfter, type Allowance } from './limit-rules.ts';
import { untouched } from './operation-rules.ts';
import { remaining, step, type Operation, type Status, type WorkOrder } from './rules.ts';

export type Family = Readonly<{
  parent: WorkOrder;
  parentOperations: readonly Operation[];
  child: WorkOrder;
  childOperations: readonly Operation[];
  /** What is told of the child; the decision's own events are about the parent. */
  childEvents: readonly Fact[];
}>;

/** What the child gets that the parent does not have. */
export type Birth = Readonly<{ id: string; number: string; operationIds: ReadonlyMap<string, string> }>;

type Figures = Readonly<{ code: 'MORE_THAN_UNMADE'; limit: string; actual: string }>;
export type FamilyRefusal =
  'ILLEGAL_TRANSITION' | 'BAD_NUMBER' | 'BAD_QUANTITY' | 'NOTHING_LEFT' | 'NOTHING_MADE' | Figures;

const splittable: readonly Status[] = ['PLANNED', 'RELEASED', 'IN_PROGRESS'];
const backOrderable: readonly Status[] = ['IN_PROGRESS', 'COMPLETED'];

/** Moves pieces that nobody has begun into an order of their own; everything reported stays where it is. */
export function split(
  order: WorkOrder,
  operations: readonly Operation[],
  quantity: string,
  birth: Birth,
  allowance: Allowance,
  by: string,
  at: Date,
): Decision<Family, Fact, FamilyRefusal> {
  if (!splittable.includes(order.status)) return refuse('ILLEGAL_TRANSITION');
  if (!isLabel(birth.number)) return refuse('BAD_NUMBER');
  const moved = new Decimal(quantity);
  if (moved.lte(0)) return refuse('BAD_QUANTITY');
  const unmade = new Decimal(order.quantity).minus(leastQuantity(operations));
  if (moved.gt(unmade) || moved.gte(order.quantity)) {
    return refuse({ code: 'MORE_THAN_UNMADE', limit: Decimal.max(0, unmade).toFixed(), actual: moved.toFixed() });
  }
  const left = new Decimal(order.quantity).minus(moved).toFixed();
  const nothing = new Map<string, Carried>();
  return familyOf('SPLIT', order, {
    parent: { ...order, quantity: left },
    parentOperations: adjust(operations, { before: order.quantity, after: left }, allowance),
    child: childOf(order, birth, moved.toFixed(), 'SPLIT', by, at),
    childOperations: childOperations(operations, birth, moved.toFixed(), nothing, allowance),
    by,
    at,
  });
}

/**
 * The remainder becomes an order of its own and takes along the pieces that are on their way between operations; the
 * order itself then is what it has made.
 */
export function backOrder(
  order: WorkOrder,
  operations: readonly Operation[],
  birth: Birth,
  allowance: Allowance,
  by: string,
  at: Date,
): Decision<Family, Fact, FamilyRefusal> {
  if (!backOrderable.includes(order.status)) return refuse('ILLEGAL_TRANSITION');
  if (!isLabel(birth.number)) return refuse('BAD_NUMBER');
  const moved = remaining(order);
  if (new Decimal(moved).lte(0)) return refuse('NOTHING_LEFT');
  if (new Decimal(order.goodQuantity).lte(0)) return refuse('NOTHING_MADE');
  const carried = carriedOf(operations);
  const left = new Decimal(order.goodQuantity).toFixed();
  const less = new Decimal(goodLimit(left, allowance)).minus(goodLimit(order.quantity, allowance));
  return familyOf('BACK_ORDER', order, {
    parent: { ...order, quantity: left },
    parentOperations: operations.map((operation) => {
      const { waiting, beyond } = carried.get(operation.id)!;
      return {
        ...operation,
        carriedQuantity: new Decimal(operation.carriedQuantity).minus(waiting).toFixed(),
        goodLimit: limitAfter(operation, less.plus(beyond)),
      };
    }),
    child: childOf(order, birth, moved, 'BACK_ORDER', by, at),
    childOperations: childOperations(operations, birth, moved, carried, allowance),
    by,
    at,
  });
}

/** `waiting`: made here and not yet taken by what follows; `beyond`: the same, here and at all that follows. */
type Carried = Readonly<{ waiting: Decimal; beyond: Decimal }>;

/**
 * What is on its way after each operation. Where several operations follow, each has taken a different part: the one
 * that took the least decides what waits, the one with the fewest good pieces left how many need not be made again.
 */
export function carriedOf(operations: readonly Operation[]): ReadonlyMap<string, Carried> {
  const following = followersOf(operations);
  const known = new Map<string, Carried>();
  function carried(operation: Operation): Carried {
    const remembered = known.get(operation.id);
    if (remembered) return remembered;
    const ways = following(operation).map((next) => {
      const waiting = Decimal.max(0, passedOn(operation).minus(taken(next)));
      return { waiting, beyond: waiting.plus(carried(next).beyond) };
    });
    const found =
      ways.length === 0
        ? { waiting: new Decimal(0), beyond: new Decimal(0) }
        : {
            waiting: Decimal.max(...ways.map(({ waiting }) => waiting)),
            beyond: Decimal.min(...ways.map(({ beyond }) => beyond)),
          };
    known.set(operation.id, found);
    return found;
  }
  return new Map(operations.map((operation) => [operation.id, carried(operation)]));
}

function childOperations(
  operations: readonly Operation[],
  { id: workOrderId, operationIds }: Birth,
  quantity: string,
  carried: ReadonlyMap<string, Carried>,
  allowance: Allowance,
): Operation[] {
  const idsOf = (ids: readonly string[]) => ids.map((id) => operationIds.get(id)!);
  const limit = new Decimal(goodLimit(quantity, allowance));
  return operations.map((operation) => {
    const { waiting, beyond } = carried.get(operation.id) ?? { waiting: new Decimal(0), beyond: new Decimal(0) };
    const { overproductionMode, predecessorMode, startedAt, finishedAt } = operation;
    // What need not be made again is finished, whenever that was.
    const finished = !operation.isLast && beyond.gte(quantity);
    const status = operation.status === 'SKIPPED' ? 'SKIPPED' : finished ? 'FINISHED' : 'PENDING';
    return {
      ...operation,
      ...untouched,
      overproductionMode,
      predecessorMode,
      status,
      ...(status === 'FINISHED' ? { startedAt, finishedAt } : {}),
      id: operationIds.get(operation.id)!,
      workOrderId,
      afterIds: idsOf(operation.afterIds),
      withIds: idsOf(operation.withIds),
      carriedQuantity: waiting.toFixed(),
      goodLimit: Decimal.max(0, limit.minus(beyond)).toFixed(),
    };
  });
}

function childOf(
  parent: WorkOrder,
  { id, number }: Birth,
  quantity: string,
  parentRelation: 'SPLIT' | 'BACK_ORDER',
  by: string,
  at: Date,
): WorkOrder {
  const released = parent.status !== 'PLANNED';
  return {
    ...parent,
    id,
    number,
    quantity,
    parentId: parent.id,
    parentRelation,
    status: released ? 'RELEASED' : 'PLANNED',
    version: 1,
    goodQuantity: '0',
    scrapQuantity: '0',
    reworkQuantity: '0',
    reportCount: 0,
    externalId: null,
    outputLotId: null,
    lossQuantity: '0',
    closeNote: null,
    createdBy: by,
    createdAt: at,
    releasedAt: released ? at : null,
    startedAt: null,
    completedAt: null,
    closedAt: null,
  };
}

/** The child is told of with its parent, not as created: what both stand for together has not changed. */
function familyOf(
  relation: 'SPLIT' | 'BACK_ORDER',
  before: WorkOrder,
  born: Omit<Family, 'childEvents'> & Readonly<{ by: string; at: Date }>,
): Decision<Family, Fact, never> {
  const { by, at, ...family } = born;
  const { parent, child } = family;
  const childEvents = child.status === 'RELEASED' ? [fact(workOrderReleased, step(child, by, at))] : [];
  return accept<Family, Fact>(
    { ...family, childEvents },
    fact(workOrderSplit, {
      ...step({ ...before, quantity: parent.quantity }, by, at),
      child_id: child.id,
      child_number: child.number,
      relation,
      moved_qty: child.quantity,
    }),
  );
}
