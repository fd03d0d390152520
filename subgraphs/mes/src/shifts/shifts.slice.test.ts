import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, dataOf, DEFINE_SHIFTS, erp, fieldOf, REPORT, setUpPlant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const now = new Date('2026-03-10T04:00:00Z');
const factoryId = 'factory-sh-01';

let mes: TestSubgraph;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  await setUpPlant(mes);
});
afterAll(() => mes.stop());

const define = (change: Record<string, unknown>, claims = productionManager) =>
  fieldOf<Record<string, unknown>>(
    mes,
    DEFINE_SHIFTS,
    {
      input: {
        factoryId,
        validFrom: '2030-01-01',
        shifts: [{ name: 'all', startsAt: '06:00', endsAt: '06:00' }],
        ...change,
      },
    },
    claims,
  );

const SHIFTS = `query($factoryId: ID!, $shiftDate: LocalDate!, $at: DateTime!) {
  shifts(factoryId: $factoryId, shiftDate: $shiftDate) { name startsAt endsAt }
  shiftAt(factoryId: $factoryId, at: $at) { shiftDate name } }`;
const asked = { factoryId, shiftDate: '2012-01-30', at: '2012-01-30T13:00:00Z' };

describe('shifts', () => {
  it('are answered in instants, for any day since the pattern holds', async () => {
    expect(await dataOf(mes, SHIFTS, asked)).toEqual({
      shifts: [
        { name: 'day', startsAt: '2012-01-30T00:00:00.000Z', endsAt: '2012-01-30T12:00:00.000Z' },
        { name: 'night', startsAt: '2012-01-30T12:00:00.000Z', endsAt: '2012-01-31T00:00:00.000Z' },
      ],
      shiftAt: { shiftDate: '2012-01-30', name: 'night' },
    });
  });

  it('of other tenants and other plants look like shifts of no plant', async () => {
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    for (const claims of [otherTenant, elsewhere]) {
      expect(await dataOf(mes, SHIFTS, asked, claims)).toEqual({ shifts: null, shiftAt: null });
      expect(await define({}, claims)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
    }
    expect(await dataOf(mes, SHIFTS, { ...asked, factoryId: 'nul\u0000' })).toEqual({ shifts: null, shiftAt: null });
  });
});

describe('defining a pattern', () => {
  it('again changes nothing, and otherwise replaces the one of that day', async () => {
    const first = await define({});
    expect(await define({})).toEqual(first);
    const versions = () => mes.rows(`SELECT calendar_version FROM mes.factories WHERE factory_id = $1`, [factoryId]);
    const before = await versions();
    await define({});
    expect(await versions()).toEqual(before);
    const shifts = [{ name: 'early', startsAt: '05:00', endsAt: '13:00' }];
    expect(await define({ shifts })).toMatchObject({ shiftPattern: { shifts } });
    expect(await versions()).not.toEqual(before);
    expect(await mes.rows(`SELECT id FROM mes.shift_patterns WHERE valid_from = '2030-01-01'`)).toHaveLength(1);
  });

  it('leaves the pattern in force until its day', async () => {
    await define({ validFrom: '2026-03-11' });
    const query = `query($id: ID!) { factory(id: $id) { shiftPattern { validFrom shifts { name } } } }`;
    expect(await fieldOf(mes, query, { id: factoryId })).toMatchObject({ shiftPattern: { validFrom: '2000-01-01' } });
  });

  it('refuses shifts that overlap', async () => {
    const shifts = [
      { name: 'a', startsAt: '06:00', endsAt: '14:00' },
      { name: 'b', startsAt: '13:00', endsAt: '22:00' },
    ];
    expect(await define({ shifts })).toMatchObject({ code: 'OVERLAP', message: 'Two of the shifts overlap.' });
  });
});

describe('a calendar that changed a moment ago', () => {
  it('already decides on the shift of a report', async () => {
    const own = await setUpPlant(mes, { factoryId: 'factory-sz-01', claims: otherTenant });
    const order = await anOrder(mes, own, { claims: otherTenant });
    const report = (requestId: string, endedAt: string) => {
      const input = { requestId, operationId: order.operations[0]!.id, goodQuantity: '1', endedAt };
      return fieldOf(mes, REPORT, { input }, otherTenant);
    };
    expect(await report('one', '2026-03-09T04:00:00Z')).toMatchObject({ report: { shift: 'day' } });
    // As another process would do it: nobody told this one.
    await mes.rows(`UPDATE mes.shift_patterns SET shifts = '[{"name":"late","startsAt":"10:00","endsAt":"18:00"}]'
                     WHERE factory_id = 'factory-sz-01'`);
    await mes.rows(
      `UPDATE mes.factories SET calendar_version = calendar_version + 1 WHERE factory_id = 'factory-sz-01'`,
    );
    expect(await report('two', '2026-03-09T04:00:00Z')).toMatchObject({ report: { shift: 'late' } });
    expect(await report('three', '2026-03-09T20:00:00Z')).toMatchObject({ code: 'NO_SHIFT' });
    await mes.rows(`UPDATE mes.shift_patterns SET shifts = '[{"name":"round","startsAt":"00:00","endsAt":"00:00"}]'
                     WHERE factory_id = 'factory-sz-01'`);
    expect(await report('three', '2026-03-09T20:00:00Z')).toMatchObject({ report: { shift: 'round' } });
  });
});
