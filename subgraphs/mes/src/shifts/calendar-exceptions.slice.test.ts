import { inChinese, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anOrder,
  DEFINE_FACTORY,
  DEFINE_SHIFTS,
  erp,
  fieldOf,
  REPORT,
  setUpPlant,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const now = new Date('2026-03-10T04:00:00Z');
const factoryId = 'factory-sh-01';

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

type Answer = { code?: string; message?: string; exception?: { id: string } };

const FIELDS = 'id name kind from to shifts { name startsAt endsAt }';
const define = (change: Record<string, unknown>, claims = productionManager) =>
  fieldOf<Answer>(
    mes,
    `mutation($input: DefineCalendarExceptionInput!) { defineCalendarException(input: $input) {
       ... on DefineCalendarExceptionPayload { exception { ${FIELDS} } } ... on ShiftPatternRefusal { code message } } }`,
    { input: { factoryId, name: 'Qingming', kind: 'HOLIDAY', from: '2026-04-04', ...change } },
    claims,
  );
const remove = (id: string, claims = productionManager) =>
  fieldOf<Answer>(
    mes,
    `mutation($input: RemoveCalendarExceptionInput!) { removeCalendarException(input: $input) {
       ... on RemoveCalendarExceptionPayload { exception { ${FIELDS} } } ... on ShiftPatternRefusal { code message } } }`,
    { input: { id } },
    claims,
  );
const WORKING_TIME = `query($from: LocalDate!, $to: LocalDate!) { workingTime(factoryId: "${factoryId}", from: $from, to: $to) {
  seconds days { date seconds shifts { name } exceptions { name } } } }`;
const version = async () => {
  const [row] = await mes.rows<{ version: number }>(
    `SELECT calendar_version AS version FROM mes.factories WHERE factory_id = $1`,
    [factoryId],
  );
  return row!.version;
};
const audited = (command: string) =>
  mes.rows<{ before: unknown; after: unknown }>(
    `SELECT before, after FROM mes.audit_entries WHERE command = $1 AND factory_id = $2 ORDER BY id`,
    [command, factoryId],
  );

describe('a holiday', () => {
  it('takes the shifts of its days away, and gives them back when it is removed', async () => {
    const { exception } = await define({ to: '2026-04-06' });
    const days = { from: '2026-04-03', to: '2026-04-07' };
    const whole = (date: string, exceptions: object[] = []) => ({
      date,
      seconds: 86_400,
      shifts: [{ name: 'day' }, { name: 'night' }],
      exceptions,
    });
    const free = (date: string) => ({ date, seconds: 0, shifts: [], exceptions: [{ name: 'Qingming' }] });
    expect(await fieldOf(mes, WORKING_TIME, days)).toEqual({
      seconds: 2 * 86_400,
      days: [whole('2026-04-03'), free('2026-04-04'), free('2026-04-05'), free('2026-04-06'), whole('2026-04-07')],
    });
    const list = `{ calendarExceptions(factoryId: "${factoryId}", from: "2026-04-06", to: "2026-12-31") { name from to kind } }`;
    const listed = [{ name: 'Qingming', from: '2026-04-04', to: '2026-04-06', kind: 'HOLIDAY' }];
    expect(await fieldOf(mes, list)).toEqual(listed);
    expect(await remove(exception!.id)).toMatchObject({ exception: { name: 'Qingming' } });
    expect(await remove(exception!.id)).toMatchObject({ code: 'EXCEPTION_NOT_FOUND' });
    expect(await fieldOf(mes, list)).toEqual([]);
    expect(await fieldOf(mes, WORKING_TIME, days)).toMatchObject({ seconds: 5 * 86_400 });
  });

  it('moves the calendar and the audit trail, and only when it says something new', async () => {
    const [before, entries] = [await version(), (await audited('defineCalendarException')).length];
    const first = await define({ from: '2026-05-01' });
    expect(await define({ from: '2026-05-01' })).toEqual(first);
    expect(await version()).toBe(before + 1);
    await define({ from: '2026-05-01', to: '2026-05-02' });
    expect(await version()).toBe(before + 2);
    const trail = (await audited('defineCalendarException')).slice(entries);
    expect(trail).toMatchObject([
      { before: null, after: { to: '2026-05-01' } },
      { before: { to: '2026-05-01' }, after: { to: '2026-05-02' } },
    ]);
  });

  it('already decides on the shift of a report', async () => {
    const order = await anOrder(mes, plant);
    const report = (requestId: string) => {
      const input = {
        requestId,
        operationId: order.operations[0]!.id,
        goodQuantity: '1',
        endedAt: '2026-03-09T04:00:00Z',
      };
      return fieldOf(mes, REPORT, { input });
    };
    expect(await report('before')).toMatchObject({ report: { shift: 'day' } });
    const { exception } = await define({ name: 'Flood', from: '2026-03-09' });
    expect(await report('during')).toMatchObject({ code: 'NO_SHIFT' });
    const shifts = [{ name: 'emergency', startsAt: '10:00', endsAt: '14:00' }];
    await define({ name: 'Flood', from: '2026-03-09', kind: 'CHANGED_SHIFTS', shifts });
    expect(await report('changed')).toMatchObject({ report: { shift: 'emergency' } });
    await remove(exception!.id);
    expect(await report('after')).toMatchObject({ report: { shift: 'day' } });
  });
});

describe('an extra shift', () => {
  const weekend = { factoryId: 'factory-bj-01', name: 'Overtime', kind: 'EXTRA_SHIFT', from: '2026-06-06' };
  const shifts = [{ name: 'overtime', startsAt: '08:00', endsAt: '12:00' }];

  it('may not meet another shift, neither now nor after a change of the pattern', async () => {
    await fieldOf(mes, DEFINE_FACTORY, { input: { id: 'factory-bj-01', name: 'Beijing', timeZone: 'Asia/Shanghai' } });
    const pattern = (validFrom: string, weekdays: number[]) =>
      fieldOf<Record<string, unknown>>(mes, DEFINE_SHIFTS, {
        input: {
          factoryId: 'factory-bj-01',
          validFrom,
          shifts: [{ name: 'day', startsAt: '08:00', endsAt: '16:00', weekdays }],
        },
      });
    await pattern('2026-01-01', [1, 2, 3, 4, 5]);
    expect(await define({ ...weekend, from: '2026-06-05', shifts })).toMatchObject({ code: 'OVERLAP' });
    expect(await define({ ...weekend, shifts })).toMatchObject({ exception: { name: 'Overtime' } });
    const refused = await pattern('2026-06-01', [1, 2, 3, 4, 5, 6]);
    expect(refused).toMatchObject({ code: 'EXCEPTION_OVERLAP' });
    expect(refused['message']).toContain('Overtime');
    expect(await pattern('2026-06-07', [1, 2, 3, 4, 5, 6])).toMatchObject({
      shiftPattern: { validFrom: '2026-06-07' },
    });
  });
});

describe('exceptions', () => {
  it.each([
    ['that end before they start', { to: '2026-04-03' }, 'BAD_DATES'],
    ['without a name', { name: ' ' }, 'BAD_NAME'],
    ['that no database holds', { name: 'May\u0000' }, 'BAD_NAME'],
    ['on a day that has one', { name: 'Other', from: '2026-05-01' }, 'EXCEPTION_OVERLAP'],
    ['in a plant of somebody else', { factoryId: 'factory-sz-01' }, 'FACTORY_NOT_FOUND'],
  ])('%s are refused', async (_case, change, code) => expect(await define(change)).toMatchObject({ code }));

  it('of another tenant or plant do not exist', async () => {
    const { exception } = await define({ name: 'Mine', from: '2026-07-01' });
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    for (const claims of [otherTenant, elsewhere]) {
      expect(await remove(exception!.id, claims)).toMatchObject({ code: 'EXCEPTION_NOT_FOUND' });
      expect(await define({}, claims)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
      const days = { from: '2026-07-01', to: '2026-07-01' };
      expect(await fieldOf(mes, WORKING_TIME, days, claims)).toBeNull();
    }
    expect(await remove('no id', inChinese(productionManager))).toMatchObject({ message: '该日历例外不存在。' });
  });

  it('that two people define for one day at once are one', async () => {
    const answers = await Promise.all(['A', 'B'].map((name) => define({ name, from: '2026-08-01' })));
    expect(answers.filter(({ exception }) => exception)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'EXCEPTION_OVERLAP')).toHaveLength(1);
  });
});

describe('a rotating pattern', () => {
  it('is kept with its weekdays and its cycle, and is in the audit trail', async () => {
    const query = `mutation($input: DefineShiftPatternInput!) { defineShiftPattern(input: $input) {
      ... on DefineShiftPatternPayload { shiftPattern { id cycleLength shifts { name weekdays cycleDays } } }
      ... on ShiftPatternRefusal { code } } }`;
    const input = {
      factoryId,
      validFrom: '2031-01-01',
      cycleLength: 6,
      shifts: [
        { name: 'day', startsAt: '06:00', endsAt: '14:00', cycleDays: [4, 1, 2, 3] },
        { name: 'clean', startsAt: '14:00', endsAt: '15:00', weekdays: [5] },
      ],
    };
    const first = await fieldOf(mes, query, { input });
    expect(first).toMatchObject({
      shiftPattern: {
        cycleLength: 6,
        shifts: [
          { name: 'day', weekdays: [1, 2, 3, 4, 5, 6, 7], cycleDays: [1, 2, 3, 4] },
          { name: 'clean', weekdays: [5], cycleDays: null },
        ],
      },
    });
    const entries = await audited('defineShiftPattern');
    expect(await fieldOf(mes, query, { input })).toEqual(first);
    expect(await audited('defineShiftPattern')).toHaveLength(entries.length);
    expect(entries.at(-1)).toMatchObject({ before: null, after: { validFrom: '2031-01-01', cycleLength: 6 } });
    const shifts = `{ shifts(factoryId: "${factoryId}", from: "2031-01-01", to: "2031-01-07") { shiftDate name } }`;
    const worked = await fieldOf<{ shiftDate: string; name: string }[]>(mes, shifts);
    expect(worked.map(({ shiftDate, name }) => `${shiftDate.slice(-1)} ${name}`)).toEqual([
      '1 day',
      '2 day',
      '3 day',
      '3 clean',
      '4 day',
      '7 day',
    ]);
  });

  it.each([
    ['both a day and a range', '(factoryId: "f", shiftDate: "2026-01-01", from: "2026-01-01", to: "2026-01-02")'],
    ['half a range', '(factoryId: "f", from: "2026-01-01")'],
    ['more than 62 days', '(factoryId: "f", from: "2026-01-01", to: "2026-03-04")'],
    ['a range that ends before it starts', '(factoryId: "f", from: "2026-01-02", to: "2026-01-01")'],
  ])('is not asked for by %s', async (_case, asked) => {
    const { errors } = await mes.ask(`{ shifts${asked} { name } }`);
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
  });
});
