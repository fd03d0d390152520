import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, DEFINE_ROUTING, DEFINE_STATION, erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { codeOf, reporter } from './reports-for-tests.ts';

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

async function operationsOf(options: Parameters<typeof anOrder>[2] = {}, at: Plant = plant): Promise<string[]> {
  return (await anOrder(mes, at, options)).operations.map(({ id }) => id);
}
const good = (operationId: string | undefined, goodQuantity: string) => floor.report({ operationId, goodQuantity });

describe('what the operation before has made', () => {
  it('is the most that an operation may work on, scrap included', async () => {
    const [first, second] = await operationsOf();
    expect(await good(second, '1')).toMatchObject({ code: 'MORE_THAN_PREDECESSOR', limit: '0', actual: '1' });
    await good(first, '5');
    expect(
      codeOf(await floor.report({ operationId: second, goodQuantity: '3', scrapQuantity: '1', scrapReason: 'burr' })),
    ).toBe('ACCEPTED');
    const refused = await good(second, '2');
    expect(refused).toMatchObject({ code: 'MORE_THAN_PREDECESSOR', limit: '5', actual: '6' });
    expect(refused.message).toContain('5 pieces');
    expect(codeOf(await good(second, '1'))).toBe('ACCEPTED');
  });

  it('is a warning at a plant that lets it pass, and nothing at one that does not look', async () => {
    await floor.decidePolicies(plant, { predecessor: 'WARN' });
    const [, warned] = await operationsOf();
    await floor.decidePolicies(plant, { predecessor: 'ALLOW' });
    const [, allowed] = await operationsOf();
    await floor.decidePolicies(plant, { predecessor: 'BLOCK' });
    const { report } = await good(warned, '2');
    expect(report!.warnings).toMatchObject([{ code: 'MORE_THAN_PREDECESSOR', limit: '0', actual: '2' }]);
    expect(report!.warnings[0]!.message).toContain('now 2');
    expect((await good(allowed, '2')).report!.warnings).toEqual([]);
  });

  it('gives its last piece to exactly one of many that come at once', async () => {
    const [first, second] = await operationsOf();
    await good(first, '4');
    await good(second, '3');
    const answers = await Promise.all(Array.from({ length: 40 }, () => good(second, '1')));
    const codes = answers.map(codeOf);
    expect(codes.filter((code) => code === 'ACCEPTED')).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(['ACCEPTED', 'MORE_THAN_PREDECESSOR']));
  });
});

describe('more than ordered', () => {
  it('is a warning at a plant that lets it pass', async () => {
    await floor.decidePolicies(plant, { overproduction: { mode: 'WARN' } });
    const [first] = await operationsOf();
    await floor.decidePolicies(plant, { overproduction: { mode: 'BLOCK' } });
    const { report } = await good(first, '12');
    expect(report!.warnings).toMatchObject([{ code: 'OVER_LIMIT', limit: '10', actual: '12' }]);
  });
});

describe('an operation', () => {
  it('is in progress from its first report on', async () => {
    const order = await anOrder(mes, plant);
    const [first] = order.operations;
    await floor.report({
      operationId: first!.id,
      goodQuantity: '1',
      startedAt: '2026-03-10T01:00:00Z',
      endedAt: '2026-03-10T02:00:00Z',
    });
    const rows = await mes.rows(
      `SELECT status, started_at FROM mes.work_order_operations WHERE work_order_id = $1 ORDER BY sequence`,
      [order.id],
    );
    expect(rows).toEqual([
      { status: 'IN_PROGRESS', started_at: new Date('2026-03-10T01:00:00Z') },
      { status: 'PENDING', started_at: null },
    ]);
  });

  it.each([
    ['FINISHED', 'OPERATION_FINISHED'],
    ['SKIPPED', 'OPERATION_SKIPPED'],
  ])('that is %s takes no reports', async (status, code) => {
    const [first] = await operationsOf();
    await mes.rows(`UPDATE mes.work_order_operations SET status = $1 WHERE id = $2`, [status, first]);
    expect(await good(first, '1')).toMatchObject({ code });
  });
});

