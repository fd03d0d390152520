import { workOrderReleased } from '@enghub/event-contracts/mes/work-order-released.v1';
import { newEvent } from '@enghub/messaging/outbox';
import { newId } from '@enghub/subgraph-kit/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emp001, gateway, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge({ keepsInSync: true });
  // The first of a tenant's people who comes makes the bridge watch the ERP for it.
  await bridge.ask('{ userPermissions(userId: "emp-001") { tenantId } }', {}, gateway);
});
afterAll(() => bridge.stop());
beforeEach(() => bridge.luaguage.feel('WELL'));

const within = { timeout: 20_000, interval: 100 };
const posted = () => bridge.luaguage.simulator.books.sales.posted();

/** As mes would: the order stands there, and the event tells that something happened to it. */
async function released(goodQuantity: string, id = newId(), number = `WO-${id.slice(-6)}`): Promise<string> {
  bridge.workOrders.set(id, {
    ...{ number, status: 'IN_PROGRESS', goodQuantity, salesOrderId: 'SO-2026-0001', salesOrderLine: '10' },
    product: { id: 'PROD-A001' },
  });
  const at = bridge.now();
  const data = {
    ...{ work_order_id: id, number, product_id: 'PROD-A001', quantity: '50', at: at.toISOString(), by: 'emp-001' },
  };
  await bridge.transport.publish([
    newEvent(workOrderReleased, data, {
      ...{ aggregateId: id, eventId: newId(), tenantId: 'tenant-001', factoryId: 'factory-sh-01', at },
      ...{ sourceService: 'mes', traceId: 'test' },
    }),
  ]);
  return id;
}

const FEEDBACK = `query ($id: ID!) { _entities(representations: [{ __typename: "WorkOrder", id: $id }]) {
  ... on WorkOrder { erpFeedback { confirmedQuantity postedQuantity sync { state lastAt lastError attempts } } } } }`;
async function feedback(id: string) {
  const { data } = await bridge.ask(FEEDBACK, { id });
  const [order] = data?._entities as { erpFeedback: { sync: { attempts: number }; postedQuantity: string } | null }[];
  return order?.erpFeedback ?? null;
}
const DIFFERENCES =
  '{ quantityDifferences { edges { node { workOrder { id } confirmedQuantity postedQuantity sync { state } } } } }';
const RETRY = `mutation ($input: RetrySyncInput!) { retrySync(input: $input) {
  __typename ... on RetrySyncPayload { replayed sync { state attempts lastError } } ... on SyncRefusal { code message } } }`;
const retry = async (input: object) =>
  (await bridge.ask(RETRY, { input: { requestId: newId(), ...input } })).data?.retrySync;

describe('what the ERP is told of work orders', () => {
  it('is where they stand now, confirmed by the ERP', async () => {
    const id = await released('12.5');
    await expect
      .poll(() => feedback(id), within)
      .toEqual({
        confirmedQuantity: '12.5',
        postedQuantity: '12.5',
        sync: { state: 'SYNCED', lastAt: expect.any(String), lastError: null, attempts: 0 },
      });
    expect(posted().find((it) => it.work_order_id === id)).toMatchObject({
      ...{ status: 'IN_PROGRESS', confirmed_qty: '12.5', sales_order_id: 'SO-2026-0001', revision: 1 },
    });
  });

  it('is not lost while the ERP is down, shows as a difference, and arrives afterwards', async () => {
    bridge.luaguage.feel('FAILS', 'order-status');
    const id = await released('7');
    await expect
      .poll(() => feedback(id), within)
      .toMatchObject({
        confirmedQuantity: '7',
        postedQuantity: null,
        sync: { state: 'PENDING', attempts: 1, lastError: expect.stringContaining('503') },
      });
    const { data } = await bridge.ask(DIFFERENCES);
    expect(data?.quantityDifferences).toMatchObject({
      edges: [
        { node: { workOrder: { id }, confirmedQuantity: '7', postedQuantity: null, sync: { state: 'PENDING' } } },
      ],
    });
    await released('9', id);
    bridge.luaguage.feel('WELL');
    bridge.passMinutes(1);
    await expect.poll(() => feedback(id), within).toMatchObject({ postedQuantity: '9', sync: { state: 'SYNCED' } });
    expect((await bridge.ask(DIFFERENCES)).data?.quantityDifferences).toEqual({ edges: [] });
  });

  it('is tried again at once when somebody says so, and only once for each request', async () => {
    bridge.luaguage.feel('FAILS', 'order-status');
    const id = await released('3');
    await expect.poll(async () => (await feedback(id))?.sync.attempts, within).toBe(1);
    bridge.luaguage.feel('WELL');
    const input = { requestId: newId(), kind: 'ORDER_STATUS', externalId: id };
    expect(await retry(input)).toMatchObject({ __typename: 'RetrySyncPayload', replayed: false });
    await expect.poll(() => feedback(id), within).toMatchObject({ postedQuantity: '3', sync: { state: 'SYNCED' } });
    expect(await retry(input)).toMatchObject({ replayed: true, sync: { state: 'SYNCED' } });
    expect(await retry({ ...input, externalId: 'SO-1' })).toMatchObject({ code: 'REQUEST_ID_REUSED' });
  });
});

