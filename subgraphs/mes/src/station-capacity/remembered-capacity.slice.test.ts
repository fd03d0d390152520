/** Figures of stations where one process remembers them: as true as if they were read each time. */
import { createMemoryCache } from '@enghub/cache/memory-cache';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { otherTenant } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFINE_STATION, erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definitionWith } from '../subgraph.ts';

const cache = createMemoryCache();
const date = '2026-03-10';

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definitionWith(cache), { graph: erp, now: () => new Date('2026-03-09T20:00:00Z') });
  plant = await setUpPlant(mes);
});
afterAll(async () => {
  await mes.stop();
  await cache.close();
});

type Figures = { capacitySeconds: string; shifts: { jobs: number; shift: { startsAt: string } }[] };

const capacity = (claims?: Claims) =>
  fieldOf<Figures | null>(
    mes,
    `query($id: ID!, $date: LocalDate!) { stationCapacity(stationId: $id, date: $date) {
       capacitySeconds shifts { jobs shift { startsAt } } } }`,
    { id: plant.stationId, date },
    claims,
  );
const jobs = async () => (await capacity())!.shifts.map((shift) => shift.jobs);
const say = (command: string, input: Record<string, unknown>) =>
  fieldOf(
    mes,
    `mutation($input: ${command[0]!.toUpperCase()}${command.slice(1)}Input!) { ${command}(input: $input) { __typename } }`,
    { input },
  );
const rule = (shift: string | null, many: number) =>
  say('defineStationCapacity', { stationId: plant.stationId, validFrom: '2026-03-01', shift, jobs: many });

it('are remembered, with the instants of their shifts, and shown to nobody else', async () => {
  await rule('day', 2);
  const first = await capacity();
  expect(first).toMatchObject({ shifts: [{ jobs: 2, shift: { startsAt: '2026-03-10T00:00:00.000Z' } }, { jobs: 1 }] });
  // Behind the back of the commands, so nobody is told.
  await mes.rows(`UPDATE mes.station_capacities SET jobs = 9`);
  expect(await capacity()).toEqual(first);
  expect(await capacity(otherTenant)).toBeNull();
  await mes.rows(`UPDATE mes.station_capacities SET jobs = 2`);
});

it('follow the rules, the station and the calendar at once', async () => {
  expect(await jobs()).toEqual([2, 1]);
  await rule('night', 3);
  expect(await jobs()).toEqual([2, 3]);
  await rule('night', 1);
  expect(await jobs()).toEqual([2, 1]);
  const station = { factoryId: plant.factoryId, code: 'M3', name: 'Grinder' };
  const defined = await fieldOf<{ station: { id: string } }>(mes, DEFINE_STATION, { input: station });
  const own = { ...plant, stationId: defined.station.id };
  plant = own;
  expect(await jobs()).toEqual([1, 1]);
  await fieldOf(mes, DEFINE_STATION, { input: { ...station, capacity: 4 } });
  expect(await jobs()).toEqual([4, 4]);
  await say('retireStation', { id: own.stationId });
  expect(await jobs()).toEqual([0, 0]);
  await say('reinstateStation', { id: own.stationId });
  expect(await jobs()).toEqual([4, 4]);
  await say('defineCalendarException', { factoryId: own.factoryId, name: 'Holiday', kind: 'HOLIDAY', from: date });
  expect(await jobs()).toEqual([]);
});
