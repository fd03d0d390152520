import { productionReported } from '@enghub/event-contracts/mes/production-report-reported.v1';
import { parseEvent } from '@enghub/event-contracts/envelope';
import { inChinese, operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  DEFINE_FACTORY,
  DEFINE_STATION,
  erp,
  fieldOf,
  REPORT,
  sayTo,
  setUpPlant,
  stepOf,
  type OrderAnswer,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

type Reported = { replayed: boolean; report: { id: string; shiftDate: string; shift: string; goodQuantity: string } };
type Refused = { code: string; message: string; limit: string | null; actual: string | null };
type Answer = Reported | Refused;
type Input = Record<string, unknown>;

const now = new Date('2026-03-10T04:00:00Z');

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes, { policies: { predecessor: 'WARN' } });
});
afterAll(() => mes.stop());

let requests = 0;
const report = <Found = Reported>(input: Input, claims?: Parameters<TestSubgraph['ask']>[2]) =>
  fieldOf<Found>(mes, REPORT, { input: { requestId: `report-${++requests}`, ...input } }, claims);

const codesOf = (answers: readonly Answer[]) =>
  answers.map((answer) => ('code' in answer ? answer.code : 'ACCEPTED')).sort();

async function sumsOf(order: OrderAnswer) {
  const [projected] = await mes.rows<{ good: string; scrap: string; rework: string; reports: number }>(
    `SELECT good_quantity AS good, scrap_quantity AS scrap, rework_quantity AS rework, report_count AS reports
       FROM mes.work_orders WHERE id = $1`,
    [order.id],
  );
  const [summed] = await mes.rows(
    `SELECT coalesce(sum(r.good_quantity) FILTER (WHERE o.is_last), 0)::numeric(28,4) AS good,
            coalesce(sum(r.scrap_quantity), 0)::numeric(28,4) AS scrap,
            coalesce(sum(r.rework_quantity), 0)::numeric(28,4) AS rework, count(*)::integer AS reports
       FROM mes.production_reports r JOIN mes.work_order_operations o ON o.id = r.operation_id
      WHERE r.work_order_id = $1`,
    [order.id],
  );
  return { projected, summed };
}

describe('an accepted report', () => {
  it('belongs to the shift in which the work ended and is told to the world', async () => {
    const order = await anOrder(mes, plant);
    const [operation] = order.operations;
    const answer = await report({
      operationId: operation!.id,
      goodQuantity: '4',
      scrapQuantity: '1',
      scrapReason: 'chatter marks',
      reworkQuantity: '0.5',
      operatorId: 'ID4932',
      startedAt: '2026-03-09T23:30:00Z',
      endedAt: '2026-03-10T00:30:00Z',
    });
    expect(answer).toMatchObject({ replayed: false, report: { shiftDate: '2026-03-10', shift: 'day' } });

    const events = await mes.rows<{ routing_key: string; envelope: unknown }>(
      `SELECT routing_key, envelope FROM mes.outbox WHERE envelope->'data'->>'report_id' = $1 ORDER BY id`,
      [answer.report.id],
    );
    expect(events.map((event) => event.routing_key)).toEqual([
      'mes.production-report.reported.v1',
      'mes.defect.reported.v1',
      'mes.defect.reported.v1',
    ]);
    const { data, factory_id } = parseEvent(productionReported, events[0]!.envelope);
    expect(factory_id).toBe('factory-sh-01');
    expect(data).toMatchObject({ good_qty: '4', defect_qty: '1', rework_qty: '0.5', standard_run_seconds: '90' });
    expect(data).toMatchObject({ produced_by: 'ID4932', reported_by: 'emp-001', station_id: plant.stationId });
    expect(data.shift_occurrences.map(({ shift, shift_date }) => `${shift_date} ${shift}`)).toEqual([
      '2026-03-09 night',
      '2026-03-10 day',
    ]);
  });

  it('is found again by its id alone, in whatever month it lies', async () => {
    const order = await anOrder(mes, plant);
    const { report: made } = await report({
      operationId: order.operations[1]!.id,
      goodQuantity: '2',
      endedAt: '2012-01-30T06:24:00Z',
    });
    const query = `query($ids: [_Any!]!) { _entities(representations: $ids) {
      ... on ProductionReport { goodQuantity endedAt operation { sequence } workOrder { goodQuantity remainingQuantity } } } }`;
    const ids = [{ __typename: 'ProductionReport', id: made.id }];
    expect(await fieldOf(mes, query, { ids })).toEqual([
      {
        goodQuantity: '2',
        endedAt: '2012-01-30T06:24:00.000Z',
        operation: { sequence: 20 },
        workOrder: { goodQuantity: '2', remainingQuantity: '8' },
      },
    ]);
    expect(await fieldOf(mes, query, { ids }, otherTenant)).toEqual([null]);
  });

  it('may be one of many for months that nobody reported for before', async () => {
    const order = await anOrder(mes, plant, { quantity: '100' });
    const months = Array.from({ length: 24 }, (_, at) => new Date(Date.UTC(2014, at, 15, 3)).toISOString());
    const answers = await Promise.all(
      months.map((endedAt) => report({ operationId: order.operations[1]!.id, goodQuantity: '1', endedAt })),
    );
    expect(new Set(codesOf(answers))).toEqual(new Set(['ACCEPTED']));
    const { projected, summed } = await sumsOf(order);
    expect(projected).toEqual({ good: '24.0000', scrap: '0.0000', rework: '0.0000', reports: 24 });
    expect(projected).toEqual(summed);
  });

  it('is listed with its order, latest first, page by page', async () => {
    const order = await anOrder(mes, plant);
    for (const hour of ['01', '03', '02']) {
      await report({ operationId: order.operations[0]!.id, goodQuantity: '1', endedAt: `2026-03-10T${hour}:00:00Z` });
    }
    const query = `query($id: ID!, $after: String) { workOrder(id: $id) { reports(first: 2, after: $after) {
      edges { node { endedAt } } pageInfo { hasNextPage endCursor } } } }`;
    type Page = { reports: { edges: { node: { endedAt: string } }[]; pageInfo: { endCursor: string } } };
    const { reports: first } = await fieldOf<Page>(mes, query, { id: order.id });
    const { reports: second } = await fieldOf<Page>(mes, query, { id: order.id, after: first.pageInfo.endCursor });
    const hours = [...first.edges, ...second.edges].map(({ node }) => node.endedAt.slice(11, 13));
    expect(hours).toEqual(['03', '02', '01']);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false });
  });
});