describe('sales orders', () => {
  const SALES_ORDER = `query ($id: ID!) { salesOrder(id: $id) {
    customer status lines { line quantity product { id } } sync { state attempts lastError } } }`;
  const salesOrder = async (id: string) => (await bridge.ask(SALES_ORDER, { id })).data?.salesOrder;

  it('are pulled from the ERP by themselves, also after they change', async () => {
    await expect
      .poll(() => salesOrder('SO-2026-0001'), within)
      .toMatchObject({
        customer: 'Haihe Pumps',
        lines: [{ line: '10', quantity: '200', product: { id: 'PROD-A001' } }, { line: '20' }],
        sync: { state: 'SYNCED', attempts: 0 },
      });
    expect(await salesOrder('SO-2026-0701')).toBeNull();
    const { books } = bridge.luaguage.simulator;
    books.advanceClock(1_000);
    books.putSalesOrder({ ...books.sales.find('tenant-001', 'SO-2026-0001')!, status: 'CANCELLED' });
    bridge.passMinutes(2);
    await expect.poll(() => salesOrder('SO-2026-0001'), within).toMatchObject({ status: 'CANCELLED' });
    const { data } = await bridge.ask(
      '{ importLog(filter: { externalId: "SO-2026-0001" }) { edges { node { kind outcome error } } } }',
    );
    expect(data?.importLog).toEqual({
      edges: [
        { node: { kind: 'SALES_ORDER', outcome: 'UPDATED', error: null } },
        { node: { kind: 'SALES_ORDER', outcome: 'CREATED', error: null } },
      ],
    });
  });

  it('hang on the work orders that are made for them', async () => {
    const { data } = await bridge.ask(
      `{ _entities(representations: [{ __typename: "WorkOrder", id: "x", salesOrderId: "SO-2026-0002" }]) {
         ... on WorkOrder { salesOrder { customer } } } }`,
    );
    expect(data?._entities).toEqual([{ salesOrder: { customer: 'Nanjing Valve Works' } }]);
  });

  it('that belong to another company are written down and not taken over; a retry mends the good ones', async () => {
    const { books } = bridge.luaguage.simulator;
    bridge.luaguage.feel('WRONG_COMPANY', 'sales-orders');
    books.advanceClock(1_000);
    books.putSalesOrder({ ...books.sales.find('tenant-001', 'SO-2026-0002')!, customer: 'Somebody Else' });
    bridge.passMinutes(2);
    await expect
      .poll(() => salesOrder('SO-2026-0002'), within)
      .toMatchObject({
        customer: 'Nanjing Valve Works',
        sync: { state: 'FAILED', attempts: 1, lastError: 'It belongs to another company.' },
      });
    expect(await retry({ kind: 'SALES_ORDER', externalId: 'SO-2026-0002' })).toMatchObject({ code: 'ERP_UNAVAILABLE' });
    bridge.luaguage.feel('WELL');
    expect(await retry({ kind: 'SALES_ORDER', externalId: 'SO-2026-0002' })).toMatchObject({
      sync: { state: 'SYNCED', attempts: 0, lastError: null },
    });
    expect(await salesOrder('SO-2026-0002')).toMatchObject({ customer: 'Somebody Else' });
  });

  it.each([
    [{ kind: 'SALES_ORDER', externalId: 'SO-NOWHERE' }, 'NOT_FOUND'],
    [{ kind: 'ORDER_STATUS', externalId: 'nothing' }, 'NOT_FOUND'],
    [{ kind: 'SALES_ORDER', externalId: 'a\0' }, 'NOT_FOUND'],
    [{ kind: 'BOM', externalId: 'PROD-A001' }, 'NOT_RETRIED_BY_HAND'],
    [{ kind: 'SALES_ORDER', externalId: 'x', requestId: '' }, 'BAD_REQUEST_ID'],
  ])('are not tried again for nothing: %o', async (input, code) => {
    expect(await retry(input)).toMatchObject({ __typename: 'SyncRefusal', code });
  });

  it('are seen by their own tenant only', async () => {
    const other = { ...emp001, tenantId: 'tenant-002' };
    const { data } = await bridge.ask(
      '{ salesOrders { edges { node { id } } } importLog { edges { node { id } } } }',
      {},
      other,
    );
    expect(data).toEqual({ salesOrders: { edges: [] }, importLog: { edges: [] } });
  });
});