describe('pieces that are sent back', () => {
  let three: Plant;
  beforeAll(async () => {
    three = await floor.routing(plant, 'R3', [10, 20, 30]);
  });

  it('go through the earlier operations once more, and no piece comes out twice', async () => {
    const [one, two, last] = await operationsOf({ quantity: '10' }, three);
    await good(one, '10');
    await good(two, '10');
    const sent = { operationId: last, goodQuantity: '8', sentBackQuantity: '2', sentBackToOperationId: two };
    const { report } = await floor.report(sent);
    expect(report).toMatchObject({ goodQuantity: '8', sentBackQuantity: '2', sentBackTo: { sequence: 20 } });

    // They are not at the last operation again until the one before has made them again.
    expect(await good(last, '1')).toMatchObject({ code: 'MORE_THAN_PREDECESSOR' });
    expect(codeOf(await good(two, '2'))).toBe('ACCEPTED');
    expect(await good(two, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '12' });
    expect(codeOf(await good(last, '2'))).toBe('ACCEPTED');
    expect(await good(last, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '10', actual: '11' });
  });

  it('pass every operation from there on', async () => {
    const [one, two, last] = await operationsOf({ quantity: '10' }, three);
    await good(one, '10');
    await good(two, '10');
    await floor.report({ operationId: last, sentBackQuantity: '3', sentBackToOperationId: one });
    expect(await good(two, '1')).toMatchObject({ code: 'MORE_THAN_PREDECESSOR' });
    expect(codeOf(await good(one, '3'))).toBe('ACCEPTED');
    expect(codeOf(await good(two, '3'))).toBe('ACCEPTED');
    expect(codeOf(await good(last, '10'))).toBe('ACCEPTED');
  });

  it('from one of two operations side by side do not make the other one do a piece more', async () => {
    const operations = [
      { sequence: 10, name: 'Sawing', stationCode: 'M1' },
      { sequence: 20, name: 'Turning', stationCode: 'M1', after: [10] },
      { sequence: 30, name: 'Drilling', stationCode: 'M1', after: [10] },
      { sequence: 40, name: 'Joining', stationCode: 'M1', after: [20, 30] },
    ];
    const input = { factoryId: plant.factoryId, code: 'R-BESIDE', productId: 'PROD-A001', operations };
    await fieldOf(mes, DEFINE_ROUTING, { input });
    const order = await anOrder(mes, { ...plant, routingCode: 'R-BESIDE' }, { quantity: '10' });
    const [sawing, turning, drilling, joining] = order.operations.map(({ id }) => id);
    await good(sawing, '10');
    // Nothing that turning makes comes to drilling, so nothing goes back there.
    expect(
      await floor.report({ operationId: drilling, sentBackQuantity: '1', sentBackToOperationId: turning }),
    ).toMatchObject({ code: 'WRONG_SENT_BACK_OPERATION' });
    await good(drilling, '10');
    const sent = { operationId: turning, goodQuantity: '9', sentBackQuantity: '1', sentBackToOperationId: sawing };
    expect(codeOf(await floor.report(sent))).toBe('ACCEPTED');
    expect(await good(turning, '1')).toMatchObject({ code: 'MORE_THAN_PREDECESSOR' });
    expect(await good(drilling, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '10', actual: '11' });
    expect(codeOf(await good(sawing, '1'))).toBe('ACCEPTED');
    expect(await good(sawing, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '11', actual: '12' });
    expect(await good(drilling, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '10', actual: '11' });
    expect(codeOf(await good(turning, '1'))).toBe('ACCEPTED');
    expect(codeOf(await good(joining, '9'))).toBe('ACCEPTED');

    // From where both ways meet, a piece goes back along one of them, or to where they part and then along both.
    const back = (sentBackToOperationId: string | undefined) =>
      floor.report({ operationId: joining, sentBackQuantity: '1', sentBackToOperationId });
    expect(codeOf(await back(turning))).toBe('ACCEPTED');
    expect(await good(drilling, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '10' });
    expect(codeOf(await good(turning, '1'))).toBe('ACCEPTED');
    expect(codeOf(await back(sawing))).toBe('ACCEPTED');
    expect(await good(drilling, '1')).toMatchObject({ code: 'MORE_THAN_PREDECESSOR' });
    for (const operation of [sawing, turning, drilling, joining]) {
      expect(codeOf(await good(operation, '1'))).toBe('ACCEPTED');
    }
    expect(await good(joining, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '10', actual: '11' });
    expect(await floor.sums(order.id)).toEqual(['12+0', '12+0', '11+0', '10+0']);
  });

  it('can be taken back although an operation was put on their way meanwhile', async () => {
    const order = await anOrder(mes, three, { quantity: '10' });
    const [one, two, last] = order.operations.map(({ id }) => id);
    await good(one, '10');
    await good(two, '10');
    const { report } = await floor.report({ operationId: last, sentBackQuantity: '2', sentBackToOperationId: one });
    const about = { requestId: 'on-their-way', id: order.id, version: 3, afterOperationId: one, reason: 'crack' };
    const added = await fieldOf<{ operation: { id: string } }>(
      mes,
      `mutation($input: AddOperationInput!) { addOperation(input: $input) { ... on OperationChangePayload { operation { id } } } }`,
      { input: { ...about, name: 'Inspect', stationCode: 'M1' } },
    );
    const taken = await floor.correct({ reportId: report!.id, sentBackQuantity: '0', reason: 'miscounted' });
    expect(codeOf(taken)).toBe('ACCEPTED');
    // Those pieces never came back, so they have passed the new operation without it, like the others.
    expect(await good(added.operation.id, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '0' });
    expect(await good(one, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '10' });
    expect(await good(two, '1')).toMatchObject({ code: 'OVER_LIMIT', limit: '10' });
    expect(codeOf(await good(last, '10'))).toBe('ACCEPTED');
  });

  it('need an earlier operation of the same order that still works', async () => {
    const [one, two] = await operationsOf({}, three);
    const [elsewhere] = await operationsOf({}, three);
    await good(one, '5');
    const back = (sentBackToOperationId: string | null | undefined, operationId = two) =>
      floor.report({ operationId, sentBackQuantity: '1', sentBackToOperationId });
    expect(await back(null)).toMatchObject({ code: 'SENT_BACK_NEEDS_OPERATION' });
    for (const wrong of [two, elsewhere, crypto.randomUUID()]) {
      expect(await back(wrong)).toMatchObject({ code: 'WRONG_SENT_BACK_OPERATION' });
    }
    expect(await back('no id')).toMatchObject({ code: 'WRONG_SENT_BACK_OPERATION' });
    await mes.rows(`UPDATE mes.work_order_operations SET status = 'FINISHED' WHERE id = $1`, [one]);
    expect(await back(one)).toMatchObject({ code: 'WRONG_SENT_BACK_OPERATION' });
  });
});

