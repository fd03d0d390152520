import { inChinese, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  bomLine,
  CREATE_ORDER,
  DEFINE_ROUTING,
  erpWith,
  fieldOf,
  REPORT,
  sayTo,
  setUpPlant,
} from '../plant-for-tests.ts';
import type { OrderAnswer, Plant, Refused } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

type Input = Record<string, unknown>;
type Answer = Refused & { workOrder: OrderAnswer & Input; replayed: boolean; existing: { number: string } | null };

let erpIsAway = false;
let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  const bills = { 'PROD-A001': [bomLine('STEEL', '1.5', 'kg'), bomLine('PAINT', '0.2', 'l')] };
  const erp = erpWith(bills);
  mes = await testSubgraph(definition, {
    graph: (...asked) => (erpIsAway ? Promise.reject(new Error('away')) : erp(...asked)),
  });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

const WORK_ORDER = `id number status version quantity unit dueDate priority externalId salesOrderId salesOrderLine type
  operations { id sequence goodLimit status }`;
const REFUSAL = '... on WorkOrderRefusal { code message limit actual existing { number } }';
const say = (command: string, type: string, input: Input, claims = productionManager) =>
  fieldOf<Answer>(
    mes,
    `mutation($input: ${type}!) { ${command}(input: $input) {
      ... on WorkOrderPayload { workOrder { ${WORK_ORDER} } } ${REFUSAL} } }`,
    { input },
    claims,
  );
const edit = (input: Input, claims = productionManager) => say('editWorkOrder', 'EditWorkOrderInput', input, claims);
const look = <Data = Input>(id: string, fields: string) =>
  fieldOf<Data>(mes, `query($id: ID!) { workOrder(id: $id) { ${fields} } }`, { id });
let count = 0;
const create = (change: Input = {}, claims = productionManager) => {
  count += 1;
  const { factoryId, routingCode } = plant;
  const input = { requestId: `d-${count}`, factoryId, number: `D-${count}`, routingCode, quantity: '10', ...change };
  const query = CREATE_ORDER.replace('... on WorkOrderRefusal { code message }', REFUSAL);
  return fieldOf<Answer>(mes, query, { input }, claims);
};
const auditOf = (entityId: string) =>
  mes.rows<{ command: string; before: Input | null; after: Input | null; reason: string | null }>(
    `SELECT command, before, after, reason FROM mes.audit_entries WHERE entity_id = $1 ORDER BY at, id`,
    [entityId],
  );
const eventsOf = async (id: string) =>
  (
    await mes.rows<{ name: string }>(
      `SELECT envelope->>'event_type' AS name FROM mes.outbox WHERE aggregate_id = $1 ORDER BY id`,
      [id],
    )
  ).map(({ name }) => name);
const report = (operationId: string, goodQuantity: string) => {
  count += 1;
  return fieldOf<Refused>(mes, REPORT, { input: { requestId: `dr-${count}`, operationId, goodQuantity } });
};

describe('a draft', () => {
  it('is told of when it is planned, and can be taken away before', async () => {
    const { workOrder: draft } = await create({ draft: true });
    expect(draft.status).toBe('DRAFT');
    expect(await eventsOf(draft.id)).toEqual([]);
    const { workOrder } = await say('planWorkOrder', 'WorkOrderCommandInput', { id: draft.id, version: 1 });
    expect(workOrder).toMatchObject({ status: 'PLANNED', version: 2 });
    expect(await eventsOf(draft.id)).toEqual(['WorkOrderCreated']);
    expect((await auditOf(draft.id)).map(({ command }) => command)).toEqual(['createWorkOrder', 'planWorkOrder']);
  });

  const REMOVE = `mutation($input: WorkOrderCommandInput!) { deleteWorkOrder(input: $input) {
    ... on DeleteWorkOrderPayload { id } ${REFUSAL} } }`;
  const remove = (input: Input, claims = productionManager) => fieldOf<Input>(mes, REMOVE, { input }, claims);

  it('leaves nothing behind but its entries in the audit trail', async () => {
    const { workOrder: draft } = await create({ draft: true, requestId: 'gone', number: 'GONE' });
    expect(await remove({ id: draft.id, version: 2 })).toMatchObject({ code: 'STALE_VERSION' });
    expect(await remove({ id: draft.id, version: 1 }, otherTenant)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await remove({ id: draft.id, version: 1 })).toEqual({ id: draft.id });
    expect(await look(draft.id, 'number')).toBeNull();
    expect((await auditOf(draft.id)).at(-1)).toMatchObject({
      command: 'deleteWorkOrder',
      before: { number: 'GONE' },
      after: null,
    });
    expect(await create({ draft: true, requestId: 'gone', number: 'GONE' })).toMatchObject({ code: 'NOT_FOUND' });
    const planned = await anOrder(mes, plant, { upTo: 'PLANNED' });
    expect(await remove({ id: planned.id, version: 1 })).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });
});

