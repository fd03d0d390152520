import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  DEFINE_STATION,
  erp,
  fieldOf,
  REPORT,
  setUpPlant,
  type OrderAnswer,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

// The day shift of 30 January runs from 00:00 to 12:00 UTC.
let now = new Date('2012-01-30T06:00:00Z');
let mes: TestSubgraph;
let plant: Plant;
let order: OrderAnswer;
let lineId: string;
let lathe: string;
beforeAll(async () => {
  now = new Date('2012-01-29T20:00:00Z');
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes, { policies: { predecessor: 'ALLOW' } });
  const moved = await fieldOf<{ station: { id: string } }>(mes, DEFINE_STATION, {
    input: { factoryId: plant.factoryId, code: 'M2', name: 'Lathe', lineCode: 'L1' },
  });
  lathe = moved.station.id;
  [{ id: lineId }] = (await mes.rows<{ id: string }>('SELECT id FROM mes.production_lines')) as [{ id: string }];
  order = await anOrder(mes, plant, { quantity: '500' });
});
afterAll(() => mes.stop());

const shift = { shiftDate: '2012-01-30', shift: 'day' };
const HOURS = 'hours { startsAt endsAt plannedQuantity goodQuantity scrapQuantity reworkQuantity }';
const stationBoard = (fields: string) => `query($stationId: ID!, $shiftDate: LocalDate!, $shift: String!) {
  shiftBoard(stationId: $stationId, shiftDate: $shiftDate, shift: $shift) { ${fields} } }`;
const lineBoard = (fields: string, kind = 'query') => `${kind}($lineId: ID!, $shiftDate: LocalDate!, $shift: String!) {
  lineShiftBoard(lineId: $lineId, shiftDate: $shiftDate, shift: $shift) { ${fields} } }`;
type Hour = { plannedQuantity: string | null; goodQuantity: string };
type Board = { hours: Hour[] } & Record<string, unknown>;
const ofMill = (fields: string, change: object = {}) =>
  fieldOf<Board>(mes, stationBoard(fields), { ...shift, stationId: plant.stationId, ...change });
const ofLine = (fields: string, change: object = {}) =>
  fieldOf<Board>(mes, lineBoard(fields), { ...shift, lineId, ...change });
const TARGET = `mutation($input: SetShiftTargetInput!) { setShiftTarget(input: $input) {
  ... on SetShiftTargetPayload { shiftBoard { targetQuantity plannedQuantity } lineShiftBoard { targetQuantity plannedQuantity } }
  ... on ShiftTargetRefusal { code message } } }`;

let requests = 0;
const report = (operation: number, change: Record<string, unknown>) =>
  fieldOf<{ report?: { id: string }; code?: string }>(mes, REPORT, {
    input: { requestId: `h-${++requests}`, operationId: order.operations[operation]!.id, ...change },
  });

/** Waits until the board that a topic belongs to ticks. */
const ticking = (...topic: string[]) =>
  new Promise<void>((resolve) => void mes.live.subscribe(['tenant-001', ...topic].join('.'), resolve));

