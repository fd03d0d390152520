/** Whoever names something of another tenant or plant, anywhere in any field, hears what one hears of what does not exist. */
import { randomUUID } from 'node:crypto';
import { workOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { newEvent } from '@enghub/messaging/outbox';
import { newId } from '@enghub/subgraph-kit/ids';
import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { leaksTo, printsOf, schemaOf, unknownIds, type IdKinds, type Question } from '@enghub/testkit/foreign-ids';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { definition } from './subgraph.ts';

const theirPlant = 'factory-sh-01';
const owner = { who: { ...productionManager, factoryIds: [theirPlant] }, factoryId: theirPlant };
const strangers = {
  'another tenant': { who: otherTenant, factoryId: 'factory-sz-01' },
  'another plant': { who: { ...productionManager, factoryIds: ['factory-bj-01'] }, factoryId: 'factory-bj-01' },
};
const bom = { version: 'V1', lines: [{ material: { id: 'MAT-001' }, quantity: '2', unit: 'pcs' }] };

let pp: TestSubgraph;
let schema: GraphQLSchema;
const ask: Question['ask'] = (query, variables, who) => pp.ask(query, variables, who);

beforeAll(async () => {
  pp = await testSubgraph(definition, {
    graph: async () => ({ data: { billOfMaterials: { outcome: 'FOUND', bom } } }),
  });
  schema = await schemaOf(ask, productionManager);
  for (const { who, factoryId } of [owner, ...Object.values(strangers)]) {
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
const idsOf = async (kind: string, factoryId: string) => {
  const [table, id] = kind === 'work_orders' ? ['mrp_runs', 'work_order_id'] : [kind, 'id'];
  const sql = `SELECT ${id}::text AS id FROM pp.${table} WHERE factory_id = $1`;
  return (await pp.rows<{ id: string }>(sql, [factoryId])).map((row) => row.id);
};

const tables: Readonly<Record<string, string>> = { factoryId: 'FACTORY', id: 'mrp_runs', aggregateId: 'work_orders' };
const kinds: IdKinds = {
  kindOf: (_, input) => tables[input],
  notOurs: new Set(),
  idsOf,
  entities: { MrpRun: 'mrp_runs', WorkOrder: 'work_orders' },
};
const question = () => ({ ask, schema, kinds, theirPlant, known: { first: [50] }, seed: 20_261_128, tries: 5 });

it('knows of every id in the schema whether it names something of a plant', () => {
  expect(unknownIds(schema, kinds)).toEqual([]);
});

it.each(Object.keys(strangers) as (keyof typeof strangers)[])(
  'answers the ids of %s like ids of nothing, and changes nothing there',
  { timeout: 120_000 },
  async (stranger) => {
    const theirRows = () => printsOf(pp.rows, { namespace: 'pp', tenantId: 'tenant-001', factoryId: theirPlant });
    const before = await theirRows();
    expect((await leaksTo(strangers[stranger], question())).leaks).toEqual([]);
    expect(await theirRows()).toEqual(before);
  },
);

it('tells the plant’s own people of each of them', { timeout: 120_000 }, async () => {
  const { places, leaks } = await leaksTo(owner, question());
  expect(new Set(leaks.map(({ place }) => place))).toEqual(places);
});
