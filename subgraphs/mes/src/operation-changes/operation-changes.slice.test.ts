import { inChinese, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, bomLine, erpWith, fieldOf, REPORT, sayTo, setUpPlant } from '../plant-for-tests.ts';
import type { Plant, Refused } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

type Input = Record<string, unknown>;
type Operation = {
  id: string;
  sequence: number;
  name: string;
  status: string;
  goodLimit: string;
  carriedQuantity: string;
};
type Order = { id: string; version: number; status: string; goodQuantity: string; operations: Operation[] };
type Answer = Refused & { replayed: boolean; operation: Operation; workOrder: Order };

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erpWith({ 'PROD-A001': [bomLine('STEEL')] }) });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

const OPERATION = 'id sequence name status goodLimit carriedQuantity after { sequence }';
const change = (command: string, type: string, input: Input, claims = productionManager) =>
  fieldOf<Answer>(
    mes,
    `mutation($input: ${type}!) { ${command}(input: $input) {
      ... on OperationChangePayload { replayed operation { ${OPERATION} } workOrder { id version status goodQuantity
        operations { ${OPERATION} } operationChanges { version kind reason changedBy operation { sequence } } } }
      ... on OperationChangeRefusal { code message } } }`,
    { input: { reason: 'crack found', ...input } },
    claims,
  );
const add = (input: Input, claims = productionManager) => change('addOperation', 'AddOperationInput', input, claims);
const repeat = (input: Input, claims = productionManager) =>
  change('repeatOperation', 'RepeatOperationInput', input, claims);
const skip = (input: Input, claims = productionManager) => change('skipOperation', 'SkipOperationInput', input, claims);
let count = 0;
const report = (operationId: string, goodQuantity: string) => {
  count += 1;
  return fieldOf<Refused>(mes, REPORT, { input: { requestId: `or-${count}`, operationId, goodQuantity } });
};

describe('adding an operation to a running order', () => {
  it('asks for every piece that has not gone on, once, however often it is sent', async () => {
    const order = await anOrder(mes, plant);
    const [turning, milling] = order.operations;
    await report(turning!.id, '8');
    await report(milling!.id, '6');
    const about = { id: order.id, version: 3, afterOperationId: turning!.id };
    const input = { requestId: 'add-1', ...about, name: 'Inspect', stationCode: 'M2', requiredSkills: ['gauge'] };
    const answers = await Promise.all([add(input), add(input)]);
    expect(answers.map(({ replayed }) => replayed).sort()).toEqual([false, true]);
    const { workOrder, operation } = answers[0]!;
    expect(operation).toMatchObject({ sequence: 15, goodLimit: '4', carriedQuantity: '6', status: 'PENDING' });
    expect(workOrder).toMatchObject({
      version: 4,
      operations: [{ carriedQuantity: '-6' }, { after: [{ sequence: 10 }] }, { after: [{ sequence: 15 }] }],
      operationChanges: [
        { version: 4, kind: 'ADDED', reason: 'crack found', changedBy: 'emp-001', operation: { sequence: 15 } },
      ],
    });
    expect(await report(milling!.id, '1')).toMatchObject({ code: 'MORE_THAN_PREDECESSOR' });
    expect(await report(operation.id, '2')).not.toHaveProperty('code');
    expect(await report(operation.id, '1')).toMatchObject({ code: 'MORE_THAN_PREDECESSOR' });
    expect(await report(milling!.id, '2')).not.toHaveProperty('code');
    const trail = await mes.rows(`SELECT reason FROM mes.audit_entries WHERE entity_id = $1`, [operation.id]);
    expect(trail).toEqual([{ reason: 'crack found' }]);
    const told = await mes.rows(
      `SELECT envelope->'data'->>'change' AS change FROM mes.outbox
        WHERE aggregate_id = $1 AND envelope->>'event_type' = 'WorkOrderOperationsChanged'`,
      [order.id],
    );
    expect(told).toEqual([{ change: 'ADDED' }]);
  });

  it.each<[string, Input, string]>([
    ['without a reason', { reason: ' ' }, 'REASON_REQUIRED'],
    ['without a request id', { requestId: '' }, 'BAD_REQUEST_ID'],
    ['for another version', { version: 2 }, 'STALE_VERSION'],
    ['of an order that does not exist', { id: 'none' }, 'NOT_FOUND'],
    ['behind an operation of another order', { afterOperationId: 'none' }, 'OPERATION_NOT_FOUND'],
    ['at a station that the plant lacks', { stationCode: 'M9' }, 'STATION_NOT_FOUND'],
    ['without a name', { name: '\u0000' }, 'BAD_NAME'],
    ['in less than no time', { setupSeconds: '-1' }, 'NEGATIVE_TIME'],
  ])('is refused %s', async (_case, wrong, code) => {
    const order = await anOrder(mes, plant);
    const about = { id: order.id, version: 3, afterOperationId: order.operations[0]!.id };
    const input = { requestId: `bad-${code}`, ...about, name: 'Inspect', ...wrong };
    expect(await add(input)).toMatchObject({ code });
    expect(await add({ ...input, ...wrong }, otherTenant)).toHaveProperty('code');
  });

  it('is for released orders, as the refusal says in both languages', async () => {
    const order = await anOrder(mes, plant, { upTo: 'PLANNED' });
    const about = { id: order.id, version: 1, afterOperationId: order.operations[0]!.id };
    const refused = await add({ requestId: 'early', ...about, name: 'Inspect' }, inChinese(productionManager));
    expect(refused).toEqual({ code: 'ORDER_NOT_RUNNING', message: '仅在工单下达后、完工前可以更改工序。' });
  });
});

