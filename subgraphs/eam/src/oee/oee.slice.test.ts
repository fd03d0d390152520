import { newId } from '@enghub/subgraph-kit/ids';
import { operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { correctionEvent, publishedAgain, reportEvent, startFloor, timeEvent, type Floor } from '../floor-for-tests.ts';
import { PrismaClient } from '../generated/prisma/client.ts';
import { definition } from '../subgraph.ts';

let floor: Floor;
let queries = 0;
beforeAll(async () => {
  floor = await startFloor({
    ...definition,
    createClient: (adapter) => {
      const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
      client.$on('query', () => (queries += 1));
      return client as unknown as ReturnType<typeof definition.createClient>;
    },
  });
});
afterAll(() => floor.stop());

let station: string;
beforeEach(() => {
  station = newId();
});

const OEE = `query ($stationId: ID!, $shift: String) {
  stationOee(stationId: $stationId, shiftDate: "2026-01-05", shift: $shift) {
    shiftDate shift value availability performance quality
    elements {
      plannedOperationTime plannedBusyTime actualProductionTime actualSetupTime unexplainedTime standardTime
      producedQuantity goodQuantity scrapQuantity reworkQuantity formulaVersion
    }
  }
}`;
type Oee = { value: string | null; elements: Record<string, string> };
const oeeOf = async (stationId: string, shift: string | null = 'early', claims = productionManager) => {
  const { data, errors } = await floor.ask(OEE, { stationId, shift }, claims);
  expect(errors).toBeUndefined();
  return data!.stationOee as Oee | null;
};
const at = (clock: string, day = '05') => `2026-01-${day}T${clock}:00Z`;
/** Waits until so many good pieces of the day have been heard of. */
const untilGood = (good: string, stationId = station) =>
  floor.askUntil(
    OEE,
    { stationId, shift: null },
    (data) => (data as { stationOee: Oee | null }).stationOee?.elements.goodQuantity === good,
  );

describe('a corrected report', () => {
  it('changes the quantities of its shifts, each by its share, and no time', async () => {
    const report = reportEvent(station, at('13:00'), at('15:00'), {
      good_qty: '100',
      defect_qty: '0',
      standard_run_seconds: '60',
    });
    const correction = correctionEvent(report, { good_qty: '-20', defect_qty: '10', rework_qty: '0' });
    await floor.transport.publish([report, correction, correction, publishedAgain(correction)]);
    await untilGood('80');
    const early = await oeeOf(station);
    expect(early!.elements).toMatchObject({
      actualProductionTime: '60',
      goodQuantity: '40',
      scrapQuantity: '5',
      standardTime: '45',
    });
    expect((await oeeOf(station, 'late'))!.elements).toMatchObject({ goodQuantity: '40', scrapQuantity: '5' });
  });

  it('of no station of ours is nothing to us', async () => {
    const elsewhere = reportEvent(null, at('13:00'), at('14:00'), { good_qty: '1' });
    const here = reportEvent(station, at('13:00'), at('14:00'), { good_qty: '7' });
    const correction = correctionEvent(elsewhere, { good_qty: '-1', defect_qty: '0', rework_qty: '0' });
    await floor.transport.publish([elsewhere, correction, here]);
    await untilGood('7');
    expect(floor.transport.counts()).toMatchObject({ deadLettered: 0 });
  });
});

describe('the OEE of a shift', () => {
  it('comes from what the floor reported', async () => {
    await floor.transport.publish([
      timeEvent('SETUP', station, at('06:00'), at('06:30')),
      timeEvent('BREAK', station, at('10:00'), at('10:30')),
      reportEvent(station, at('06:30'), at('12:30'), {
        good_qty: '270',
        defect_qty: '20',
        rework_qty: '10',
        standard_run_seconds: '60',
      }),
    ]);
    // Events of different things arrive in any order.
    await expect
      .poll(() => oeeOf(station), { timeout: 20_000 })
      .toEqual({
        shiftDate: '2026-01-05',
        shift: 'early',
        availability: '0.733333',
        performance: '0.909091',
        quality: '0.9',
        value: '0.6',
        elements: {
          plannedOperationTime: '480',
          plannedBusyTime: '450',
          actualProductionTime: '330',
          actualSetupTime: '30',
          unexplainedTime: '90',
          standardTime: '300',
          producedQuantity: '300',
          goodQuantity: '270',
          scrapQuantity: '20',
          reworkQuantity: '10',
          formulaVersion: 'iso22400-2/1',
        },
      });
  });

  it('shares a report that spans its end, and the day has it all', async () => {
    await floor.transport.publish([
      reportEvent(station, at('13:00'), at('16:00'), { good_qty: '10', standard_run_seconds: '600' }),
    ]);
    await untilGood('10');
    expect((await oeeOf(station, 'early'))?.elements).toMatchObject({
      goodQuantity: '3.333333',
      actualProductionTime: '60',
    });
    expect((await oeeOf(station, 'late'))?.elements).toMatchObject({
      goodQuantity: '6.666667',
      actualProductionTime: '120',
    });
    expect(await oeeOf(station, null)).toMatchObject({ shift: null, performance: '0.555556', quality: '1' });
  });

  it('is unknown where nothing was reported', async () => {
    await floor.transport.publish([reportEvent(station, null, at('07:00'), { good_qty: '1' })]);
    await untilGood('1');
    expect(await oeeOf(station, 'early')).toMatchObject({ availability: '0', performance: null, value: null });
    expect(await oeeOf(station, 'late')).toBeNull();
    expect(await oeeOf(newId())).toBeNull();
    expect(await oeeOf('nonsense')).toBeNull();
  });

  it('is not for other tenants or plants', async () => {
    await floor.transport.publish([
      reportEvent(station, at('06:00'), at('07:00'), { good_qty: '5' }, { factoryId: 'factory-bj-01' }),
    ]);
    await untilGood('5');
    expect(await oeeOf(station, 'early', operator)).toBeNull();
    expect(await oeeOf(station, 'early', otherTenant)).toBeNull();
  });

  it('counts a report once, however often it is delivered', async () => {
    const report = reportEvent(station, at('06:00'), at('07:00'), { good_qty: '5' });
    await floor.transport.publish([report, report, publishedAgain(report)]);
    await floor.transport.publish([reportEvent(station, at('07:00'), at('08:00'), { good_qty: '1' })]);
    await untilGood('6');
    await floor.transport.publish([publishedAgain(report), reportEvent(station, null, at('09:00'), { good_qty: '1' })]);
    await untilGood('7');
  });

  it('hears of many reports at once', async () => {
    const reports = Array.from({ length: 60 }, (_, n) =>
      reportEvent(station, at('06:00'), at('21:00'), { good_qty: String(n % 3), report_id: newId() }),
    );
    await floor.transport.publish(reports);
    await untilGood('60');
    expect(floor.transport.counts()).toMatchObject({ deadLettered: 0 });
  });

  it('leaves out work at no station', async () => {
    await floor.transport.publish([
      reportEvent(null, at('06:00'), at('07:00'), { good_qty: '5' }),
      reportEvent(station, at('06:00'), at('07:00'), { good_qty: '2' }),
    ]);
    await untilGood('2');
    expect(floor.transport.counts()).toMatchObject({ deadLettered: 0 });
  });
});

describe('the OEE of a whole floor', () => {
  const FLOOR = `query ($stations: [_Any!]!) {
    _entities(representations: $stations) {
      ...on Station { equipment { name
        early: oee(shiftDate: "2026-01-05", shift: "early") { value availability performance quality }
        day: oee(shiftDate: "2026-01-05") { value }
      } }
    }
  }`;

  it('costs three queries for twenty-five stations', async () => {
    const ids = await Promise.all(Array.from({ length: 25 }, (_, n) => floor.station(`F${n}`)));
    await floor.transport.publish(
      ids.map((id) => reportEvent(id, at('06:00'), at('10:00'), { good_qty: '240', standard_run_seconds: '60' })),
    );
    await untilGood('240', ids.at(-1));
    await Promise.all(ids.map((id) => untilGood('240', id)));

    queries = 0;
    const stations = ids.map((id) => ({ __typename: 'Station', id }));
    const { data } = await floor.ask(FLOOR, { stations });
    expect(data!._entities).toHaveLength(25);
    for (const entity of data!._entities as unknown[]) {
      expect(entity).toMatchObject({
        equipment: { early: { value: '0.5', availability: '0.5', performance: '1', quality: '1' } },
      });
    }
    expect(queries).toBe(3);
  });
});
