/** An order in progress with what its operations have made: tests of the rules begin with it. */
import { create } from './create-rules.ts';
import { goodLimit, type Allowance } from './limit-rules.ts';
import { newOperations } from './operation-rules.ts';
import type { Operation, WorkOrder } from './rules.ts';

export const at = new Date('2026-03-10T04:00:00Z');
export const by = 'emp-301';
export const none: Allowance = { percent: '0', quantity: null };

export const step = (sequence: number, after: readonly number[]) => ({
  sequence,
  name: `op ${sequence}`,
  stationId: null,
  setupSeconds: null,
  runSecondsPerPiece: null,
  runSecondsPerBatch: null,
  batchQuantity: null,
  after,
  with: [],
  transferQuantity: null,
  equipmentClass: null,
  requiredSkills: [],
  materialIds: [],
});
export const inLine = (count: number) =>
  Array.from({ length: count }, (_, i) => step((i + 1) * 10, i === 0 ? [] : [i * 10]));

type Made = { good?: number; scrap?: number; sentBack?: number; returned?: number; status?: Operation['status'] };

export function started(quantity: string, steps: readonly ReturnType<typeof step>[], made: readonly Made[] = []) {
  const decision = create(
    {
      id: 'wo-1',
      factoryId: 'f',
      number: 'WO-1',
      productId: 'P',
      bomVersion: 'v3',
      routingId: 'r',
      quantity,
      unit: 'pcs',
      dueDate: null,
    },
    by,
    at,
  );
  if (!decision.ok) throw new Error(decision.refusal);
  let count = 0;
  const operations = newOperations('wo-1', steps, goodLimit(quantity, none), () => `op-${++count}`).map(
    (operation, i): Operation => ({
      ...operation,
      status: made[i]?.status ?? 'IN_PROGRESS',
      goodQuantity: String(made[i]?.good ?? 0),
      scrapQuantity: String(made[i]?.scrap ?? 0),
      sentBackQuantity: String(made[i]?.sentBack ?? 0),
      returnedQuantity: String(made[i]?.returned ?? 0),
    }),
  );
  const goodQuantity = operations.at(-1)!.goodQuantity;
  const order: WorkOrder = { ...decision.state, status: 'IN_PROGRESS', version: 3, goodQuantity, salesOrderId: 'SO-1' };
  return { order, operations };
}

export const figures = (operations: readonly Operation[]) =>
  operations.map(({ carriedQuantity, goodLimit: limit, status }) => [carriedQuantity, limit, status]);
