import { inChinese, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, bomLine, DEFINE_ROUTING, erpWith, fieldOf, REPORT, sayTo, setUpPlant } from '../plant-for-tests.ts';
import type { OrderAnswer, Plant, Refused } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

type Input = Record<string, unknown>;
type Operation = { id: string; sequence: number; goodLimit: string; carriedQuantity: string; status: string };
type Derived = Refused & {
  replayed: boolean;
  workOrder: OrderAnswer & Input & { operations: Operation[]; parent: { id: string; version: number } };
};

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erpWith({ 'PROD-A001': [bomLine('STEEL', '1.5', 'kg')] }) });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

const FAMILY = `id number status version type quantity parentRelation dueDate salesOrderId remainingQuantity
  parent { id number version quantity remainingQuantity operations { carriedQuantity goodLimit status } }
  children { id } materials { material { id } operation { sequence } }
  operations { id sequence name status goodLimit carriedQuantity goodQuantity }`;
const derive = (command: string, type: string, input: Input, claims = productionManager) =>
  fieldOf<Derived>(
    mes,
    `mutation($input: ${type}!) { ${command}(input: $input) {
      ... on DerivedWorkOrderPayload { replayed workOrder { ${FAMILY} } }
      ... on WorkOrderRefusal { code message limit actual } } }`,
    { input },
    claims,
  );
const split = (input: Input, claims = productionManager) =>
  derive('splitWorkOrder', 'SplitWorkOrderInput', input, claims);
const backOrder = (input: Input, claims = productionManager) =>
  derive('createBackOrder', 'CreateBackOrderInput', input, claims);
const rework = (input: Input, claims = productionManager) =>
  derive('createReworkOrder', 'CreateReworkOrderInput', input, claims);

let count = 0;
const report = (operationId: string, goodQuantity: string) => {
  count += 1;
  return fieldOf<Refused>(mes, REPORT, { input: { requestId: `fr-${count}`, operationId, goodQuantity } });
};
const eventsOf = async (id: string) =>
  (
    await mes.rows<{ name: string }>(
      `SELECT envelope->>'event_type' AS name FROM mes.outbox WHERE aggregate_id = $1 ORDER BY id`,
      [id],
    )
  ).map(({ name }) => name);
const auditOf = (command: string, entityId: string) =>
  mes.rows<Input>(`SELECT before, after, reason FROM mes.audit_entries WHERE command = $1 AND entity_id = $2`, [
    command,
    entityId,
  ]);

