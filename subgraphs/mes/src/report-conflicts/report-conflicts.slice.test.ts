import { otherTenant } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, sayTo, setUpPlant, type OrderAnswer, type Plant } from '../plant-for-tests.ts';
import { reporter } from '../production-reporting/reports-for-tests.ts';
import { definition } from '../subgraph.ts';

let now = new Date('2026-03-10T04:00:00Z');

let mes: TestSubgraph;
let plant: Plant;
let floor: ReturnType<typeof reporter>;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
  floor = reporter(mes);
});
afterAll(() => mes.stop());

const eventually = <T>(ask: () => Promise<T>) => expect.poll(ask, { timeout: 20_000, interval: 50 });

type Conflict = { kind: string; outcome: string; limit: string | null; actual: string | null };
type Page = { edges: { node: Conflict }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };

const NODES = `edges { node { kind outcome limit actual requestId userId report { id } operation { sequence } } }
  pageInfo { hasNextPage endCursor }`;

async function conflictsOf({ id }: OrderAnswer): Promise<string[]> {
  const { conflicts } = await fieldOf<{ conflicts: Page }>(
    mes,
    `query($id: ID!) { workOrder(id: $id) { conflicts { ${NODES} } } }`,
    { id },
  );
  return conflicts.edges
    .map(({ node }) => `${node.kind} ${node.outcome} ${node.actual ?? '-'}/${node.limit ?? '-'}`)
    .reverse();
}

const listed = (variables: object) =>
  fieldOf<Page | null>(
    mes,
    `query($factoryId: ID!, $first: Int! = 50, $after: String, $filter: ReportConflictFilter) {
      reportConflicts(factoryId: $factoryId, first: $first, after: $after, filter: $filter) { ${NODES} } }`,
    { factoryId: plant.factoryId, ...variables },
  );

describe('what reports run into', () => {
  it('is kept with what was allowed and what it would have been, refused or not', async () => {
    const order = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const [first, second] = order.operations.map(({ id }) => id);
    const say = async (input: object) => {
      await floor.report(input as Record<string, unknown>);
      now = new Date(now.getTime() + 1);
    };
    await say({ operationId: first, goodQuantity: '1' });
    await sayTo(mes, 'start', order);
    await say({ operationId: first, goodQuantity: '11' });
    await say({ operationId: second, goodQuantity: '1' });
    await say({ operationId: first, goodQuantity: '1', requestId: 'twice' });
    await say({ operationId: first, goodQuantity: '2', requestId: 'twice' });
    await say({ operationId: first, goodQuantity: '-2' });
    await say({
      operationId: first,
      goodQuantity: '5',
      startedAt: '2026-03-10T01:00:00Z',
      endedAt: '2026-03-10T01:01:00Z',
    });
    await eventually(() => conflictsOf(order)).toEqual([
      'ORDER_STATE REFUSED -/-',
      'OVER_LIMIT REFUSED 11/10',
      'MORE_THAN_PREDECESSOR REFUSED 1/0',
      'DUPLICATE_REQUEST REFUSED -/-',
      'OVER_CAPACITY WARNED 5/0.7333',
    ]);
  });

  it('is listed for a plant, by kind, order and time, page by page', async () => {
    const order = await anOrder(mes, plant);
    const operationId = order.operations[0]!.id;
    const since = now;
    for (let at = 0; at < 3; at++) {
      await floor.report({ operationId, goodQuantity: '11' });
      now = new Date(now.getTime() + 1);
    }
    await eventually(async () => (await conflictsOf(order)).length).toBe(3);
    const filter = { kind: ['OVER_LIMIT'], workOrderId: order.id, since: since.toISOString() };
    const page = await listed({ first: 2, filter });
    expect(page!.edges).toHaveLength(2);
    const rest = await listed({ first: 2, filter, after: page!.pageInfo.endCursor });
    expect(rest).toMatchObject({ edges: [{ node: { kind: 'OVER_LIMIT' } }], pageInfo: { hasNextPage: false } });
    expect((await listed({ filter: { ...filter, kind: ['STALE_VERSION'] } }))!.edges).toEqual([]);
    expect((await listed({ filter: { workOrderId: 'x' } }))!.edges).toEqual([]);
    expect(await listed({ factoryId: 'factory-sz-01' })).toBeNull();
    expect(
      await fieldOf(
        mes,
        `query($id: ID!) { workOrder(id: $id) { conflicts { ${NODES} } } }`,
        { id: order.id },
        otherTenant,
      ),
    ).toBeNull();
  });

  it('is kept of commands that somebody else came before, once for each', async () => {
    const order = await anOrder(mes, plant);
    const { id, operations } = order;
    const operationId = operations[0]!.id;
    const late = { id, version: 1 };
    const commands: [string, string, object][] = [
      ['holdWorkOrder', 'HoldWorkOrderInput', { ...late, cause: 'OPERATIONAL' }],
      ['releaseWorkOrder', 'WorkOrderCommandInput', late],
      ['deleteWorkOrder', 'WorkOrderCommandInput', late],
      ['createBackOrder', 'CreateBackOrderInput', { ...late, requestId: 'late-1' }],
      ['finishOperation', 'FinishOperationInput', { operationId, version: 7, requestId: 'late-2' }],
      ['reopenOperation', 'ReopenOperationInput', { operationId, version: 7, reason: 'one more' }],
      ['assignOperation', 'AssignOperationInput', { operationId, version: 7 }],
      ['skipOperation', 'SkipOperationInput', { operationId, version: 1, reason: 'not needed' }],
      [
        'repeatOperation',
        'RepeatOperationInput',
        { ...late, operationId: 'nobody', requestId: 'late-3', reason: 'once more' },
      ],
    ];
    for (const [command, type, input] of commands) {
      const query = `mutation($input: ${type}!) { ${command}(input: $input) { __typename ... on Refusal { message } } }`;
      expect(await fieldOf(mes, query, { input }), command).toMatchObject({
        message: expect.stringContaining('else') as string,
      });
    }
    const kept = () =>
      mes.rows<{ kind: string; operation: string | null; request: string | null }>(
        `SELECT kind, operation_id AS operation, request_id AS request FROM mes.report_conflicts
          WHERE work_order_id = $1 AND outcome = 'REFUSED' AND factory_id = $2`,
        [id, plant.factoryId],
      );
    await eventually(async () => (await kept()).length).toBe(commands.length);
    const rows = await kept();
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(['STALE_VERSION']));
    expect(rows.filter(({ operation }) => operation === operationId)).toHaveLength(4);
    expect(rows.flatMap(({ request }) => request ?? []).sort()).toEqual(['late-1', 'late-2', 'late-3']);
  });

  it('in a storm of refusals is written in few statements, and no answer waits for it', async () => {
    const order = await anOrder(mes, plant);
    const operationId = order.operations[0]!.id;
    await Promise.all(Array.from({ length: 300 }, () => floor.report({ operationId, goodQuantity: '11' })));
    const count = async () => {
      const rows = await mes.rows(`SELECT id FROM mes.report_conflicts WHERE work_order_id = $1`, [order.id]);
      return rows.length;
    };
    await eventually(count).toBe(300);
  });
});
