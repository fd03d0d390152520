/** Whoever names something of another tenant or plant, anywhere in any field, hears what one hears of what does not exist. */
import { newId } from '@enghub/subgraph-kit/ids';
import { qualityEngineer } from '@enghub/testkit/claims';
import { idsIn } from '@enghub/testkit/foreign-ids';
import { ownerOf, strangersTo, testForeignIds } from '@enghub/testkit/foreign-ids-suite';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { defectEvent, reportEvent } from './events-for-tests.ts';
import { definition } from './subgraph.ts';

let qms: TestSubgraph;

beforeAll(async () => {
  qms = await testSubgraph(definition);
  for (const { who, factoryId } of [ownerOf(qualityEngineer), ...Object.values(strangersTo(qualityEngineer))]) {
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
const idsOf = idsIn((sql, values) => qms.rows(sql, values), 'qms', { work_orders: ['inspections', 'work_order_id'] });

const tables: Readonly<Record<string, string>> = {
  factoryId: 'FACTORY',
  id: 'inspections',
  aggregateId: 'inspections',
};
testForeignIds({
  namespace: 'qms',
  person: qualityEngineer,
  ask: (query, variables, who) => qms.ask(query, variables, who),
  rows: (sql, values) => qms.rows(sql, values),
  kinds: {
    kindOf: (_, input) => tables[input],
    notOurs: new Set(['productId']),
    idsOf,
    entities: { Inspection: 'inspections', InspectionPlan: 'inspection_plans', WorkOrder: 'work_orders' },
  },
  known: {
    from: ['2026-01-05T00:00:00Z'],
    to: ['2026-01-06T00:00:00Z'],
    productId: ['PROD-A001'],
    version: [1],
    first: [50],
  },
});