describe('many reports at once', () => {
  it('give the last piece to exactly one of a hundred', async () => {
    const order = await anOrder(mes, plant, { quantity: '10' });
    const operationId = order.operations[1]!.id;
    await report({ operationId, goodQuantity: '9' });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => report<Answer>({ operationId, goodQuantity: '1' })),
    );
    expect(codesOf(answers)).toEqual(['ACCEPTED', ...Array<string>(99).fill('OVER_LIMIT')]);
    const refused = answers.find((answer): answer is Refused => 'code' in answer)!;
    expect(refused).toMatchObject({ limit: '10', actual: '11' });
    expect(refused.message).toContain('10 good pieces');
    const { projected, summed } = await sumsOf(order);
    expect(projected).toEqual({ good: '10.0000', scrap: '0.0000', rework: '0.0000', reports: 2 });
    expect(projected).toEqual(summed);
  });

  it('give the last piece to exactly one of a hundred also when several people of several plants compete', async () => {
    const order = await anOrder(mes, plant, { quantity: '1' });
    const operationId = order.operations[1]!.id;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        report<Answer>({ operationId, goodQuantity: '1' }, at % 2 ? operator : productionManager),
      ),
    );
    expect(codesOf(answers)).toEqual(['ACCEPTED', ...Array<string>(99).fill('OVER_LIMIT')]);
  });

  it('on all operations of many orders neither block each other nor lose a piece', async () => {
    const orders = await Promise.all(Array.from({ length: 8 }, () => anOrder(mes, plant, { quantity: '50' })));
    const operations = orders.flatMap((order) => order.operations.map(({ id }) => id));
    const inputs = Array.from({ length: 320 }, (_, at) => ({
      operationId: operations[(at * 7) % operations.length],
      goodQuantity: '1',
      scrapQuantity: '0.25',
      scrapReason: 'burr',
    }));
    const answers = await Promise.all(
      inputs.map((input, at) => report<Answer>(input, at % 2 ? operator : productionManager)),
    );
    expect(new Set(codesOf(answers))).toEqual(new Set(['ACCEPTED']));
    for (const order of orders) {
      const { projected, summed } = await sumsOf(order);
      expect(projected).toEqual({ good: '20.0000', scrap: '10.0000', rework: '0.0000', reports: 40 });
      expect(projected).toEqual(summed);
    }
  });
});