describe('what another system calls an order', () => {
  it('names one order of the plant', async () => {
    const input = { requestId: 'ext-1', number: 'EXT-1', externalId: 'ERP-77' };
    const { workOrder } = await create(input);
    expect(await create(input)).toMatchObject({ replayed: true, workOrder: { id: workOrder.id } });
    const refused = await create({ externalId: 'ERP-77' }, inChinese(productionManager));
    expect(refused).toMatchObject({ code: 'EXTERNAL_ID_TAKEN', existing: { number: 'EXT-1' } });
    expect(refused.message).toBe('该工厂的工单 EXT-1 已使用此外部编号。');
    const other = await anOrder(mes, plant, { upTo: 'PLANNED' });
    expect(await edit({ id: other.id, version: 1, externalId: 'ERP-77' })).toMatchObject({
      code: 'EXTERNAL_ID_TAKEN',
      existing: { number: 'EXT-1' },
    });
  });
});

describe('editing an order', () => {
  it('changes what is named and leaves the rest', async () => {
    const wishes = {
      priority: 2,
      dueDate: '2026-04-01',
      salesOrderId: 'SO-9',
      salesOrderLine: '10',
      externalId: 'X-1',
    };
    const { workOrder: order } = await create(wishes);
    const changes = { quantity: '12.5', unit: 'kg', dueDate: null, externalId: null };
    const { workOrder } = await edit({ id: order.id, version: 1, ...changes });
    expect(workOrder).toMatchObject({
      ...{ version: 2, quantity: '12.5', unit: 'kg', dueDate: null, externalId: null, priority: 2 },
      ...{ salesOrderId: 'SO-9', salesOrderLine: '10' },
    });
    expect(workOrder.operations.map(({ goodLimit }) => goodLimit)).toEqual(['12.5', '12.5']);
    expect(await eventsOf(order.id)).toEqual(['WorkOrderCreated', 'WorkOrderChanged']);
    expect((await auditOf(order.id)).at(-1)).toMatchObject({
      command: 'editWorkOrder',
      before: { quantity: '10', unit: 'pcs', dueDate: '2026-04-01' },
      after: { quantity: '12.5', unit: 'kg', dueDate: null },
    });
    expect((await edit({ id: order.id, version: 2, priority: 2 })).workOrder.version).toBe(2);
  });

  it('after release never falls below what was made', async () => {
    const order = await anOrder(mes, plant);
    await report(order.operations[0]!.id, '4');
    const refused = await edit({ id: order.id, version: 3, quantity: '3' });
    expect(refused).toMatchObject({ code: 'BELOW_MADE', limit: '4', actual: '3' });
    expect(await edit({ id: order.id, version: 3, unit: 'kg' })).toMatchObject({ code: 'FIXED_BY_RELEASE' });
    const { workOrder } = await edit({ id: order.id, version: 3, quantity: '4', priority: 1 });
    expect(workOrder.operations.map(({ goodLimit }) => goodLimit)).toEqual(['4', '4']);
    expect(await report(order.operations[0]!.id, '1')).toMatchObject({ code: 'OVER_LIMIT' });
  });

  it.each([
    [{ quantity: '0' }, 'BAD_QUANTITY'],
    [{ priority: 10 }, 'BAD_PRIORITY'],
    [{ salesOrderLine: '1' }, 'BAD_SALES_ORDER'],
    [{ externalId: 'x'.repeat(101) }, 'BAD_EXTERNAL_ID'],
    [{ unit: '\u0000' }, 'BAD_UNIT'],
  ])('is refused with %j', async (change, code) => {
    const order = await anOrder(mes, plant, { upTo: 'PLANNED' });
    expect(await edit({ id: order.id, version: 1, ...change })).toMatchObject({ code });
    expect(await edit({ id: order.id, version: 7 })).toMatchObject({ code: 'STALE_VERSION' });
    expect(await edit({ id: order.id, version: 1 }, otherTenant)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('release', () => {
  const MATERIALS =
    'bomVersion materials { material { id } quantityPerPiece unit operation { sequence } } overproduction { mode percent quantity }';

  it('takes the bill of materials along, each material with its operation', async () => {
    const operations = [
      { sequence: 10, name: 'Turn' },
      { sequence: 20, name: 'Paint', materialIds: ['PAINT'] },
    ];
    const input = { factoryId: plant.factoryId, code: 'PAINTED', productId: 'PROD-A001', operations };
    await fieldOf(mes, DEFINE_ROUTING, { input });
    const { workOrder } = await create({ routingCode: 'PAINTED' });
    expect(await look(workOrder.id, MATERIALS)).toMatchObject({ materials: [], overproduction: null });
    await sayTo(mes, 'release', workOrder);
    expect(await look(workOrder.id, MATERIALS)).toEqual({
      bomVersion: 'v3',
      materials: [
        { material: { id: 'PAINT' }, quantityPerPiece: '0.2', unit: 'l', operation: { sequence: 20 } },
        { material: { id: 'STEEL' }, quantityPerPiece: '1.5', unit: 'kg', operation: { sequence: 10 } },
      ],
      overproduction: { mode: 'BLOCK', percent: '0', quantity: null },
    });
    expect((await auditOf(workOrder.id)).at(-1)).toMatchObject({
      command: 'releaseWorkOrder',
      before: { status: 'PLANNED', policies: null },
      after: { status: 'RELEASED', policies: { predecessor: 'BLOCK' } },
    });
  });

  it('waits for an ERP that can be asked', async () => {
    const order = await anOrder(mes, plant, { upTo: 'PLANNED' });
    erpIsAway = true;
    const refused = await say('releaseWorkOrder', 'WorkOrderCommandInput', { id: order.id, version: 1 }).finally(
      () => (erpIsAway = false),
    );
    expect(refused).toMatchObject({ code: 'BOM_UNAVAILABLE' });
    expect(await sayTo(mes, 'release', order)).toMatchObject({ status: 'RELEASED' });
  });
});

describe('the end of an order', () => {
  const complete = async (made: string) => {
    const order = await anOrder(mes, plant);
    for (const { id } of order.operations) await report(id, made);
    return sayTo(mes, 'complete', order);
  };
  const close = (input: Input) => say('closeWorkOrder', 'WorkOrderCommandInput', input);
  const closeWithLoss = (input: Input) => say('closeWorkOrderWithLoss', 'CloseWithLossInput', input);

  it('is not a loss of what was not made, unless somebody says so', async () => {
    const { id, version } = await complete('7');
    expect(await look(id, 'remainingQuantity lossQuantity')).toEqual({ remainingQuantity: '3', lossQuantity: '0' });
    expect(await close({ id, version })).toMatchObject({ code: 'BOOKS_NOT_RECONCILED', limit: '10', actual: '7' });
    expect(await closeWithLoss({ id, version, lossQuantity: '4' })).toMatchObject({
      code: 'LOSS_OUT_OF_RANGE',
      limit: '3',
    });
    expect(await closeWithLoss({ id, version, lossQuantity: '3', note: 'furnace' })).toMatchObject({
      workOrder: { status: 'CLOSED' },
    });
    expect(await look(id, 'remainingQuantity lossQuantity closeNote')).toEqual({
      ...{ remainingQuantity: '0', lossQuantity: '3', closeNote: 'furnace' },
    });
    expect((await auditOf(id)).at(-1)).toMatchObject({ command: 'closeWorkOrderWithLoss', reason: 'furnace' });
    const reopened = await say('reopenWorkOrder', 'ReopenWorkOrderInput', { id, version: version + 1, reason: 'no' });
    expect(reopened).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });

  it('can be taken back while the books are open', async () => {
    const { id, version } = await complete('9');
    const reopen = (reason: string) => say('reopenWorkOrder', 'ReopenWorkOrderInput', { id, version, reason });
    expect(await reopen(' ')).toMatchObject({ code: 'REASON_REQUIRED' });
    const { workOrder } = await reopen('one more');
    expect(workOrder).toMatchObject({ status: 'IN_PROGRESS' });
    for (const operation of workOrder.operations) expect(await report(operation.id, '1')).not.toHaveProperty('code');
    const done = await sayTo(mes, 'complete', workOrder);
    expect(await close({ id, version: done.version })).toMatchObject({ workOrder: { status: 'CLOSED' } });
    expect((await eventsOf(id)).filter((name) => name.startsWith('WorkOrder')).slice(-4)).toEqual([
      ...['WorkOrderCompleted', 'WorkOrderReopened', 'WorkOrderCompleted', 'WorkOrderClosed'],
    ]);
  });
});

describe('due dates', () => {
  const LIST = `query($filter: WorkOrderFilter) { workOrders(first: 50, filter: $filter) {
    edges { node { number lateness { state days } } } } }`;
  const numbers = async (filter: Input) =>
    (
      await fieldOf<{ edges: { node: { number: string } }[] }>(mes, LIST, {
        filter: { salesOrderId: 'SO-LATE', ...filter },
      })
    ).edges.map(({ node }) => node.number);

  it('make orders late, by what is still open and the day of the plant', async () => {
    const sales = { salesOrderId: 'SO-LATE' };
    const { workOrder: old } = await create({ number: 'LATE', dueDate: '2020-01-01', priority: 1, ...sales });
    await create({ number: 'EARLY', dueDate: '2999-01-01', externalId: 'E-E', ...sales });
    await create({ number: 'SOMETIME', ...sales });
    expect(await look(old.id, 'lateness { state days }')).toMatchObject({ lateness: { state: 'LATE' } });
    expect(await numbers({})).toEqual(['SOMETIME', 'EARLY', 'LATE']);
    expect(await numbers({ late: true })).toEqual(['LATE']);
    expect(await numbers({ late: false })).toEqual(['SOMETIME', 'EARLY']);
    expect(await numbers({ dueBefore: '2999-01-01' })).toEqual(['LATE']);
    expect(await numbers({ dueBefore: '2999-01-02', priority: [1, 2] })).toEqual(['LATE']);
    expect(await numbers({ externalId: 'E-E' })).toEqual(['EARLY']);
    await say('cancelWorkOrder', 'CancelWorkOrderInput', { id: old.id, version: 1 });
    expect(await numbers({ late: true })).toEqual([]);
    expect(await look(old.id, 'lateness { state }')).toEqual({ lateness: null });
  });
});
