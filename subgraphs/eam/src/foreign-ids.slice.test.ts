/** Whoever names something of another tenant or plant, anywhere in any field, hears what one hears of what does not exist. */
import { productionManager } from '@enghub/testkit/claims';
import { idsIn } from '@enghub/testkit/foreign-ids';
import { strangersTo, testForeignIds } from '@enghub/testkit/foreign-ids-suite';
import { afterAll, beforeAll } from 'vitest';
import { reportEvent, startFloor, timeEvent, type Floor } from './floor-for-tests.ts';

let floor: Floor;

beforeAll(async () => {
  floor = await startFloor();
  const station = await floor.station('M1');
  await floor.transport.publish([
    reportEvent(station, '2026-01-05T06:10:00Z', '2026-01-05T07:00:00Z', { good_qty: '7' }),
    timeEvent('SETUP', station, '2026-01-05T07:00:00Z', '2026-01-05T07:20:00Z'),
  ]);
  for (const { who, factoryId } of Object.values(strangersTo(productionManager))) {
    await floor.station('M1', { tenantId: who.tenantId, factoryId }, who);
  }
}, 60_000);
afterAll(() => floor?.stop());

const tables: Readonly<Record<string, string>> = {
  factoryId: 'FACTORY',
  stationId: 'known_stations',
  aggregateId: 'equipment',
  id: 'equipment',
};

testForeignIds({
  namespace: 'eam',
  person: productionManager,
  ask: (query, variables, who) => floor.ask(query, variables, who),
  rows: (sql, values) => floor.rows(sql, values),
  kinds: {
    kindOf: (_, input) => tables[input],
    notOurs: new Set(),
    idsOf: idsIn((sql, values) => floor.rows(sql, values), 'eam'),
    entities: { Station: 'known_stations', Equipment: 'equipment' },
  },
  known: { shiftDate: ['2026-01-05'], shift: ['early'], first: [50] },
});