describe('time at a station', () => {
  const hours = (from: string, to: string) => ({
    startedAt: `2026-03-09T${from}:00Z`,
    endedAt: `2026-03-09T${to}:00Z`,
  });

  it('beyond its capacity is a warning at first, and a refusal where the plant says so', async () => {
    const [first] = await operationsOf({ quantity: '100' });
    const run = (from: string, to: string) =>
      floor.report({ operationId: first, goodQuantity: '1', ...hours(from, to) });
    expect((await run('01:00', '02:00')).report!.warnings).toEqual([]);
    expect((await run('02:00', '03:00')).report!.warnings).toEqual([]);
    const { report } = await run('01:30', '02:30');
    expect(report!.warnings).toMatchObject([{ code: 'OVERLAPPING_TIME', limit: '1', actual: '2' }]);
    await floor.decidePolicies(plant, { stationOverlap: 'BLOCK' });
    expect(await run('02:15', '02:20')).toMatchObject({ code: 'STATION_OVERLAP', limit: '1', actual: '3' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => run('05:00', '06:00')));
    expect(answers.map(codeOf).sort()).toEqual(['ACCEPTED', ...Array<string>(9).fill('STATION_OVERLAP')]);
    await floor.decidePolicies(plant, { stationOverlap: 'ALLOW' });
    expect((await run('05:00', '06:00')).report!.warnings).toEqual([]);
    await floor.decidePolicies(plant, { stationOverlap: 'WARN' });
  });

  it('of several orders counts together, even when two of them report at once', async () => {
    await floor.decidePolicies(plant, { stationOverlap: 'BLOCK' });
    const orders = await Promise.all(Array.from({ length: 6 }, () => operationsOf()));
    const answers = await Promise.all(
      orders.map(([first]) => floor.report({ operationId: first, goodQuantity: '1', ...hours('07:00', '08:00') })),
    );
    expect(answers.map(codeOf).filter((code) => code === 'ACCEPTED')).toHaveLength(1);
    await floor.decidePolicies(plant, { stationOverlap: 'WARN' });
  });

  it('is held against what the station can do in the shift of the report', async () => {
    const station = { factoryId: plant.factoryId, code: 'M3', name: 'Twin spindle' };
    const { id: stationId } = (await fieldOf<{ station: { id: string } }>(mes, DEFINE_STATION, { input: station }))
      .station;
    const capacity = (rule: object) =>
      fieldOf(
        mes,
        `mutation($input: DefineStationCapacityInput!) { defineStationCapacity(input: $input) { __typename } }`,
        { input: { stationId, validFrom: '2026-03-01', ...rule } },
      );
    await capacity({ jobs: 2, efficiencyPercent: '50' });
    await capacity({ jobs: 3, shift: 'night' });
    await capacity({ jobs: 9, shift: 'night', validFrom: '2026-04-01' });
    const [first] = await operationsOf({ quantity: '1000' });
    const run = (from: string, to: string, goodQuantity = '1') =>
      floor.report({ operationId: first, stationId, goodQuantity, ...hours(from, to) });
    await floor.decidePolicies(plant, { stationOverlap: 'BLOCK' });
    // By day two at once, at half the speed: 40 pieces an hour, 44 with a tenth more. By night three.
    expect((await run('01:00', '02:00', '44')).report!.warnings).toEqual([]);
    expect((await run('01:00', '02:00', '45')).report!.warnings).toMatchObject([
      { code: 'OVER_CAPACITY', limit: '44', actual: '45' },
    ]);
    expect(await run('01:30', '02:30')).toMatchObject({ code: 'STATION_OVERLAP', limit: '2', actual: '3' });
    const night = await Promise.all(Array.from({ length: 5 }, () => run('13:00', '14:00')));
    expect(night.map(codeOf).filter((code) => code === 'ACCEPTED')).toHaveLength(3);
    await floor.decidePolicies(plant, { stationOverlap: 'WARN' });
  });

  it('in which nobody can have made so much is a warning from 110 % on', async () => {
    // 90 s a piece: 40 pieces an hour, 44 with a tenth more.
    const [first] = await operationsOf({ quantity: '100' });
    const fast = await floor.report({ operationId: first, goodQuantity: '44', ...hours('09:00', '10:00') });
    expect(fast.report!.warnings).toEqual([]);
    const faster = await floor.report({ operationId: first, goodQuantity: '44.5', ...hours('10:00', '11:00') });
    expect(faster.report!.warnings).toMatchObject([{ code: 'OVER_CAPACITY', limit: '44', actual: '44.5' }]);
  });
});