describe('repeating an operation', () => {
  it('does it once more at the end, and its good pieces become the order’s', async () => {
    const order = await anOrder(mes, plant);
    const [turning, milling] = order.operations;
    for (const { id } of order.operations) await report(id, '5');
    const about = { id: order.id, version: 3, operationId: turning!.id };
    const { workOrder, operation } = await repeat({ requestId: 'rep-1', ...about, afterOperationId: milling!.id });
    expect(workOrder).toMatchObject({ goodQuantity: '0', operations: [{}, {}, { name: 'Turning', sequence: 30 }] });
    await report(operation.id, '3');
    const query = `query($id: ID!) { workOrder(id: $id) { goodQuantity } }`;
    expect(await fieldOf(mes, query, { id: order.id })).toEqual({ goodQuantity: '3' });
  });
});

describe('skipping an operation', () => {
  it('goes on with what was made before it', async () => {
    const order = await anOrder(mes, plant);
    const [turning, milling] = order.operations;
    await report(turning!.id, '4');
    const { workOrder, operation } = await skip({ operationId: milling!.id, version: 3 });
    expect(operation.status).toBe('SKIPPED');
    expect(workOrder).toMatchObject({ version: 4, goodQuantity: '4' });
    expect(await report(milling!.id, '1')).toMatchObject({ code: 'OPERATION_SKIPPED' });
    await report(turning!.id, '6');
    const done = await sayTo(mes, 'complete', workOrder);
    expect(await sayTo(mes, 'close', done)).toMatchObject({ status: 'CLOSED' });
  });

  it('moves materials that nobody asked for to the operation that is now the first', async () => {
    const order = await anOrder(mes, plant);
    const [turning, milling] = order.operations;
    await skip({ operationId: turning!.id, version: 3 });
    const rows = await mes.rows(
      `SELECT operation_id::text, material_id FROM mes.work_order_materials WHERE work_order_id = $1`,
      [order.id],
    );
    expect(rows).toEqual([{ operation_id: milling!.id, material_id: 'STEEL' }]);
    expect(await skip({ operationId: milling!.id, version: 4 })).toMatchObject({ code: 'ONLY_OPERATION' });
  });

  it('is refused once somebody has begun', async () => {
    const order = await anOrder(mes, plant);
    const [turning] = order.operations;
    await report(turning!.id, '1');
    expect(await skip({ operationId: turning!.id, version: 3 })).toMatchObject({ code: 'OPERATION_BEGUN' });
    expect(await skip({ operationId: turning!.id, version: 3 }, otherTenant)).toMatchObject({
      code: 'OPERATION_NOT_FOUND',
    });
  });
});
