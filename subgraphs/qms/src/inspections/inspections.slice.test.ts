import { inChinese, operator, otherTenant, qualityEngineer } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Envelope } from '@enghub/event-contracts/envelope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedAgain, reportEvent } from '../events-for-tests.ts';
import { definition } from '../subgraph.ts';

let qms: TestSubgraph;
const published: Envelope[] = [];
beforeAll(async () => {
  qms = await testSubgraph(definition);
  await qms.transport.subscribe({
    queue: 'test.listener',
    routingKeys: ['qms.#'],
    handle: async (event) => void published.push(event),
    mailboxUrl: qms.relayUrl,
  });
  await plan({ factoryId: 'factory-sh-01', trigger: 'EVERY_REPORT' });
  await plan({ factoryId: 'factory-sh-01', operationName: 'Milling', trigger: 'EVERY_N_PIECES', everyPieces: '100' });
  await plan({ factoryId: 'factory-sz-01', trigger: 'EVERY_REPORT' }, otherTenant);
});
afterAll(() => qms.stop());

const plan = (input: object, claims = qualityEngineer) =>
  qms.ask(
    'mutation ($input: DefineInspectionPlanInput!) { defineInspectionPlan(input: $input) { __typename } }',
    { input },
    claims,
  );

type Inspection = { id: string; number: string; status: string; productionReportId: string; version: number };
type Connection = {
  edges: { cursor: string; node: Inspection }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

const ofOrders = async (
  ids: readonly string[],
  args = 'first: 50',
  claims = qualityEngineer,
): Promise<Connection[]> => {
  const { data, errors } = await qms.ask(
    `query ($orders: [_Any!]!) {
      _entities(representations: $orders) {
        ... on WorkOrder {
          inspections(${args}) {
            edges { cursor node { id number status productionReportId version } }
            pageInfo { hasNextPage endCursor }
          }
        }
      }
    }`,
    { orders: ids.map((id) => ({ __typename: 'WorkOrder', id })) },
    claims,
  );
  expect(errors).toBeUndefined();
  return (data?.['_entities'] as { inspections: Connection }[]).map((order) => order.inspections);
};

const ofOrder = async (id: string, claims = qualityEngineer): Promise<Inspection[]> => {
  const [connection] = await ofOrders([id], 'first: 200', claims);
  return connection!.edges.map(({ node }) => node);
};

/** Reports on an order and waits until QMS has heard all of them. */
async function report(...events: ReturnType<typeof reportEvent>[]): Promise<void> {
  // Events of one order are applied in their order: this last one shows that those before are done.
  const last = reportEvent({
    work_order_id: (events.at(-1)!.envelope.data as { work_order_id: string }).work_order_id,
  });
  await qms.transport.publish([...events, last]);
  const { report_id, work_order_id } = last.envelope.data as { report_id: string; work_order_id: string };
  await expect
    .poll(async () => (await ofOrder(work_order_id)).map((it) => it.productionReportId), { timeout: 20_000 })
    .toContain(report_id);
}

const numbersOf = async (workOrderId: string, sequence: number) =>
  (await ofOrder(workOrderId))
    .map(({ number }) => number)
    .filter((number) => number.startsWith(`4711-${sequence}-`))
    .sort();

describe('inspections by the plan', () => {
  it('are opened for each report', async () => {
    const work_order_id = newId();
    const operation_id = newId();
    const same = { work_order_id, operation_id, operation_sequence: 10 };
    await report(reportEvent(same), reportEvent(same));
    expect(await numbersOf(work_order_id, 10)).toEqual(['4711-10-1', '4711-10-2']);
  });

  it('are opened once, however often a report is delivered', async () => {
    const work_order_id = newId();
    const event = reportEvent({ work_order_id, operation_sequence: 10 });
    await report(event, event, publishedAgain(event));
    await qms.transport.publish([event]);
    await report(reportEvent({ work_order_id, operation_sequence: 30 }));
    expect(await numbersOf(work_order_id, 10)).toEqual(['4711-10-1']);
  });

  it('are opened when the pieces pass a multiple, and the total goes on from there', async () => {
    const same = { work_order_id: newId(), operation_id: newId(), operation_name: 'Milling', operation_sequence: 10 };
    const reports = ['60', '39.9999', '0.0001', '350', '49', '1'].map((good_qty) => reportEvent({ ...same, good_qty }));
    await report(...reports);
    // 60, 99.9999, 100, 450, 499, 500
    const dueTo = [reports[2]!, reports[3]!, reports[5]!].map(
      (event) => (event.envelope.data as { report_id: string }).report_id,
    );
    const opened = (await ofOrder(same.work_order_id)).filter(({ number }) => number.startsWith('4711-10-'));
    expect(opened.map(({ productionReportId }) => productionReportId).reverse()).toEqual(dueTo);
  });

  it('count every piece when many reports arrive at once', async () => {
    const operation_id = newId();
    const same = { operation_id, operation_name: 'Milling', operation_sequence: 10, good_qty: '10' };
    const events = Array.from({ length: 40 }, () => reportEvent(same));
    await qms.transport.publish(events);
    const orders = events.map((event) => (event.envelope.data as { work_order_id: string }).work_order_id);
    const opened = async () =>
      (await ofOrders(orders)).flatMap(({ edges }) => edges.map(({ node }) => node.number)).sort();
    await expect.poll(opened, { timeout: 20_000 }).toEqual(['4711-10-1', '4711-10-2', '4711-10-3', '4711-10-4']);
  });

  it('are not opened in a plant without a plan', async () => {
    const work_order_id = newId();
    const elsewhere = reportEvent({ work_order_id, operation_sequence: 10 }, { factoryId: 'factory-bj-01' });
    await report(elsewhere, reportEvent({ work_order_id }));
    expect(await numbersOf(work_order_id, 10)).toEqual([]);
  });

  it('tell the rest of the house', async () => {
    const event = reportEvent({ good_qty: '12.5' });
    await report(event);
    const { work_order_id, operation_id } = event.envelope.data as { work_order_id: string; operation_id: string };
    await expect
      .poll(() => published.filter(({ data }) => (data as { operation_id: string }).operation_id === operation_id))
      .toMatchObject([
        {
          event_type: 'InspectionCreated',
          tenant_id: 'tenant-001',
          factory_id: 'factory-sh-01',
          source_service: 'qms',
          trace_id: 'trace-test',
          data: { work_order_id, kind: 'IPQC', lot_quantity: '12.5' },
        },
      ]);
  });
});

describe('inspections of an order', () => {
  it('come latest first, page by page, for many orders at once', async () => {
    const orders = Array.from({ length: 25 }, () => newId());
    await report(...orders.flatMap((work_order_id) => [1, 2, 3].map(() => reportEvent({ work_order_id }))));
    await expect
      .poll(async () => (await ofOrders(orders)).every(({ edges }) => edges.length >= 3), { timeout: 20_000 })
      .toBe(true);

    const pages = await ofOrders(orders, 'first: 2');
    expect(pages).toHaveLength(25);
    for (const page of pages) {
      expect(page.edges).toHaveLength(2);
      expect(page.edges[0]!.node.id > page.edges[1]!.node.id).toBe(true);
      expect(page.pageInfo).toEqual({ hasNextPage: true, endCursor: page.edges[1]!.cursor });
    }
    const first = orders[0]!;
    const [next] = await ofOrders([first], `first: 2, after: "${pages[0]!.pageInfo.endCursor}"`);
    const all = await ofOrder(first);
    expect([...pages[0]!.edges, ...next!.edges].map(({ node }) => node.id)).toEqual(all.map(({ id }) => id));
    expect(next!.pageInfo.hasNextPage).toBe(false);
  });

  it('are none for an order that nobody inspected, or whose id is none', async () => {
    for (const page of await ofOrders([newId(), 'WO-1', '\u0000'])) expect(page.edges).toEqual([]);
  });

  it.each([
    ['a page of nothing', 'first: 0'],
    ['a page of everything', 'first: 201'],
    ['a cursor that we did not make', 'first: 5, after: "x"'],
    ['a cursor from another list', `first: 5, after: "${Buffer.from('["7"]').toString('base64url')}"`],
    [
      'a cursor from another age',
      `first: 5, after: "${Buffer.from('["ffffffff-ffff-7fff-bfff-ffffffffffff"]').toString('base64url')}"`,
    ],
  ])('are not given for %s', async (_case, args) => {
    const { errors } = await qms.ask(`{ inspections(${args}) { edges { cursor } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('recording an inspection', () => {
  const record = async (input: object, claims = qualityEngineer) => {
    const { data, errors } = await qms.ask(
      `mutation ($input: RecordInspectionInput!) {
        recordInspection(input: $input) {
          ... on RecordInspectionPayload {
            inspection { id status result sampleSize defectiveCount note inspectorId version completedAt }
          }
          ... on InspectionRefusal { code message }
        }
      }`,
      { input: { version: 1, result: 'PASS', sampleSize: 5, ...input } },
      claims,
    );
    expect(errors).toBeUndefined();
    return data?.['recordInspection'] as { inspection?: object; code?: string; message?: string };
  };

  async function openInspection(): Promise<Inspection> {
    const event = reportEvent();
    await report(event);
    const { work_order_id, report_id } = event.envelope.data as { work_order_id: string; report_id: string };
    return (await ofOrder(work_order_id)).find((it) => it.productionReportId === report_id)!;
  }

  it('ends it with what was found, and tells the rest of the house', async () => {
    const { id } = await openInspection();
    const answer = await record({ id, result: 'FAIL', defectiveCount: 2, note: '毛刺 burrs' });
    expect(answer.inspection).toMatchObject({
      id,
      status: 'COMPLETED',
      result: 'FAIL',
      sampleSize: 5,
      defectiveCount: 2,
      note: '毛刺 burrs',
      inspectorId: 'emp-201',
      version: 2,
    });
    await expect
      .poll(() => published.filter(({ data }) => (data as { inspection_id: string }).inspection_id === id))
      .toMatchObject([
        { event_type: 'InspectionCreated' },
        {
          event_type: 'InspectionCompleted',
          data: { result: 'FAILED', inspected_qty: '5', defect_qty: '2', by: 'emp-201' },
        },
      ]);
    const { data } = await qms.ask(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Inspection { id result workOrder { id } } } }`,
      {
        of: [
          { __typename: 'Inspection', id },
          { __typename: 'Inspection', id: newId() },
        ],
      },
    );
    expect(data).toMatchObject({ _entities: [{ id, result: 'FAIL' }, null] });
  });

  it('refuses a version that somebody else has moved, in the language of the user', async () => {
    const { id } = await openInspection();
    await record({ id });
    expect(await record({ id })).toEqual({
      code: 'STALE_VERSION',
      message: 'Someone else changed this inspection. Reload it and try again.',
    });
    expect(await record({ id }, inChinese(qualityEngineer))).toEqual({
      code: 'STALE_VERSION',
      message: '该检验单已被他人修改，请刷新后重试。',
    });
    expect(await record({ id, version: 2 })).toMatchObject({ code: 'ALREADY_COMPLETED' });
  });

  it('lets one of ten people win who record at once', async () => {
    const { id } = await openInspection();
    const answers = await Promise.all(Array.from({ length: 10 }, () => record({ id })));
    expect(answers.filter((answer) => answer.inspection)).toHaveLength(1);
    expect(answers.filter((answer) => answer.code === 'STALE_VERSION')).toHaveLength(9);
  });

  it('writes nothing when it is refused', async () => {
    const { id } = await openInspection();
    expect(await record({ id, result: 'FAIL' })).toMatchObject({ code: 'FAIL_NEEDS_DEFECTS' });
    const { data } = await qms.ask('query ($id: ID!) { inspection(id: $id) { status version note } }', { id });
    expect(data).toEqual({ inspection: { status: 'OPEN', version: 1, note: null } });
  });

  it.each([
    ['an id that nobody has', newId()],
    ['an id that is none', "1' OR true --"],
    ['an id from another age', 'ffffffff-ffff-7fff-bfff-ffffffffffff'],
    ['an id of another kind', '9b2f4c3e-7f0a-4b6d-9c3e-1f2a3b4c5d6e'],
  ])('does not find %s', async (_case, id) => {
    expect(await record({ id })).toMatchObject({ code: 'NOT_FOUND' });
    expect((await qms.ask('query ($id: ID!) { inspection(id: $id) { id } }', { id })).data).toEqual({
      inspection: null,
    });
  });
});

describe('inspections of others', () => {
  it('do not exist', async () => {
    const foreign = reportEvent({}, { tenantId: 'tenant-002', factoryId: 'factory-sz-01' });
    const { work_order_id } = foreign.envelope.data as { work_order_id: string };
    await qms.transport.publish([foreign]);
    await expect.poll(async () => (await ofOrder(work_order_id, otherTenant)).length, { timeout: 20_000 }).toBe(1);

    const [{ id }] = (await ofOrder(work_order_id, otherTenant)) as [Inspection];
    expect(await ofOrder(work_order_id)).toEqual([]);
    expect((await qms.ask('query ($id: ID!) { inspection(id: $id) { id } }', { id })).data).toEqual({
      inspection: null,
    });
    const { data } = await qms.ask(
      `mutation ($id: ID!) {
        recordInspection(input: { id: $id, version: 1, result: PASS, sampleSize: 1 }) { ... on InspectionRefusal { code } }
      }`,
      { id },
    );
    expect(data).toEqual({ recordInspection: { code: 'NOT_FOUND' } });
  });

  it('do not exist outside the plants of the user', async () => {
    await plan({ factoryId: 'factory-bj-01', operationName: 'Packing', trigger: 'EVERY_REPORT' });
    const elsewhere = reportEvent({ operation_name: 'Packing' }, { factoryId: 'factory-bj-01' });
    const { work_order_id } = elsewhere.envelope.data as { work_order_id: string };
    await qms.transport.publish([elsewhere]);
    await expect.poll(async () => (await ofOrder(work_order_id)).length, { timeout: 20_000 }).toBe(1);
    expect(await ofOrder(work_order_id, operator)).toEqual([]);

    const count = async (claims: typeof operator) => {
      const query = '{ inspections(first: 200, filter: { factoryId: "factory-bj-01" }) { edges { cursor } } }';
      return ((await qms.ask(query, {}, claims)).data?.['inspections'] as Connection).edges.length;
    };
    expect(await count(qualityEngineer)).toBe(1);
    expect(await count(operator)).toBe(0);
  });

  it('are listed by status and kind', async () => {
    const list = async (filter: string) => {
      const { data } = await qms.ask(
        `{ inspections(first: 200, filter: ${filter}) { edges { node { status type } } } }`,
      );
      return (data?.['inspections'] as { edges: { node: object }[] }).edges.map(({ node }) => node);
    };
    expect(new Set((await list('{ status: [COMPLETED] }')).map((node) => JSON.stringify(node)))).toEqual(
      new Set([JSON.stringify({ status: 'COMPLETED', type: 'IPQC' })]),
    );
    expect(await list('{ type: [IQC, FQC] }')).toEqual([]);
  });
});