describe('a counter', () => {
  it('gives the pieces between its readings, goes on from the last one, and may be reset', async () => {
    const [first] = await operationsOf({ quantity: '1000' });
    const read = (input: object) => floor.report({ operationId: first, ...input });
    expect(await read({ counterTo: '140' })).toMatchObject({ code: 'NO_FIRST_READING' });
    const one = await read({ counterFrom: '100', counterTo: '140', endedAt: '2026-03-10T01:00:00Z' });
    expect(one.report).toMatchObject({ goodQuantity: '40', source: 'COUNTER', counterFrom: '100', counterTo: '140' });
    const two = { requestId: 'second-reading', counterTo: '190', endedAt: '2026-03-10T02:00:00Z' };
    expect((await read(two)).report).toMatchObject({ goodQuantity: '50', counterFrom: '140' });
    expect(await read(two)).toMatchObject({ replayed: true, report: { goodQuantity: '50' } });
    expect(await read({ counterTo: '160', endedAt: '2026-03-10T01:30:00Z' })).toMatchObject({
      code: 'READING_OUT_OF_ORDER',
    });
    expect((await read({ counterTo: '30', endedAt: '2026-03-10T03:00:00Z' })).report).toMatchObject({
      goodQuantity: '30',
    });
    expect(await read({ counterTo: '31', goodQuantity: '1' })).toMatchObject({ code: 'BAD_READING' });
  });

  it('that is read by many at once counts every piece once', async () => {
    const order = await anOrder(mes, plant, { quantity: '1000' });
    const operationId = order.operations[0]!.id;
    await floor.report({ operationId, counterId: 'B', counterFrom: '0', counterTo: '10' });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => floor.report({ operationId, counterId: 'B', counterTo: '20' })),
    );
    expect(answers.map(codeOf).sort()).toEqual(['ACCEPTED', ...Array<string>(11).fill('NOTHING_REPORTED')]);
    expect((await floor.sums(order.id))[0]).toBe('20+0');
  });
});
