/** Whoever names something of another tenant or plant, anywhere in any field, hears what one hears of what does not exist. */
import { randomUUID } from 'node:crypto';
import { workOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { newEvent } from '@enghub/messaging/outbox';
import { newId } from '@enghub/subgraph-kit/ids';
import { productionManager } from '@enghub/testkit/claims';
import { idsIn } from '@enghub/testkit/foreign-ids';
import { ownerOf, strangersTo, testForeignIds } from '@enghub/testkit/foreign-ids-suite';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { definition } from './subgraph.ts';

const bom = { version: 'V1', lines: [{ material: { id: 'MAT-001' }, quantity: '2', unit: 'pcs' }] };

let pp: TestSubgraph;

beforeAll(async () => {
  pp = await testSubgraph(definition, {
    graph: async () => ({ data: { billOfMaterials: { outcome: 'FOUND', bom } } }),
  });
  for (const { who, factoryId } of [ownerOf(productionManager), ...Object.values(strangersTo(productionManager))]) {
    const work_order_id = newId();
    const order = { work_order_id, number: '4711', product_id: 'PROD-A001', bom_version: null, quantity: '100' };
    const about = { eventId: randomUUID(), tenantId: who.tenantId, factoryId, sourceService: 'mes', traceId: 'test' };
    await pp.transport.publish([
      newEvent(
        workOrderCreated,
        { ...order, unit: 'pcs', due_date: null, created_by: 'emp-301' },
        { ...about, at: new Date(), aggregateId: work_order_id },
      ),
    ]);
    await vi.waitFor(async () => expect(await idsOf('mrp_runs', factoryId)).toHaveLength(1), { timeout: 30_000 });
  }
}, 120_000);
afterAll(() => pp?.stop());

/** A work order is known here by its material requirements. */
const idsOf = idsIn((sql, values) => pp.rows(sql, values), 'pp', { work_orders: ['mrp_runs', 'work_order_id'] });

const tables: Readonly<Record<string, string>> = { factoryId: 'FACTORY', id: 'mrp_runs', aggregateId: 'work_orders' };
testForeignIds({
  namespace: 'pp',
  person: productionManager,
  ask: (query, variables, who) => pp.ask(query, variables, who),
  rows: (sql, values) => pp.rows(sql, values),
  kinds: {
    kindOf: (_, input) => tables[input],
    notOurs: new Set(),
    idsOf,
    entities: { MrpRun: 'mrp_runs', WorkOrder: 'work_orders' },
  },
  known: { first: [50] },
});
