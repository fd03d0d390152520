import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { codeOf, reporter, type Input } from './reports-for-tests.ts';

const now = new Date('2026-03-10T04:00:00Z');

let mes: TestSubgraph;
let plant: Plant;
let floor: ReturnType<typeof reporter>;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
  floor = reporter(mes);
});
afterAll(() => mes.stop());

let rows = 0;
const row = (operationId: string, change: Input = {}): Input => ({
  requestId: `row-${++rows}`,
  operationId,
  goodQuantity: '1',
  ...change,
});

describe('a batch', () => {
  it('is answered row by row, as if the rows had been sent one after the other', async () => {
    const order = await anOrder(mes, plant);
    const [first, second] = order.operations.map(({ id }) => id) as [string, string];
    const again = row(first, { goodQuantity: '4' });
    const { results } = await floor.batch([
      row(second),
      again,
      row(second, { goodQuantity: '4' }),
      row(second),
      again,
      { ...again, goodQuantity: '5' },
      row(first, { goodQuantity: '-1' }),
      row(first, { goodQuantity: '6.5' }),
      row(first, { requestId: '' }),
      row(crypto.randomUUID()),
      row(first, { goodQuantity: '6' }),
    ]);
    expect(results.map(codeOf)).toEqual([
      'MORE_THAN_PREDECESSOR',
      'ACCEPTED',
      'ACCEPTED',
      'MORE_THAN_PREDECESSOR',
      'ACCEPTED',
      'REQUEST_ID_REUSED',
      'NEGATIVE_QUANTITY',
      'OVER_LIMIT',
      'BAD_REQUEST_ID',
      'OPERATION_NOT_FOUND',
      'ACCEPTED',
    ]);
    expect(results[4]).toMatchObject({ replayed: true, report: { id: results[1]!.report!.id } });
    expect(await floor.sums(order.id)).toEqual(['10+0', '4+0']);
  });

  it('has 1 to 500 rows', async () => {
    const [first] = (await anOrder(mes, plant)).operations;
    expect(await floor.batch([])).toMatchObject({ code: 'NOTHING_REPORTED' });
    const many = Array.from({ length: 501 }, () => row(first!.id));
    expect(await floor.batch(many)).toMatchObject({ code: 'TOO_MANY_REPORTS', limit: '500', actual: '501' });
  });

  it('of 500 rows of many orders is written in a moment', async () => {
    const orders = await Promise.all(Array.from({ length: 10 }, () => anOrder(mes, plant, { quantity: '25' })));
    const inputs = Array.from({ length: 500 }, (_, at) => {
      const { operations } = orders[at % 10]!;
      return row(operations[at < 250 ? 0 : 1]!.id);
    });
    const { results } = await floor.batch(inputs);
    expect(new Set(results.map(codeOf))).toEqual(new Set(['ACCEPTED']));
    for (const { id } of orders) expect(await floor.sums(id)).toEqual(['25+0', '25+0']);
    const audited = await mes.rows(
      `SELECT id FROM mes.audit_entries WHERE entity = 'ProductionReport' AND entity_id = ANY ($1)`,
      [results.map(({ report }) => report!.id)],
    );
    expect(audited).toHaveLength(500);
  });

  it('with a row that no month has room for yet makes the room', async () => {
    const [first] = (await anOrder(mes, plant)).operations;
    const { results } = await floor.batch(
      ['2009-01-05', '2009-02-05', '2026-03-09'].map((day) => row(first!.id, { endedAt: `${day}T03:00:00Z` })),
    );
    expect(results.map(codeOf)).toEqual(['ACCEPTED', 'ACCEPTED', 'ACCEPTED']);
  });

  it('of a terminal that was offline may be sent twice, in any order and in any parts', async () => {
    const order = await anOrder(mes, plant, { quantity: '60' });
    const [first, second] = order.operations.map(({ id }) => id) as [string, string];
    const queue = Array.from({ length: 60 }, (_, at) => row(at % 3 === 2 ? second : first));
    const shuffled = queue.map((one, at) => ({ one, key: (at * 37) % 61 })).sort((a, b) => a.key - b.key);
    const { results } = await floor.batch(queue);
    expect(new Set(results.map(codeOf))).toEqual(new Set(['ACCEPTED']));
    const firstIds = new Map(queue.map(({ requestId }, at) => [requestId, results[at]!.report!.id]));

    const second_time = await floor.batch(shuffled.map(({ one }) => one));
    second_time.results.forEach((answer, at) => {
      expect(answer).toMatchObject({ replayed: true, report: { id: firstIds.get(shuffled[at]!.one['requestId']) } });
    });
    const [single] = queue;
    expect(await floor.report(single!)).toMatchObject({ replayed: true });
    expect(await floor.sums(order.id)).toEqual(['40+0', '20+0']);
  });

  it('counts each row once, however many send it at the same moment', async () => {
    const order = await anOrder(mes, plant, { quantity: '40' });
    const [first] = order.operations;
    const queue = Array.from({ length: 40 }, () => row(first!.id));
    const sent = await Promise.all([
      floor.batch(queue),
      floor.batch([...queue].reverse()),
      floor.batch(queue.slice(10)),
      ...queue.slice(0, 5).map((one) => floor.report(one)),
    ]);
    const ids = new Set(
      sent.flatMap((answer) => ('results' in answer ? answer.results : [answer])).map((answer) => answer.report?.id),
    );
    expect(ids.size).toBe(40);
    expect(await floor.sums(order.id)).toEqual(['40+0', '0+0']);
  });

  it('of counter readings goes on from row to row', async () => {
    const order = await anOrder(mes, plant, { quantity: '1000' });
    const [first] = order.operations;
    const read = (counterTo: string, endedAt: string, change: Input = {}) =>
      row(first!.id, { goodQuantity: '0', counterTo, endedAt: `2026-03-10T0${endedAt}:00Z`, ...change });
    const queue = [read('10', '1:00', { counterFrom: '0' }), read('25', '2:00'), read('40', '3:00')];
    const { results } = await floor.batch(queue);
    expect(results.map(({ report }) => report?.goodQuantity)).toEqual(['10', '15', '15']);
    const { results: again } = await floor.batch([...queue].reverse());
    expect(again.map(({ replayed }) => replayed)).toEqual([true, true, true]);
    expect(await floor.sums(order.id)).toEqual(['40+0', '0+0']);
  });
});