describe('the hours of a board', () => {
  it('show plan against actual: what is reported at a full hour belongs to the next one', async () => {
    now = new Date('2012-01-30T06:00:00Z');
    await report(0, { goodQuantity: '30', startedAt: '2012-01-30T00:00:00Z', endedAt: '2012-01-30T00:59:59Z' });
    await report(0, { goodQuantity: '20', scrapQuantity: '4', scrapReason: 'burr', endedAt: '2012-01-30T01:00:00Z' });
    await report(0, { goodQuantity: '5', startedAt: '2012-01-30T02:30:00Z', endedAt: '2012-01-30T03:00:00Z' });
    const board = await ofMill(`${HOURS} plannedQuantity plannedSoFar goodQuantity`);
    expect(board.hours).toHaveLength(12);
    expect(board.hours[0]).toEqual({
      startsAt: '2012-01-30T00:00:00.000Z',
      endsAt: '2012-01-30T01:00:00.000Z',
      plannedQuantity: '40',
      goodQuantity: '30',
      scrapQuantity: '0',
      reworkQuantity: '0',
    });
    expect(board.hours.map(({ goodQuantity }) => goodQuantity)).toEqual(['30', '20', '0', '5', ...Array(8).fill('0')]);
    // 90 s a piece from the first report on, 500 to make: twelve full hours.
    expect(board).toMatchObject({ plannedQuantity: '480', plannedSoFar: '240', goodQuantity: '55' });
  });

  it('count work that ends with the shift in its last hour', async () => {
    now = new Date('2012-01-31T06:00:00Z');
    await report(0, { goodQuantity: '1', startedAt: '2012-01-30T11:50:00Z', endedAt: '2012-01-30T12:00:00Z' });
    const { hours } = await ofMill(HOURS);
    expect(hours.at(-1)).toMatchObject({ goodQuantity: '1' });
    now = new Date('2012-01-30T06:00:00Z');
  });

  it('follow a target, once there is one, until it is taken back', async () => {
    const target = { ...shift, stationId: plant.stationId };
    expect(await fieldOf(mes, TARGET, { input: { ...target, quantity: '600' } })).toEqual({
      shiftBoard: { targetQuantity: '600', plannedQuantity: '600' },
      lineShiftBoard: null,
    });
    expect((await ofMill(HOURS)).hours[3]).toMatchObject({ plannedQuantity: '50', goodQuantity: '5' });
    await fieldOf(mes, TARGET, { input: target });
    expect((await ofMill(HOURS)).hours[3]).toMatchObject({ plannedQuantity: '40' });
    const [audited] = await mes.rows(
      `SELECT before->>'quantity' AS was, after->>'quantity' AS is FROM mes.audit_entries
        WHERE command = 'setShiftTarget' ORDER BY at DESC, id DESC LIMIT 1`,
    );
    expect(audited).toEqual({ was: '600', is: null });
  });

  it.each([
    [{ shift: 'swing' }, 'NO_SUCH_SHIFT'],
    [{ quantity: '0' }, 'BAD_QUANTITY'],
    [{ lineId: 'both' }, 'PLACE_NOT_FOUND'],
    [{ stationId: 'nothing' }, 'PLACE_NOT_FOUND'],
  ])('refuse a target with %j: %s', async (change, code) => {
    const input = { ...shift, stationId: plant.stationId, quantity: '1', ...change };
    expect(await fieldOf(mes, TARGET, { input })).toMatchObject({ code });
    expect(await fieldOf(mes, TARGET, { input }, otherTenant)).toMatchObject({ code: expect.any(String) });
  });

  it('are empty when the plant has no such shift', async () => {
    const board = await ofMill(`${HOURS} pace { piecesPerHour } unexplained { minutes } plannedQuantity`, {
      shift: 'swing',
    });
    expect(board).toEqual({ hours: [], pace: null, unexplained: null, plannedQuantity: null });
  });
});

describe('pace, operators, scrap and unexplained time', () => {
  it('say how the shift goes', async () => {
    const board = await ofMill(`pace { piecesPerHour expectedAtEnd secondsPerPiece standardSecondsPerPiece }
      scrapReasons { reason quantity } currentOperatorIds reportCount`);
    expect(board).toEqual({
      // 56 pieces in 6 of 12 hours.
      pace: {
        piecesPerHour: '9.3333',
        expectedAtEnd: '112',
        secondsPerPiece: '385.7143',
        standardSecondsPerPiece: '90',
      },
      scrapReasons: [{ reason: 'burr', quantity: '4' }],
      currentOperatorIds: ['emp-001'],
      reportCount: 4,
    });
  });

  it('leave unexplained what no report, time event or job covers, and count overlaps once', async () => {
    const RECORD = `mutation($input: RecordTimeEventInput!) { recordTimeEvent(input: $input) {
      ... on RecordTimeEventPayload { timeEvent { id } } ... on ProductionReportRefusal { code } } }`;
    const event = { requestId: 'te-1', kind: 'BREAK', stationId: plant.stationId };
    await fieldOf(mes, RECORD, {
      input: { ...event, startedAt: '2012-01-30T02:00:00Z', endedAt: '2012-01-30T02:45:00Z' },
    });
    await mes.rows(
      `INSERT INTO mes.jobs (id, tenant_id, factory_id, work_order_id, operation_id, station_id, kind, operator_id, started_at,
                             ended_at, recorded_by, created_at)
       VALUES (gen_random_uuid(), 'tenant-001', 'factory-sh-01', $1, $2, $3, 'LABOUR', 'ID7', '2012-01-30T05:00:00Z', NULL,
               'ID7', now())`,
      [order.id, order.operations[0]!.id, plant.stationId],
    );
    const fields = 'unexplained { minutes intervals { from to } } currentOperatorIds currentWorkOrder { id }';
    expect(await ofMill(fields)).toEqual({
      // 00:59:59–02:00 and 03:00–05:00.
      unexplained: {
        minutes: '180.02',
        intervals: [
          { from: '2012-01-30T03:00:00.000Z', to: '2012-01-30T05:00:00.000Z' },
          { from: '2012-01-30T00:59:59.000Z', to: '2012-01-30T02:00:00.000Z' },
        ],
      },
      currentOperatorIds: ['ID7'],
      currentWorkOrder: { id: order.id },
    });
    const errors = (
      await mes.ask(stationBoard('unexplained { intervals(first: 201) { from } }'), {
        ...shift,
        stationId: plant.stationId,
      })
    ).errors;
    expect(errors).toHaveLength(1);
  });
});