describe('a request that is sent again', () => {
  it('is counted once, and each time gets the same answer', async () => {
    const order = await anOrder(mes, plant);
    const input = { requestId: 'tap-tap-tap', operationId: order.operations[0]!.id, goodQuantity: '1' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => report(input)));
    const later = await report(input);
    expect(new Set([...answers, later].map((answer) => answer.report.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(later.replayed).toBe(true);
    expect((await sumsOf(order)).summed).toMatchObject({ reports: 1 });
    const events = await mes.rows(`SELECT id FROM mes.outbox WHERE envelope->'data'->>'report_id' = $1`, [
      later.report.id,
    ]);
    expect(events).toHaveLength(1);
  });

  it('is answered as before although the order is closed by now', async () => {
    const order = await anOrder(mes, plant);
    const input = { requestId: 'before-the-end', operationId: order.operations[1]!.id, goodQuantity: '1' };
    const first = await report(input);
    await sayTo(mes, 'close', await sayTo(mes, 'complete', order));
    expect(await report(input)).toEqual({ ...first, replayed: true });
  });

  it('is refused with another body, and by another person', async () => {
    const order = await anOrder(mes, plant);
    const input = { requestId: 'taken', operationId: order.operations[0]!.id, goodQuantity: '1' };
    await report(input);
    const refused = { code: 'REQUEST_ID_REUSED' };
    expect(await report<Refused>({ ...input, goodQuantity: '2' })).toMatchObject(refused);
    expect(await report<Refused>({ ...input, goodQuantity: '-2' })).toMatchObject(refused);
    expect(await report<Refused>(input, operator)).toMatchObject(refused);
    expect((await sumsOf(order)).summed).toMatchObject({ reports: 1 });
  });

  it('may be sent again after a refusal, once the plant is ready for it', async () => {
    const order = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const input = { requestId: 'too-early', operationId: order.operations[0]!.id, goodQuantity: '1' };
    expect(await report<Refused>(input)).toMatchObject({ code: 'ORDER_NOT_IN_PROGRESS' });
    await sayTo(mes, 'start', order);
    expect(await report(input)).toMatchObject({ replayed: false });
  });
});

describe('a report is refused', () => {
  let order: OrderAnswer;
  let base: Input;
  beforeAll(async () => {
    order = await anOrder(mes, plant);
    base = { operationId: order.operations[0]!.id, goodQuantity: '1' };
  });

  it.each<[string, Input, string]>([
    ['with a quantity below zero', { goodQuantity: '-1' }, 'NEGATIVE_QUANTITY'],
    ['with nothing in it', { goodQuantity: '0' }, 'NOTHING_REPORTED'],
    ['with scrap but no reason', { scrapQuantity: '1' }, 'SCRAP_NEEDS_REASON'],
    ['with a reason that no database holds', { scrapQuantity: '1', scrapReason: 'nul \u0000' }, 'SCRAP_NEEDS_REASON'],
    ['beyond the limit', { goodQuantity: '10.0001' }, 'OVER_LIMIT'],
    [
      'for an operation that does not exist',
      { operationId: '0190a0a0-0000-7000-8000-000000000000' },
      'OPERATION_NOT_FOUND',
    ],
    ['for an operation whose id is no id', { operationId: "'; DROP TABLE" }, 'OPERATION_NOT_FOUND'],
    ['at a station that does not exist', { stationId: 'M1' }, 'STATION_NOT_FOUND'],
    ['without an operator', { operatorId: '' }, 'BAD_OPERATOR'],
    [
      'when the work ended before it started',
      { startedAt: '2026-03-10T03:00:00Z', endedAt: '2026-03-10T02:00:00Z' },
      'BAD_INTERVAL',
    ],
    ['when the work ends in the future', { endedAt: '2026-03-10T04:05:01Z' }, 'IN_THE_FUTURE'],
    ['when the work ended too long ago', { endedAt: '2006-03-10T03:59:59Z' }, 'TOO_OLD'],
    ['without a request id', { requestId: '' }, 'BAD_REQUEST_ID'],
    ['with half a character in the request id', { requestId: '\ud800' }, 'BAD_REQUEST_ID'],
  ])('%s', async (_case, change, code) => {
    expect(await report<Refused>({ ...base, ...change })).toMatchObject({ code });
    expect((await sumsOf(order)).summed).toMatchObject({ reports: 0 });
  });

  it('on an order that is held, and says so in the language of the reader', async () => {
    const held = await anOrder(mes, plant);
    const { id, version } = held;
    await fieldOf(mes, stepOf('hold', 'HoldWorkOrderInput'), { input: { id, version, cause: 'QUALITY_HOLD' } });
    const input = { operationId: held.operations[0]!.id, goodQuantity: '1' };
    expect(await report<Refused>(input)).toMatchObject({
      code: 'ORDER_ON_HOLD',
      message: 'The work order is on hold.',
    });
    expect(await report<Refused>(input, inChinese(productionManager))).toMatchObject({ message: '工单已暂停。' });
  });

  it('for people of another tenant and of another plant as if nothing were there', async () => {
    expect(await report<Refused>(base, otherTenant)).toMatchObject({ code: 'OPERATION_NOT_FOUND' });
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    expect(await report<Refused>(base, elsewhere)).toMatchObject({ code: 'OPERATION_NOT_FOUND' });
  });

  it('at a station of another plant', async () => {
    const factoryId = 'factory-bj-01';
    await fieldOf(mes, DEFINE_FACTORY, { input: { id: factoryId, name: 'Beijing', timeZone: 'Asia/Shanghai' } });
    const station = { factoryId, code: 'B1', name: 'Press' };
    const defined = await fieldOf<{ station: { id: string } }>(mes, DEFINE_STATION, { input: station });
    const stationId = defined.station.id;
    expect(await report<Refused>({ ...base, stationId })).toMatchObject({ code: 'STATION_NOT_FOUND' });
  });
});
