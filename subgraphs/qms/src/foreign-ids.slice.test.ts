/** Whoever names something of another tenant or plant, anywhere in any field, hears what one hears of what does not exist. */
import { newId } from '@enghub/subgraph-kit/ids';
import { otherTenant, qualityEngineer } from '@enghub/testkit/claims';
import { leaksTo, printsOf, schemaOf, unknownIds, type IdKinds, type Question } from '@enghub/testkit/foreign-ids';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { defectEvent, reportEvent } from './events-for-tests.ts';
import { definition } from './subgraph.ts';

const theirPlant = 'factory-sh-01';
const owner = { who: { ...qualityEngineer, factoryIds: [theirPlant] }, factoryId: theirPlant };
const strangers = {
  'another tenant': { who: otherTenant, factoryId: 'factory-sz-01' },
  'another plant': { who: { ...qualityEngineer, factoryIds: ['factory-bj-01'] }, factoryId: 'factory-bj-01' },
};

let qms: TestSubgraph;
let schema: GraphQLSchema;
const ask: Question['ask'] = (query, variables, who) => qms.ask(query, variables, who);

beforeAll(async () => {
  qms = await testSubgraph(definition);
  schema = await schemaOf(ask, qualityEngineer);
  for (const { who, factoryId } of [owner, ...Object.values(strangers)]) {
    const input = { factoryId, trigger: 'EVERY_REPORT' };
    await qms.ask(
      `mutation ($input: DefineInspectionPlanInput!) { defineInspectionPlan(input: $input) { __typename } }`,
      { input },
      who,
    );
    const where = { tenantId: who.tenantId, factoryId };
    const report_id = newId();
    await qms.transport.publish([reportEvent({ report_id }, where), defectEvent({ report_id }, where)]);
    await vi.waitFor(
      async () => {
        const [inspection, defect] = [await idsOf('inspections', factoryId), await idsOf('defects', factoryId)];
        expect([inspection.length, defect.length]).toEqual([1, 1]);
      },
      { timeout: 30_000, interval: 100 },
    );
  }
}, 120_000);
afterAll(() => qms?.stop());

/** A work order is known here by its inspections. */
const idsOf = async (kind: string, factoryId: string) => {
  const [table, id] = kind === 'work_orders' ? ['inspections', 'work_order_id'] : [kind, 'id'];
  const sql = `SELECT ${id}::text AS id FROM qms.${table} WHERE factory_id = $1`;
  return (await qms.rows<{ id: string }>(sql, [factoryId])).map((row) => row.id);
};

const tables: Readonly<Record<string, string>> = {
  factoryId: 'FACTORY',
  id: 'inspections',
  aggregateId: 'inspections',
};
const kinds: IdKinds = {
  kindOf: (_, input) => tables[input],
  notOurs: new Set(['productId']),
  idsOf,
  entities: { Inspection: 'inspections', InspectionPlan: 'inspection_plans', WorkOrder: 'work_orders' },
};
const known = {
  from: ['2026-01-05T00:00:00Z'],
  to: ['2026-01-06T00:00:00Z'],
  productId: ['PROD-A001'],
  version: [1],
  first: [50],
};
const question = () => ({ ask, schema, kinds, theirPlant, known, seed: 20_261_128, tries: 5 });

it('knows of every id in the schema whether it names something of a plant', () => {
  expect(unknownIds(schema, kinds)).toEqual([]);
});

it.each(Object.keys(strangers) as (keyof typeof strangers)[])(
  'answers the ids of %s like ids of nothing, and changes nothing there',
  { timeout: 120_000 },
  async (stranger) => {
    const theirRows = () => printsOf(qms.rows, { namespace: 'qms', tenantId: 'tenant-001', factoryId: theirPlant });
    const before = await theirRows();
    expect((await leaksTo(strangers[stranger], question())).leaks).toEqual([]);
    expect(await theirRows()).toEqual(before);
  },
);

it('tells the plant’s own people of each of them', { timeout: 120_000 }, async () => {
  const { places, leaks } = await leaksTo(owner, question());
  expect(new Set(leaks.map(({ place }) => place))).toEqual(places);
});