describe('splitting an order', () => {
  it('moves pieces that nobody has begun, once, however often it is sent', async () => {
    const order = await anOrder(mes, plant, { number: 'SPLIT' });
    await report(order.operations[0]!.id, '4');
    const input = { requestId: 'split-1', id: order.id, version: 3, quantity: '6' };
    const answers = await Promise.all([split(input), split(input), split(input)]);
    expect(answers.map(({ replayed }) => replayed).sort()).toEqual([false, true, true]);
    const { workOrder: child } = answers[0]!;
    expect(child).toMatchObject({
      ...{ number: 'SPLIT-1', status: 'RELEASED', quantity: '6', parentRelation: 'SPLIT', version: 1 },
      parent: { id: order.id, quantity: '4', version: 4 },
      materials: [{ material: { id: 'STEEL' }, operation: { sequence: 10 } }],
    });
    expect(child.operations.map(({ goodLimit }) => goodLimit)).toEqual(['6', '6']);
    expect(await split({ ...input, quantity: '5' })).toMatchObject({ code: 'REQUEST_ID_REUSED' });
    expect((await eventsOf(order.id)).at(-1)).toBe('WorkOrderSplit');
    expect(await eventsOf(child.id)).toEqual(['WorkOrderReleased']);
    expect(await auditOf('splitWorkOrder', order.id)).toMatchObject([
      { before: { quantity: '10' }, after: { quantity: '4' } },
    ]);
    expect(await auditOf('splitWorkOrder', child.id)).toMatchObject([{ before: null }]);

    const running = await sayTo(mes, 'start', child);
    expect(await report(running.operations[0]!.id, '6')).not.toHaveProperty('code');
    expect(await report(order.operations[0]!.id, '1')).toMatchObject({ code: 'OVER_LIMIT' });
  });

  it('is refused where somebody has begun, in both languages', async () => {
    const order = await anOrder(mes, plant);
    await report(order.operations[0]!.id, '4');
    const input = { requestId: 'too-much', id: order.id, version: 3, quantity: '7' };
    const refused = await split(input, inChinese(productionManager));
    expect(refused).toMatchObject({ code: 'MORE_THAN_UNMADE', limit: '6', actual: '7' });
    expect(refused.message).toBe('尚未开工的数量为 6，不能拆出 7，且原工单须有剩余。');
    expect(await split({ ...input, quantity: '6', version: 2 })).toMatchObject({ code: 'STALE_VERSION' });
    expect(await split(input, otherTenant)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await split({ ...input, id: 'none' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await split({ ...input, requestId: '' })).toMatchObject({ code: 'BAD_REQUEST_ID' });
    expect(await split({ ...input, number: '' })).toMatchObject({ code: 'BAD_NUMBER' });
    const taken = (await anOrder(mes, plant, { number: 'TAKEN', upTo: 'PLANNED' })) && { ...input, quantity: '1' };
    expect(await split({ ...taken, number: 'TAKEN' })).toMatchObject({ code: 'NUMBER_TAKEN' });
    expect(await split({ ...input, quantity: '6' })).toMatchObject({ replayed: false });
  });

  it('does not get pieces past a blocker', async () => {
    const order = await anOrder(mes, plant);
    const place = `mutation($input: PlaceBlockerInput!) { placeBlocker(input: $input) { __typename } }`;
    const subjects = [{ kind: 'WORK_ORDER', id: order.id }];
    const about = { requestId: 'block-1', factoryId: plant.factoryId, subjects };
    await fieldOf(mes, place, { input: { ...about, kind: 'ENGINEERING_CHANGE', reason: 'new drawing' } });
    const input = { requestId: 'blocked', id: order.id, version: 3, quantity: '6' };
    expect(await split(input)).toMatchObject({ code: 'BLOCKED' });
  });

  it('and reports at the same time never lose a piece', async () => {
    for (let round = 0; round < 3; round++) {
      const order = await anOrder(mes, plant);
      const [first] = order.operations;
      const [reported, divided] = await Promise.all([
        report(first!.id, '6'),
        split({ requestId: `race-${round}`, id: order.id, version: 3, quantity: '6' }),
      ]);
      expect(['code' in reported, 'code' in divided].sort()).toEqual([false, true]);
    }
  });
});

describe('a back-order', () => {
  it('takes over what earlier operations have made, so that both can be finished and closed without a loss', async () => {
    const order = await anOrder(mes, plant, { number: 'BACK' });
    const [turning, milling] = order.operations;
    await report(turning!.id, '10');
    await report(milling!.id, '6');
    const completed = await sayTo(mes, 'complete', order);
    const { workOrder: child } = await backOrder({ requestId: 'back-1', id: order.id, version: completed.version });
    expect(child).toMatchObject({
      ...{ number: 'BACK-1', status: 'RELEASED', quantity: '4', parentRelation: 'BACK_ORDER' },
      parent: { id: order.id, quantity: '6', remainingQuantity: '0' },
    });
    const figures = (operations: Operation[]) =>
      operations.map(({ carriedQuantity, goodLimit, status }) => [carriedQuantity, goodLimit, status]);
    expect(figures(child.operations)).toEqual([
      ['4', '0', 'FINISHED'],
      ['0', '4', 'PENDING'],
    ]);
    expect(await sayTo(mes, 'close', { id: order.id, version: child.parent.version })).toMatchObject({
      status: 'CLOSED',
    });

    const running = await sayTo(mes, 'start', child);
    expect(await report(running.operations[1]!.id, '4')).not.toHaveProperty('code');
    const done = await sayTo(mes, 'complete', running);
    expect(await sayTo(mes, 'close', done)).toMatchObject({ status: 'CLOSED' });
    const [carried] = await mes.rows<{ sum: string }>(
      `SELECT trim_scale(sum(carried_quantity))::text AS sum FROM mes.work_order_operations
        WHERE work_order_id IN ($1, $2)`,
      [order.id, child.id],
    );
    expect(carried!.sum).toBe('0');
  });

  it('keeps the trace from material to what was finished in another lot', async () => {
    const numbering = { lotNumber: { assignedAt: 'RELEASE', pattern: 'L-{order}' } };
    const setPolicies = (policies: object) =>
      mes.rows(`UPDATE mes.factories SET policies = $1::jsonb`, [JSON.stringify(policies)]);
    await setPolicies(numbering);
    const order = await anOrder(mes, plant, { number: 'TRACED' });
    await setPolicies({});
    await report(order.operations[0]!.id, '5');
    await report(order.operations[1]!.id, '2');
    const { workOrder: child } = await backOrder({ requestId: 'traced', id: order.id, version: 3 });
    const edges = await mes.rows(
      `SELECT i.number AS input, o.number AS output FROM mes.lot_edges e
         JOIN mes.lots i ON i.id = e.input_lot_id JOIN mes.lots o ON o.id = e.output_lot_id
        WHERE o.work_order_id = $1`,
      [child.id],
    );
    expect(edges).toEqual([{ input: 'L-TRACED', output: 'L-TRACED-1' }]);
  });

  it('needs something made and something left', async () => {
    const order = await anOrder(mes, plant);
    const input = { requestId: 'nothing', id: order.id, version: 3 };
    expect(await backOrder(input)).toMatchObject({ code: 'NOTHING_MADE' });
    for (const { id } of order.operations) await report(id, '10');
    expect(await backOrder(input)).toMatchObject({ code: 'NOTHING_LEFT' });
    const held = await anOrder(mes, plant, { upTo: 'RELEASED' });
    expect(await backOrder({ ...input, id: held.id, version: 2 })).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });
});

describe('a rework order', () => {
  const routing = (code: string, productId: string) =>
    fieldOf(mes, DEFINE_ROUTING, {
      input: { factoryId: plant.factoryId, code, productId, operations: [{ sequence: 10, name: 'Polish' }] },
    });

  it('works on finished pieces once more, and uses no material of the bill', async () => {
    await routing('RW', 'PROD-A001');
    const order = await anOrder(mes, plant, { number: 'SCRATCHED' });
    const input = { requestId: 'rw-1', id: order.id, quantity: '2', routingCode: 'RW', reason: 'scratches' };
    const { workOrder: child } = await rework(input);
    expect(child).toMatchObject({
      ...{ number: 'SCRATCHED-1', type: 'REWORK', status: 'PLANNED', quantity: '2', parentRelation: 'REWORK' },
      parent: { id: order.id, quantity: '10', version: 3 },
    });
    expect(await rework(input)).toMatchObject({ replayed: true, workOrder: { id: child.id } });
    expect(await eventsOf(child.id)).toEqual(['ReworkOrderCreated']);
    expect(await auditOf('createReworkOrder', child.id)).toMatchObject([{ before: null, reason: 'scratches' }]);
    const released = await sayTo(mes, 'release', child);
    expect(released.status).toBe('RELEASED');
    const materials = await mes.rows(`SELECT 1 FROM mes.work_order_materials WHERE work_order_id = $1`, [child.id]);
    expect(materials).toEqual([]);
  });

  it('follows a routing of its product', async () => {
    await routing('OTHER', 'PROD-B');
    const order = await anOrder(mes, plant, { upTo: 'PLANNED' });
    const input = { requestId: 'rw-2', id: order.id, quantity: '2', routingCode: 'OTHER', reason: 'scratches' };
    expect(await rework(input)).toMatchObject({ code: 'ROUTING_OF_OTHER_PRODUCT' });
    expect(await rework({ ...input, routingCode: 'NONE' })).toMatchObject({ code: 'ROUTING_NOT_FOUND' });
    expect(await rework({ ...input, routingCode: 'RW', quantity: '0' })).toMatchObject({ code: 'BAD_QUANTITY' });
    expect(await rework({ ...input, routingCode: 'RW', reason: '' })).toMatchObject({ code: 'REASON_REQUIRED' });
    expect(await rework({ ...input, routingCode: 'RW', priority: 0 })).toMatchObject({ code: 'BAD_PRIORITY' });
    expect(await rework(input, otherTenant)).toMatchObject({ code: 'NOT_FOUND' });
  });
});
