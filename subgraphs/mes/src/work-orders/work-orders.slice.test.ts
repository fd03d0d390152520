import { inChinese, operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  CREATE_ORDER,
  dataOf,
  DEFINE_FACTORY,
  DEFINE_ROUTING,
  erp,
  fieldOf,
  REPORT,
  sayTo,
  setUpPlant,
  stepOf,
  type OrderAnswer,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const factoryId = 'factory-sh-01';
type Created = { replayed: boolean; workOrder: OrderAnswer };
type Refused = { code: string; message: string };
type Input = Record<string, unknown>;

let erpIsAway = false;
let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  const graph: typeof erp = (...asked) => (erpIsAway ? Promise.reject(new Error('away')) : erp(...asked));
  mes = await testSubgraph(definition, { graph });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

let numbers = 0;
const create = <Answer = Created>(change: Input = {}, claims = productionManager) => {
  numbers += 1;
  const input = {
    requestId: `c-${numbers}`,
    factoryId,
    number: `C-${numbers}`,
    routingCode: 'R1',
    quantity: '10',
    ...change,
  };
  return fieldOf<Answer>(mes, CREATE_ORDER, { input }, claims);
};
const say = <Answer = { workOrder: OrderAnswer }>(verb: string, input: Input, claims = productionManager) => {
  const type = { hold: 'HoldWorkOrderInput', cancel: 'CancelWorkOrderInput', reopen: 'ReopenWorkOrderInput' }[verb];
  return fieldOf<Answer>(mes, stepOf(verb, type), { input }, claims);
};
const eventsOf = async (id: string) => {
  const rows = await mes.rows<{ name: string }>(
    `SELECT envelope->>'event_type' AS name FROM mes.outbox WHERE aggregate_id = $1 ORDER BY id`,
    [id],
  );
  return rows.map(({ name }) => name);
};

describe('creating an order', () => {
  it('plans it by the routing in force and with the BOM of the ERP', async () => {
    const { workOrder, replayed } = await create({ dueDate: '2026-04-01', unit: 'kg' });
    expect(replayed).toBe(false);
    const query = `query($id: ID!) { workOrder(id: $id) {
      status version unit dueDate quantity remainingQuantity goodQuantity product { id } factory { name }
      operations { sequence name goodLimit setupSeconds runSecondsPerPiece station { code } } } }`;
    expect(await fieldOf(mes, query, { id: workOrder.id })).toEqual({
      status: 'PLANNED',
      version: 1,
      unit: 'kg',
      dueDate: '2026-04-01',
      quantity: '10',
      remainingQuantity: '10',
      goodQuantity: '0',
      product: { id: 'PROD-A001' },
      factory: { name: 'Shanghai' },
      operations: [
        {
          sequence: 10,
          name: 'Turning',
          goodLimit: '10',
          setupSeconds: '600',
          runSecondsPerPiece: '90',
          station: { code: 'M1' },
        },
        {
          sequence: 20,
          name: 'Milling',
          goodLimit: '10',
          setupSeconds: null,
          runSecondsPerPiece: '45.5',
          station: { code: 'M2' },
        },
      ],
    });
    const [event] = await mes.rows(`SELECT envelope->'data' AS data FROM mes.outbox WHERE aggregate_id = $1`, [
      workOrder.id,
    ]);
    expect(event).toMatchObject({ data: { bom_version: 'v3', product_id: 'PROD-A001', created_by: 'emp-001' } });
  });

  it('happens once, however often it is sent, also while the ERP is away', async () => {
    const input = { requestId: 'again-and-again', number: 'ONCE' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(input)));
    expect(new Set(answers.map(({ workOrder }) => workOrder.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    erpIsAway = true;
    const later = await create(input).finally(() => (erpIsAway = false));
    expect(later).toMatchObject({ replayed: true, workOrder: { id: answers[0]!.workOrder.id } });
    expect(await eventsOf(later.workOrder.id)).toEqual(['WorkOrderCreated']);
    expect(await create<Refused>({ ...input, quantity: '11' })).toMatchObject({ code: 'REQUEST_ID_REUSED' });
    expect(await create<Refused>(input, operator)).toMatchObject({ code: 'REQUEST_ID_REUSED' });
  });

  it('gives a number to one of those who want it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => create<Created | Refused>({ number: 'POPULAR' })),
    );
    const refused = answers.filter((answer): answer is Refused => 'code' in answer);
    expect(refused.map(({ code }) => code)).toEqual(Array<string>(9).fill('NUMBER_TAKEN'));
  });

  it('may be tried again with the same request after a refusal', async () => {
    await create({ number: 'OCCUPIED' });
    const input = { requestId: 'second-try', number: 'OCCUPIED' };
    expect(await create<Refused>(input)).toMatchObject({ code: 'NUMBER_TAKEN' });
    await mes.rows(`UPDATE mes.work_orders SET number = 'FREED' WHERE number = 'OCCUPIED'`);
    expect(await create(input)).toMatchObject({ replayed: false });
  });

  it.each<[string, Input, string]>([
    ['of nothing', { quantity: '0' }, 'BAD_QUANTITY'],
    ['without a number', { number: '' }, 'BAD_NUMBER'],
    ['without a unit', { unit: '' }, 'BAD_UNIT'],
    ['without a request id', { requestId: ' ' }, 'BAD_REQUEST_ID'],
    ['by a routing that the plant lacks', { routingCode: 'R99' }, 'ROUTING_NOT_FOUND'],
    ['in a plant that does not exist', { factoryId: 'factory-xx' }, 'FACTORY_NOT_FOUND'],
    ['in a plant that nobody has set up', { factoryId: 'factory-bj-01' }, 'FACTORY_NOT_FOUND'],
  ])('is refused %s', async (_case, change, code) => {
    expect(await create<Refused>(change)).toMatchObject({ code });
  });

  it('needs a product that the ERP knows, and an ERP that answers', async () => {
    const routing = (code: string, productId: string) =>
      fieldOf(mes, DEFINE_ROUTING, {
        input: { factoryId, code, productId, operations: [{ sequence: 1, name: 'Saw' }] },
      });
    await routing('NO', 'NO-SUCH');
    await routing('AWAY', 'AWAY-1');
    expect(await create<Refused>({ routingCode: 'NO' })).toMatchObject({ code: 'PRODUCT_UNKNOWN' });
    const refused = await create<Refused>({ routingCode: 'AWAY' }, inChinese(productionManager));
    expect(refused).toEqual({ code: 'BOM_UNAVAILABLE', message: 'ERP 暂时无法提供物料清单，目前不能创建或下达工单。' });
  });
});

describe('the life of an order', () => {
  it('goes from release to closing, and each step is told once', async () => {
    const order = await anOrder(mes, plant);
    const held = await say('hold', { id: order.id, version: 3, cause: 'MACHINE_FAILURE', note: 'spindle' });
    expect(held.workOrder).toMatchObject({
      status: 'HELD',
      holdCause: 'MACHINE_FAILURE',
      holdNote: 'spindle',
      version: 4,
    });
    const resumed = await sayTo(mes, 'resume', held.workOrder);
    expect(resumed).toMatchObject({ status: 'IN_PROGRESS', holdCause: null, holdNote: null });
    const { id, version } = await sayTo(mes, 'complete', resumed);
    expect(await say<Refused>('close', { id, version })).toMatchObject({ code: 'BOOKS_NOT_RECONCILED' });
    const { workOrder: closed } = await fieldOf<{ workOrder: OrderAnswer }>(
      mes,
      `mutation($input: CloseWithLossInput!) { closeWorkOrderWithLoss(input: $input) {
        ... on WorkOrderPayload { workOrder { status version } } } }`,
      { input: { id, version, lossQuantity: '10', note: 'never made' } },
    );
    expect(closed).toMatchObject({ status: 'CLOSED', version: 7 });
    expect(await eventsOf(order.id)).toEqual([
      'WorkOrderCreated',
      'WorkOrderReleased',
      'WorkOrderStarted',
      'WorkOrderHeld',
      'WorkOrderResumed',
      'WorkOrderCompleted',
      'WorkOrderLossRecorded',
      'WorkOrderClosed',
    ]);
  });

  it('is moved by one of those who saw the same version', async () => {
    const { id, version } = await anOrder(mes, plant, { upTo: 'PLANNED' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => say<Refused | object>('release', { id, version })),
    );
    const codes = answers.map((answer) => ('code' in answer ? answer.code : 'DONE')).sort();
    expect(codes).toEqual(['DONE', ...Array<string>(49).fill('STALE_VERSION')]);
    expect(await say<Refused>('release', { id, version: 2 })).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });

  it('is not made stale by reports', async () => {
    const order = await anOrder(mes, plant);
    for (const { id } of order.operations) {
      await fieldOf(mes, REPORT, { input: { requestId: `no-move-${id}`, operationId: id, goodQuantity: '3' } });
    }
    const completed = await sayTo(mes, 'complete', order);
    expect(completed).toMatchObject({ status: 'COMPLETED' });
    const [event] = await mes.rows(
      `SELECT envelope->'data' AS data FROM mes.outbox WHERE aggregate_id = $1 AND envelope->>'event_type' = 'WorkOrderCompleted'`,
      [order.id],
    );
    expect(event).toMatchObject({ data: { good_qty: '3', scrap_qty: '0' } });
  });

  it('ends with a cancellation only while nothing was reported', async () => {
    const order = await anOrder(mes, plant);
    const input = { requestId: 'made', operationId: order.operations[0]!.id, goodQuantity: '1' };
    await fieldOf(mes, REPORT, { input });
    expect(await say<Refused>('cancel', { id: order.id, version: 3 })).toMatchObject({ code: 'HAS_REPORTS' });
    const other = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const cancelled = await say('cancel', { id: other.id, version: 2, reason: 'customer withdrew' });
    expect(cancelled.workOrder).toMatchObject({ status: 'CANCELLED' });
  });

  it('either takes reports or is cancelled when both happen at once', async () => {
    for (let round = 0; round < 5; round++) {
      const order = await anOrder(mes, plant);
      const input = { requestId: `race-${round}`, operationId: order.operations[0]!.id, goodQuantity: '1' };
      const [report, cancel] = await Promise.all([
        fieldOf<object>(mes, REPORT, { input }),
        say<object>('cancel', { id: order.id, version: 3 }),
      ]);
      expect(['code' in report, 'code' in cancel].sort()).toEqual([false, true]);
    }
  });

  it('is either started or cancelled when both are sent at once', async () => {
    const outcomes = [];
    for (let round = 0; round < 10; round++) {
      const { id, version } = await anOrder(mes, plant, { upTo: 'RELEASED' });
      const verbs = round % 2 ? ['start', 'cancel'] : ['cancel', 'start'];
      const answers = await Promise.all(verbs.map((verb) => say<Refused | object>(verb, { id, version })));
      const done = verbs.filter((_verb, at) => !('code' in answers[at]!));
      expect(answers.find((answer) => 'code' in answer)).toMatchObject({ code: 'STALE_VERSION' });
      expect(done).toHaveLength(1);
      const [row] = await mes.rows<{ status: string }>('SELECT status FROM mes.work_orders WHERE id = $1', [id]);
      outcomes.push([done[0], row!.status]);
    }
    for (const [verb, status] of outcomes) expect(status).toBe(verb === 'start' ? 'IN_PROGRESS' : 'CANCELLED');
  });

  it('fixes at release how much the plant then allows', async () => {
    const order = await anOrder(mes, plant, { upTo: 'PLANNED' });
    const settings = { id: factoryId, name: 'Shanghai', timeZone: 'Asia/Shanghai' };
    await fieldOf(mes, DEFINE_FACTORY, { input: { ...settings, overproductionPercent: '15' } });
    const released = await sayTo(mes, 'release', order);
    await fieldOf(mes, DEFINE_FACTORY, { input: { ...settings, overproductionPercent: '0' } });
    const started = await sayTo(mes, 'start', released);
    expect(started.operations.map(({ goodLimit }) => goodLimit)).toEqual(['11.5', '11.5']);
  });

  it('takes no note that is too long', async () => {
    const { id, version } = await anOrder(mes, plant);
    const input = { id, version, cause: 'OTHER', note: 'x'.repeat(1_001) };
    const { errors } = await mes.ask(stepOf('hold', 'HoldWorkOrderInput'), { input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('orders of others', () => {
  it('look like orders that do not exist: in queries, commands and references', async () => {
    const order = await anOrder(mes, plant);
    const operationId = order.operations[0]!.id;
    const query = `query($id: ID!, $ids: [_Any!]!) {
      workOrder(id: $id) { number } workOrders { edges { node { number } } } _entities(representations: $ids) { __typename } }`;
    const ids = [
      { __typename: 'WorkOrder', id: order.id },
      { __typename: 'WorkOrderOperation', id: operationId },
    ];
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    const nothing = { workOrder: null, workOrders: { edges: [] }, _entities: [null, null] };
    for (const claims of [otherTenant, elsewhere, { ...productionManager, factoryIds: [] }]) {
      expect(await dataOf(mes, query, { id: order.id, ids }, claims)).toEqual(nothing);
      for (const verb of ['release', 'start', 'resume', 'complete', 'close', 'cancel']) {
        expect(await say<Refused>(verb, { id: order.id, version: 3 }, claims)).toMatchObject({ code: 'NOT_FOUND' });
      }
      const hold = { id: order.id, version: 3, cause: 'OTHER' };
      expect(await say<Refused>('hold', hold, claims)).toMatchObject({ code: 'NOT_FOUND' });
      expect(await create<Refused>({}, claims)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
    }
    expect(await say<Refused>('release', { id: 'no id', version: 1 })).toMatchObject({ code: 'NOT_FOUND' });
  });
});
