import { startSimulator, type RunningSimulator } from '@enghub/luaguage-simulator/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createErpClient, type ErpClient } from './client.ts';
import type { OrderFeedback } from './outgoing.ts';

let simulator: RunningSimulator;
let client: ErpClient;
beforeAll(async () => {
  simulator = await startSimulator();
  client = createErpClient({ url: simulator.url });
});
afterAll(async () => {
  await client.close();
  await simulator.stop();
});

const feedback: OrderFeedback = {
  workOrderId: 'wo-1',
  workOrderNumber: 'WO-1',
  productId: 'PROD-A001',
  salesOrderId: 'SO-2026-0001',
  salesOrderLine: '10',
  status: 'IN_PROGRESS',
  confirmedQuantity: '12.5',
  revision: 1,
  at: new Date('2026-01-05T06:00:00Z'),
};

describe('what the ERP is asked', () => {
  it('says whether a material is approved', async () => {
    expect(await client.ppap('tenant-001', 'MAT-001')).toEqual({
      materialId: 'MAT-001',
      status: 'APPROVED',
      approvedOn: '2025-12-01',
    });
    expect(await client.ppap('tenant-001', 'MAT-PENDING')).toMatchObject({ status: 'PENDING', approvedOn: null });
    expect(await client.ppap('tenant-001', 'PROD-A001')).toBeNull();
  });

  it('gives a sales order with its lines, to the company that it belongs to', async () => {
    expect(await client.salesOrder('tenant-001', 'SO-2026-0001')).toMatchObject({
      customer: 'Haihe Pumps',
      status: 'OPEN',
      lines: [
        { line: '10', productId: 'PROD-A001', quantity: '200', dueDate: '2026-03-31' },
        { line: '20', productId: 'PROD-CABLE-HEAD', quantity: '50' },
      ],
    });
    expect(await client.salesOrder('tenant-002', 'SO-2026-0001')).toBeNull();
  });

  it('tells which sales orders changed since it was last asked', async () => {
    const all = await client.salesOrders('tenant-001', null);
    expect(all.records.map((it) => it.ok && it.salesOrder.id)).toEqual(['SO-2026-0001', 'SO-2026-0002']);
    expect(all.hasMore).toBe(false);
    expect((await client.salesOrders('tenant-001', all.cursor)).records).toEqual([]);

    const order = simulator.books.sales.find('tenant-001', 'SO-2026-0001')!;
    simulator.books.putSalesOrder({ ...order, status: 'CANCELLED' });
    const changed = await client.salesOrders('tenant-001', all.cursor);
    expect(changed.records).toMatchObject([{ ok: true, salesOrder: { id: 'SO-2026-0001', status: 'CANCELLED' } }]);
    expect(changed.cursor).not.toBe(all.cursor);
  });
});

describe('what the ERP is told', () => {
  it('counts a message once, however often it is sent under its key', async () => {
    const message = { type: 'work_order_completed', recipientId: 'emp-001', data: { completion_rate: 95 } };
    const first = await client.sendNotification('tenant-001', message, 'event-1');
    expect(await client.sendNotification('tenant-001', message, 'event-1')).toEqual(first);
    expect(simulator.books.sales.notifications()).toHaveLength(1);
    await client.sendNotification('tenant-001', message, 'event-2');
    expect(simulator.books.sales.notifications()).toHaveLength(2);
  });

  it('confirms what it has posted for an order, and is not set back by what comes late', async () => {
    expect(await client.reportOrderStatus('tenant-001', feedback, 'wo-1:1')).toEqual({
      workOrderId: 'wo-1',
      postedQuantity: '12.5',
      revision: 1,
    });
    const newer = { ...feedback, confirmedQuantity: '20', revision: 3 };
    await client.reportOrderStatus('tenant-001', newer, 'wo-1:3');
    const late = { ...feedback, confirmedQuantity: '15', revision: 2 };
    expect(await client.reportOrderStatus('tenant-001', late, 'wo-1:2')).toMatchObject({
      postedQuantity: '20',
      revision: 3,
    });
  });

  it('refuses one key for two different things', async () => {
    await client.reportOrderStatus('tenant-001', { ...feedback, workOrderId: 'wo-2' }, 'same');
    await expect(client.reportOrderStatus('tenant-001', { ...feedback, workOrderId: 'wo-3' }, 'same')).rejects.toThrow(
      '409',
    );
  });
});
