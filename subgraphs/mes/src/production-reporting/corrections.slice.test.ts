import { parseEvent } from '@enghub/event-contracts/envelope';
import { productionReportCorrected } from '@enghub/event-contracts/mes/production-report-corrected.v1';
import { otherTenant } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  dataOf,
  erp,
  fieldOf,
  sayTo,
  setUpPlant,
  stepOf,
  type OrderAnswer,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { codeOf, reporter, type Input } from './reports-for-tests.ts';

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

const reason = 'miscounted';

async function reported(order: OrderAnswer, at: number, change: Input): Promise<string> {
  const { report } = await floor.report({ operationId: order.operations[at]!.id, ...change });
  return report!.id;
}

const seen = (id: string) =>
  dataOf<{ _entities: Record<string, unknown>[] }>(
    mes,
    `query($ids: [_Any!]!) { _entities(representations: $ids) { ... on ProductionReport { goodQuantity correctionOf { id }
       correctedTotals { goodQuantity scrapQuantity reworkQuantity } corrections { goodQuantity scrapQuantity correctionReason } } } }`,
    { ids: [{ __typename: 'ProductionReport', id }] },
  ).then(({ _entities }) => _entities[0]!);

describe('a correction', () => {
  it('is a row of its own at the time and in the shift of its report, and told to the world', async () => {
    const order = await anOrder(mes, plant);
    const id = await reported(order, 0, {
      goodQuantity: '5',
      scrapQuantity: '1',
      scrapReason: 'burr',
      startedAt: '2026-03-08T12:30:00Z',
      endedAt: '2026-03-08T13:30:00Z',
    });
    const { report } = await floor.correct({ reportId: id, goodQuantity: '6', scrapQuantity: '0', reason });
    expect(report).toMatchObject({ goodQuantity: '1', scrapQuantity: '-1', shiftDate: '2026-03-08', shift: 'night' });
    expect(report).toMatchObject({
      correctionOf: { id },
      correctionReason: reason,
      endedAt: '2026-03-08T13:30:00.000Z',
    });
    expect(await seen(id)).toMatchObject({
      goodQuantity: '5',
      correctedTotals: { goodQuantity: '6', scrapQuantity: '0', reworkQuantity: '0' },
      corrections: [{ goodQuantity: '1', scrapQuantity: '-1', correctionReason: reason }],
    });
    expect(await floor.sums(order.id)).toEqual(['6+0', '0+0']);
    const [row] = await mes.rows<{ report_count: number }>(`SELECT report_count FROM mes.work_orders WHERE id = $1`, [
      order.id,
    ]);
    expect(row!.report_count).toBe(1);

    const [event] = await mes.rows<{ envelope: unknown }>(
      `SELECT envelope FROM mes.outbox WHERE routing_key = $1 AND envelope->'data'->>'report_id' = $2`,
      [productionReportCorrected.routingKey, report!.id],
    );
    expect(parseEvent(productionReportCorrected, event!.envelope).data).toMatchObject({
      corrected_report_id: id,
      good_qty: '1',
      defect_qty: '-1',
      defects: [{ defect_type: 'burr', disposition: 'SCRAP', quantity: '-1' }],
      shift_date: '2026-03-08',
      shift: 'night',
    });
    const audited = await mes.rows(`SELECT command, reason FROM mes.audit_entries WHERE entity_id = $1`, [report!.id]);
    expect(audited).toEqual([{ command: 'correctProductionReport', reason }]);
  });

  it('may be corrected again, and is counted once however often it is sent', async () => {
    const order = await anOrder(mes, plant);
    const id = await reported(order, 0, { goodQuantity: '5' });
    const input = { requestId: 'again-and-again', reportId: id, goodQuantity: '3', reason };
    const answers = await Promise.all(Array.from({ length: 5 }, () => floor.correct(input)));
    expect(new Set(answers.map(({ report }) => report!.id)).size).toBe(1);
    const [correction] = answers;
    expect(await floor.correct({ ...input, goodQuantity: '2' })).toMatchObject({ code: 'REQUEST_ID_REUSED' });
    expect(codeOf(await floor.correct({ reportId: correction!.report!.id, goodQuantity: '4', reason }))).toBe(
      'ACCEPTED',
    );
    expect(await floor.correct({ ...input, requestId: 'late', expectedGoodQuantity: '3' })).toMatchObject({
      code: 'STALE_VERSION',
    });
    expect(await floor.sums(order.id)).toEqual(['4+0', '0+0']);
  });

  it('of many at once leads to what one of them wanted', async () => {
    const order = await anOrder(mes, plant);
    const id = await reported(order, 0, { goodQuantity: '5' });
    await Promise.all(
      ['1', '2', '3', '4'].map((goodQuantity) => floor.correct({ reportId: id, goodQuantity, reason })),
    );
    expect(['1+0', '2+0', '3+0', '4+0']).toContain((await floor.sums(order.id))[0]);
  });

  it('upwards keeps to the limit and to what was made before', async () => {
    const order = await anOrder(mes, plant);
    const first = await reported(order, 0, { goodQuantity: '9' });
    const second = await reported(order, 1, { goodQuantity: '9' });
    const raise = (reportId: string, goodQuantity: string) => floor.correct({ reportId, goodQuantity, reason });
    expect(await raise(second, '10')).toMatchObject({ code: 'MORE_THAN_PREDECESSOR', limit: '9', actual: '10' });
    expect(await raise(first, '11')).toMatchObject({ code: 'OVER_LIMIT', limit: '10', actual: '11' });
    expect(codeOf(await raise(first, '10'))).toBe('ACCEPTED');
    expect(codeOf(await raise(second, '10'))).toBe('ACCEPTED');
  });

  it('downwards leaves what later operations have used', async () => {
    const order = await anOrder(mes, plant);
    const first = await reported(order, 0, { goodQuantity: '9' });
    await reported(order, 1, { goodQuantity: '5', scrapQuantity: '1', scrapReason: 'burr' });
    const refused = await floor.correct({ reportId: first, goodQuantity: '5', reason });
    expect(refused).toMatchObject({ code: 'SUCCESSOR_USED_MORE', limit: '5', actual: '6' });
    expect(codeOf(await floor.correct({ reportId: first, goodQuantity: '6', reason }))).toBe('ACCEPTED');
  });

  it('is possible on orders that are held or completed, and not once they are closed', async () => {
    const held = await anOrder(mes, plant);
    const onHeld = await reported(held, 0, { goodQuantity: '5' });
    const { id, version } = held;
    await fieldOf(mes, stepOf('hold', 'HoldWorkOrderInput'), { input: { id, version, cause: 'QUALITY_HOLD' } });
    expect(codeOf(await floor.correct({ reportId: onHeld, goodQuantity: '4', reason }))).toBe('ACCEPTED');

    const order = await anOrder(mes, plant);
    const one = await reported(order, 0, { goodQuantity: '10' });
    await reported(order, 1, { goodQuantity: '10' });
    const completed = await sayTo(mes, 'complete', order);
    expect(codeOf(await floor.correct({ reportId: one, reworkQuantity: '1', reason }))).toBe('ACCEPTED');
    await mes.rows(`UPDATE mes.work_orders SET status = 'CLOSED' WHERE id = $1`, [completed.id]);
    expect(await floor.correct({ reportId: one, reworkQuantity: '2', reason })).toMatchObject({ code: 'BOOKS_CLOSED' });
  });

  it('does not exist for other tenants, nor for ids that nobody made', async () => {
    const id = await reported(await anOrder(mes, plant), 0, { goodQuantity: '5' });
    const refused = { code: 'REPORT_NOT_FOUND' };
    expect(await floor.correct({ reportId: id, goodQuantity: '1', reason }, otherTenant)).toMatchObject(refused);
    expect(await floor.correct({ reportId: 'x', goodQuantity: '1', reason })).toMatchObject(refused);
    expect(await floor.correct({ reportId: crypto.randomUUID(), goodQuantity: '1', reason })).toMatchObject(refused);
  });

  it('of sent-back pieces gives them back to where they were', async () => {
    const three = await floor.routing(plant, 'R3', [10, 20, 30]);
    const order = await anOrder(mes, three);
    const [, two] = order.operations;
    await reported(order, 0, { goodQuantity: '10' });
    await reported(order, 1, { goodQuantity: '10' });
    const id = await reported(order, 2, { goodQuantity: '8', sentBackQuantity: '2', sentBackToOperationId: two!.id });
    expect(codeOf(await floor.correct({ reportId: id, goodQuantity: '10', sentBackQuantity: '0', reason }))).toBe(
      'ACCEPTED',
    );
    expect(await floor.sums(order.id)).toEqual(['10+0', '10+0', '10+0']);
    expect(await floor.report({ operationId: two!.id, goodQuantity: '1' })).toMatchObject({
      code: 'OVER_LIMIT',
      limit: '10',
    });
    now = new Date(now.getTime() + 1);
  });
});
