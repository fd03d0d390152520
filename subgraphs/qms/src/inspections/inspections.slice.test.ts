import { newId } from '@enghub/subgraph-kit/ids';
import { operator, otherTenant, qualityEngineer } from '@enghub/testkit/claims';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedAgain, reportEvent } from '../events-for-tests.ts';
import { idsOf, startFloor, type Connection, type Inspection } from './floor-for-tests.ts';

let floor: Awaited<ReturnType<typeof startFloor>>;
beforeAll(async () => {
  floor = await startFloor();
});
afterAll(() => floor.stop());

const numbersOf = async (workOrderId: string, sequence: number) =>
  (await floor.ofOrder(workOrderId))
    .map(({ number }) => number)
    .filter((number) => number.startsWith(`4711-${sequence}-`))
    .sort();

describe('inspections by the plan', () => {
  it('are opened for each report', async () => {
    const work_order_id = newId();
    const operation_id = newId();
    const same = { work_order_id, operation_id, operation_sequence: 10 };
    await floor.report(reportEvent(same), reportEvent(same));
    expect(await numbersOf(work_order_id, 10)).toEqual(['4711-10-1', '4711-10-2']);
  });

  it('are opened once, however often a report is delivered', async () => {
    const work_order_id = newId();
    const event = reportEvent({ work_order_id, operation_sequence: 10 });
    await floor.report(event, event, publishedAgain(event));
    await floor.transport.publish([event]);
    await floor.report(reportEvent({ work_order_id, operation_sequence: 30 }));
    expect(await numbersOf(work_order_id, 10)).toEqual(['4711-10-1']);
  });

  it('are opened when the pieces pass a multiple, and the total goes on from there', async () => {
    const same = { work_order_id: newId(), operation_id: newId(), operation_name: 'Milling', operation_sequence: 10 };
    const reports = ['60', '39.9999', '0.0001', '350', '49', '1'].map((good_qty) => reportEvent({ ...same, good_qty }));
    await floor.report(...reports);
    // 60, 99.9999, 100, 450, 499, 500
    const dueTo = [reports[2]!, reports[3]!, reports[5]!].map((event) => idsOf(event).report_id);
    const opened = (await floor.ofOrder(same.work_order_id)).filter(({ number }) => number.startsWith('4711-10-'));
    expect(opened.map(({ productionReportId }) => productionReportId).reverse()).toEqual(dueTo);
  });

  it('count every piece when many reports arrive at once', async () => {
    const operation_id = newId();
    const same = { operation_id, operation_name: 'Milling', operation_sequence: 10, good_qty: '10' };
    const events = Array.from({ length: 30 }, () => reportEvent(same));
    await floor.transport.publish(events);
    const orders = events.map((event) => idsOf(event).work_order_id);
    const opened = async () =>
      (await floor.ofOrders(orders)).flatMap(({ edges }) => edges.map(({ node }) => node.number)).sort();
    await expect.poll(opened, { timeout: 40_000, interval: 100 }).toEqual(['4711-10-1', '4711-10-2', '4711-10-3']);
    expect(floor.transport.counts()).toMatchObject({ retried: 0, deadLettered: 0 });
  });

  it('are not opened in a plant without a plan', async () => {
    const work_order_id = newId();
    const elsewhere = reportEvent({ work_order_id, operation_sequence: 10 }, { factoryId: 'factory-bj-01' });
    await floor.report(elsewhere, reportEvent({ work_order_id }));
    expect(await numbersOf(work_order_id, 10)).toEqual([]);
  });

  it('tell the rest of the house', async () => {
    const event = reportEvent({ good_qty: '12.5' });
    await floor.report(event);
    const { work_order_id, operation_id } = idsOf(event);
    await expect
      .poll(() =>
        floor.published.filter(({ data }) => (data as { operation_id: string }).operation_id === operation_id),
      )
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
    await floor.report(...orders.flatMap((work_order_id) => [1, 2, 3].map(() => reportEvent({ work_order_id }))));
    await expect
      .poll(async () => (await floor.ofOrders(orders)).every(({ edges }) => edges.length >= 3), {
        timeout: 40_000,
        interval: 100,
      })
      .toBe(true);

    const pages = await floor.ofOrders(orders, 'first: 2');
    expect(pages).toHaveLength(25);
    for (const page of pages) {
      expect(page.edges).toHaveLength(2);
      expect(page.edges[0]!.node.id > page.edges[1]!.node.id).toBe(true);
      expect(page.pageInfo).toEqual({ hasNextPage: true, endCursor: page.edges[1]!.cursor });
    }
    const first = orders[0]!;
    const [next] = await floor.ofOrders([first], `first: 2, after: "${pages[0]!.pageInfo.endCursor}"`);
    const all = await floor.ofOrder(first);
    expect([...pages[0]!.edges, ...next!.edges].map(({ node }) => node.id)).toEqual(all.map(({ id }) => id));
    expect(next!.pageInfo.hasNextPage).toBe(false);
  });

  it('are none for an order that nobody inspected, or whose id is none', async () => {
    for (const page of await floor.ofOrders([newId(), 'WO-1', '\u0000'])) expect(page.edges).toEqual([]);
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
    const { errors } = await floor.ask(`{ inspections(${args}) { edges { cursor } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('inspections of others', () => {
  it('do not exist', async () => {
    const foreign = reportEvent({}, { tenantId: 'tenant-002', factoryId: 'factory-sz-01' });
    const { work_order_id } = idsOf(foreign);
    await floor.transport.publish([foreign]);
    await expect
      .poll(async () => (await floor.ofOrder(work_order_id, otherTenant)).length, { timeout: 40_000, interval: 100 })
      .toBe(1);

    const [{ id }] = (await floor.ofOrder(work_order_id, otherTenant)) as [Inspection];
    expect(await floor.ofOrder(work_order_id)).toEqual([]);
    expect((await floor.ask('query ($id: ID!) { inspection(id: $id) { id } }', { id })).data).toEqual({
      inspection: null,
    });
    const { data } = await floor.ask(
      `mutation ($id: ID!) {
        recordInspection(input: { id: $id, version: 1, result: PASS, sampleSize: 1 }) { ... on InspectionRefusal { code } }
      }`,
      { id },
    );
    expect(data).toEqual({ recordInspection: { code: 'NOT_FOUND' } });
  });

  it('do not exist outside the plants of the user', async () => {
    await floor.plan({ factoryId: 'factory-bj-01', operationName: 'Packing', trigger: 'EVERY_REPORT' });
    const elsewhere = reportEvent({ operation_name: 'Packing' }, { factoryId: 'factory-bj-01' });
    const { work_order_id } = idsOf(elsewhere);
    await floor.transport.publish([elsewhere]);
    await expect
      .poll(async () => (await floor.ofOrder(work_order_id)).length, { timeout: 40_000, interval: 100 })
      .toBe(1);
    expect(await floor.ofOrder(work_order_id, operator)).toEqual([]);

    const count = async (claims: typeof operator) => {
      const query = '{ inspections(first: 200, filter: { factoryId: "factory-bj-01" }) { edges { cursor } } }';
      return ((await floor.ask(query, {}, claims)).data?.['inspections'] as Connection).edges.length;
    };
    expect(await count(qualityEngineer)).toBe(1);
    expect(await count(operator)).toBe(0);
  });

  it('are listed by status and kind', async () => {
    const list = async (filter: string) => {
      const { data } = await floor.ask(
        `{ inspections(first: 200, filter: ${filter}) { edges { node { status type } } } }`,
      );
      return (data?.['inspections'] as { edges: { node: object }[] }).edges.map(({ node }) => node);
    };
    const open = await list('{ status: [OPEN], type: [IPQC, IQC] }');
    expect(open.length).toBeGreaterThan(0);
    expect(new Set(open.map((node) => JSON.stringify(node)))).toEqual(new Set(['{"status":"OPEN","type":"IPQC"}']));
    expect(await list('{ status: [COMPLETED] }')).toEqual([]);
    expect(await list('{ type: [IQC, FQC] }')).toEqual([]);
  });
});
