import { operator, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOrder, erp, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { reporter, type Answer, type Input } from './reports-for-tests.ts';

let mes: TestSubgraph;
let plant: Plant;
let floor: ReturnType<typeof reporter>;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => new Date('2026-03-10T04:00:00Z') });
  floor = reporter(mes);
  plant = await floor.routing(await setUpPlant(mes), 'R3', [10, 20, 30]);
});
afterAll(() => mes.stop());

type Row = Record<'good' | 'scrap' | 'rework' | 'sent' | 'returned' | 'limit' | 'reports', number>;

/** What the operations of an order hold, and what their rows sum up to. */
async function books(orderId: string): Promise<{ held: Row[]; summed: Row[] }> {
  const rows = await mes.rows<{ held: Row; summed: Row }>(
    `SELECT jsonb_build_object('good', o.good_quantity, 'scrap', o.scrap_quantity, 'rework', o.rework_quantity,
              'sent', o.sent_back_quantity, 'returned', o.returned_quantity) AS held,
            jsonb_build_object('good', coalesce(sum(r.good_quantity), 0), 'scrap', coalesce(sum(r.scrap_quantity), 0),
              'rework', coalesce(sum(r.rework_quantity), 0), 'sent', coalesce(sum(r.sent_back_quantity), 0),
              'returned', coalesce((
                SELECT sum(s.sent_back_quantity) FROM mes.production_reports s
                  JOIN mes.work_order_operations f ON f.id = s.operation_id JOIN mes.work_order_operations t ON t.id = s.sent_back_to
                 WHERE s.work_order_id = o.work_order_id AND t.sequence <= o.sequence AND o.sequence < f.sequence), 0)) AS summed
       FROM mes.work_order_operations o LEFT JOIN mes.production_reports r ON r.operation_id = o.id
      WHERE o.work_order_id = $1 GROUP BY o.id ORDER BY o.sequence`,
    [orderId],
  );
  return { held: rows.map(({ held }) => held), summed: rows.map(({ summed }) => summed) };
}

const quantity = fc.integer({ min: -1, max: 4 }).map(String);
const step = fc.record({
  operation: fc.nat(2),
  good: quantity,
  scrap: quantity,
  sentBack: fc.nat(1).map(String),
  to: fc.nat(2),
  requestId: fc.nat(12),
  corrects: fc.option(fc.nat(5)),
});

it('keeps the books: sums of rows, limits, and no more than was made before', { timeout: 60_000 }, async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 8 }),
      async (rounds) => {
        const run = ++runs;
        const order = await anOrder(mes, plant, { quantity: '8' });
        const ids = order.operations.map(({ id }) => id);
        const made: string[] = [];
        const answers: Answer[] = [];
        // The people of a round act at the same moment; a batch beside them does it all once more.
        for (const steps of rounds) {
          const inputs = steps.map((one): Input => ({
            requestId: `${run}-${one.requestId}`,
            operationId: ids[one.operation],
            goodQuantity: one.good,
            scrapQuantity: one.scrap,
            scrapReason: 'burr',
            ...(one.sentBack === '0' ? {} : { sentBackQuantity: one.sentBack, sentBackToOperationId: ids[one.to] }),
          }));
          const said = await Promise.all([
            ...inputs.map((input) => floor.report(input, productionManager)),
            ...steps.flatMap(({ corrects, good, scrap }) =>
              corrects === null || made.length === 0
                ? []
                : [
                    floor.correct(
                      {
                        reportId: made[corrects % made.length],
                        goodQuantity: good,
                        scrapQuantity: scrap,
                        scrapReason: 'burr',
                        reason: 'counted again',
                      },
                      operator,
                    ),
                  ],
            ),
            floor.batch(inputs, productionManager).then(({ results }) => results[0]!),
          ]);
          for (const { report } of said) if (report && !made.includes(report.id)) made.push(report.id);
          answers.push(...said);
        }

        const { held, summed } = await books(order.id);
        expect(held).toEqual(summed);
        held.forEach((operation, at) => {
          for (const figure of Object.values(operation)) expect(figure).toBeGreaterThanOrEqual(0);
          expect(operation.good).toBeLessThanOrEqual(8 + operation.returned);
          const before = held[at - 1];
          if (before) {
            expect(operation.good + operation.scrap - operation.returned).toBeLessThanOrEqual(
              before.good - before.returned,
            );
          }
        });
        for (const answer of answers) expect(answer.report ?? answer.code).toBeDefined();
        const [projected] = await mes.rows<{ good: string; reports: number; rows: number }>(
          `SELECT w.good_quantity::float AS good, w.report_count AS reports,
                (SELECT count(*)::integer FROM mes.production_reports r WHERE r.work_order_id = w.id AND r.correction_of IS NULL) AS rows
           FROM mes.work_orders w WHERE w.id = $1`,
          [order.id],
        );
        expect(projected).toEqual({ good: held[2]!.good, reports: projected!.rows, rows: projected!.rows });
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
});
