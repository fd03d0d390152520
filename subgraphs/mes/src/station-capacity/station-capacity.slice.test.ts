import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => new Date('2026-03-10T04:00:00Z') });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

const define = (change: Record<string, unknown>, claims = productionManager) =>
  fieldOf(
    mes,
    `mutation($input: DefineStationCapacityInput!) { defineStationCapacity(input: $input) {
       ... on DefineStationCapacityPayload { rule { id shift validFrom jobs efficiencyPercent } }
       ... on StationCapacityRefusal { code message } } }`,
    { input: { stationId: plant.stationId, validFrom: '2026-03-01', jobs: 2, ...change } },
    claims,
  );
const capacity = (date: string, claims = productionManager) =>
  fieldOf(
    mes,
    `query($id: ID!, $date: LocalDate!) { stationCapacity(stationId: $id, date: $date) {
       date capacitySeconds station { code } shifts { shift { name } availableSeconds jobs efficiencyPercent capacitySeconds } } }`,
    { id: plant.stationId, date },
    claims,
  );

describe('the capacity of a station', () => {
  it('is its own per shift until a rule says otherwise', async () => {
    const half = { availableSeconds: 43_200, jobs: 1, efficiencyPercent: '100', capacitySeconds: '43200' };
    expect(await capacity('2026-02-27')).toEqual({
      date: '2026-02-27',
      capacitySeconds: '86400',
      station: { code: 'M1' },
      shifts: [
        { ...half, shift: { name: 'day' } },
        { ...half, shift: { name: 'night' } },
      ],
    });
    const first = await define({ shift: 'night', jobs: 3, efficiencyPercent: '80' });
    expect(await define({ shift: 'night', jobs: 3, efficiencyPercent: '80.0' })).toEqual(first);
    expect(await capacity('2026-03-01')).toMatchObject({
      capacitySeconds: '146880',
      shifts: [{ jobs: 1 }, { jobs: 3, efficiencyPercent: '80', capacitySeconds: '103680' }],
    });
    expect(await capacity('2026-02-28')).toMatchObject({ capacitySeconds: '86400' });
    const trail = `SELECT after->>'jobs' AS jobs FROM mes.audit_entries WHERE command = 'defineStationCapacity'`;
    expect(await mes.rows(trail)).toEqual([{ jobs: '3' }]);
    const rules = `query($id: ID!) { station(id: $id) { capacityRules { shift jobs } } }`;
    expect(await fieldOf(mes, rules, { id: plant.stationId })).toEqual({
      capacityRules: [{ shift: 'night', jobs: 3 }],
    });
  });

  it.each([
    ['of less than nothing', { jobs: -1 }, 'OUT_OF_RANGE'],
    ['in a shift that no database holds', { shift: 'n\u0000' }, 'BAD_NAME'],
    ['of no station', { stationId: 'no id' }, 'STATION_NOT_FOUND'],
  ])('%s is refused', async (_case, change, code) => expect(await define(change)).toMatchObject({ code }));

  it('of another tenant does not exist', async () => {
    expect(await define({}, otherTenant)).toMatchObject({ code: 'STATION_NOT_FOUND' });
    expect(await capacity('2026-03-01', otherTenant)).toBeNull();
  });
});

describe('the load of a station', () => {
  const load = () =>
    fieldOf(
      mes,
      `query($id: ID!) { stationLoad(stationId: $id, from: "2026-04-01", to: "2026-04-02") {
         station { code } unplannedSeconds days { date requiredSeconds capacitySeconds loadPercent isOverloaded } } }`,
      { id: plant.stationId },
    );

  it('is what its open operations still take, on the day of their planned start, with a warning above 110 percent', async () => {
    await define({ validFrom: '2026-04-01', shift: null, jobs: 1 });
    await define({ validFrom: '2026-04-01', shift: 'night', jobs: 0 });
    const planned = await anOrder(mes, plant, { quantity: '600', upTo: 'RELEASED' });
    await anOrder(mes, plant, { quantity: '2', upTo: 'PLANNED' });
    // 600 pieces of 90 seconds and a set-up of 600: more than a shift of twelve hours. Half past midnight in Shanghai.
    await mes.rows(`UPDATE mes.work_order_operations SET planned_start_at = '2026-03-31T16:30:00Z' WHERE id = $1`, [
      planned.operations[0]!.id,
    ]);
    expect(await load()).toEqual({
      station: { code: 'M1' },
      unplannedSeconds: '780',
      days: [
        {
          date: '2026-04-01',
          requiredSeconds: '54600',
          capacitySeconds: '43200',
          loadPercent: '126.3889',
          isOverloaded: true,
        },
        { date: '2026-04-02', requiredSeconds: '0', capacitySeconds: '43200', loadPercent: '0', isOverloaded: false },
      ],
    });
    await mes.rows(`UPDATE mes.work_order_operations SET good_quantity = 300, status = 'IN_PROGRESS' WHERE id = $1`, [
      planned.operations[0]!.id,
    ]);
    expect(await load()).toMatchObject({ days: [{ requiredSeconds: '27000', isOverloaded: false }, {}] });
  });
});