describe('the board of a line', () => {
  it('counts pieces where they leave the line, and shows each of its stations', async () => {
    const ticked = ticking('lineShiftBoard', lineId, '2012-01-30', 'day');
    await report(1, { goodQuantity: '12', scrapQuantity: '1', scrapReason: 'crack', endedAt: '2012-01-30T04:10:00Z' });
    await ticked;
    const fields = `line { code } goodQuantity scrapQuantity reportCount ${HOURS} unexplainedMinutes plannedQuantity
      scrapReasons { reason quantity } pace { piecesPerHour standardSecondsPerPiece }
      stations { station { code } goodQuantity plannedQuantity unexplained { minutes } }`;
    const board = await ofLine(fields);
    expect(board).toMatchObject({
      line: { code: 'L1' },
      goodQuantity: '12',
      scrapQuantity: '5',
      reportCount: 5,
      unexplainedMinutes: '540.02',
      scrapReasons: [
        { reason: 'burr', quantity: '4' },
        { reason: 'crack', quantity: '1' },
      ],
      pace: { piecesPerHour: '2', standardSecondsPerPiece: null },
      stations: [
        { station: { code: 'M1' }, goodQuantity: '56', plannedQuantity: '480', unexplained: { minutes: '180.02' } },
        { station: { code: 'M2' }, goodQuantity: '12', unexplained: { minutes: '360' } },
      ],
    });
    expect(board.hours[4]).toMatchObject({ goodQuantity: '12', scrapQuantity: '1' });
    expect(board.hours[0]).toMatchObject({ goodQuantity: '0' });
    const live = await fieldOf(mes, lineBoard('goodQuantity', 'subscription'), { ...shift, lineId });
    expect(live).toEqual({ goodQuantity: '12' });
  });

  it('has a target of its own, and tells both boards', async () => {
    const ticked = ticking('lineShiftBoard', lineId, '2012-01-30', 'day');
    expect(await fieldOf(mes, TARGET, { input: { ...shift, lineId, quantity: '240' } })).toMatchObject({
      lineShiftBoard: { targetQuantity: '240', plannedQuantity: '240' },
    });
    await ticked;
    expect((await ofMill('targetQuantity'))['targetQuantity']).toBeNull();
  });

  it('does not exist for others', async () => {
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    for (const claims of [otherTenant, elsewhere]) {
      expect(await fieldOf(mes, lineBoard('goodQuantity'), { ...shift, lineId }, claims)).toBeNull();
    }
    for (const change of [{ lineId: 'nothing' }, { lineId: lathe }, { shift: 'nul\u0000' }]) {
      expect(await ofLine('goodQuantity', change)).toBeNull();
    }
  });
});

describe('a correction', () => {
  const CORRECT = `mutation($input: CorrectProductionReportInput!) { correctProductionReport(input: $input) { __typename } }`;

  it('changes the hour of the corrected report, on both boards, and is no report of its own', async () => {
    const { report: wrong } = await report(1, { goodQuantity: '9', endedAt: '2012-01-30T05:30:00Z' });
    const before = await ofLine('goodQuantity reportCount');
    const ticked = Promise.all([
      ticking('shiftBoard', lathe, '2012-01-30', 'day'),
      ticking('lineShiftBoard', lineId, '2012-01-30', 'day'),
    ]);
    const input = { requestId: `h-${++requests}`, reportId: wrong!.id, goodQuantity: '4', reason: 'miscounted' };
    expect(await fieldOf(mes, CORRECT, { input })).toEqual({ __typename: 'ReportProductionPayload' });
    await ticked;
    expect(before).toEqual({ goodQuantity: '21', reportCount: 6 });
    const board = await ofLine(`goodQuantity reportCount ${HOURS}`);
    expect(board).toMatchObject({ goodQuantity: '16', reportCount: 6 });
    expect(board.hours[5]).toMatchObject({ goodQuantity: '4' });
  });
});

describe('work that begins', () => {
  const START = `mutation($input: StartOperationInput!) { startOperation(input: $input) { __typename } }`;

  it('shows on both boards of the shift that runs', async () => {
    now = new Date('2012-01-30T16:00:00Z');
    const { operations } = await anOrder(mes, plant);
    const ticked = Promise.all([
      ticking('shiftBoard', plant.stationId, '2012-01-30', 'night'),
      ticking('lineShiftBoard', lineId, '2012-01-30', 'night'),
    ]);
    const input = { requestId: `h-${++requests}`, operationId: operations[0]!.id, operatorId: 'ID9' };
    expect(await fieldOf(mes, START, { input })).toEqual({ __typename: 'StartOperationPayload' });
    await ticked;
    const board = await ofMill('currentOperatorIds unexplained { minutes }', { shift: 'night' });
    // The job of ID7 goes on since the day.
    expect(board).toEqual({ currentOperatorIds: ['ID9', 'ID7'], unexplained: { minutes: '0' } });
  });
});
