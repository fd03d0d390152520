import { inChinese, operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dataOf,
  DEFINE_FACTORY,
  DEFINE_LINE,
  DEFINE_ROUTING,
  DEFINE_STATION,
  erp,
  fieldOf,
  setUpPlant,
  type Plant,
} from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const factoryId = 'factory-sh-01';

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

const defined = (code: string) =>
  mes.rows(
    `SELECT envelope->'data'->>'name' AS name FROM mes.outbox
             WHERE routing_key = 'mes.station.defined.v1' AND envelope->'data'->>'code' = $1 ORDER BY id`,
    [code],
  );

const station = (change: Record<string, unknown>, claims = productionManager) =>
  fieldOf<Record<string, unknown>>(
    mes,
    DEFINE_STATION,
    { input: { factoryId, code: 'M3', name: 'Grinder', lineCode: 'L1', ...change } },
    claims,
  );

describe('a plant', () => {
  it('is shown with its lines and stations, by code', async () => {
    const query = `query($id: ID!) { factory(id: $id) {
      name timeZone overproductionPercent lines { code factory { id } } stations { code name capacity line { name } } } }`;
    expect(await fieldOf(mes, query, { id: factoryId })).toEqual({
      name: 'Shanghai',
      timeZone: 'Asia/Shanghai',
      overproductionPercent: '0',
      lines: [{ code: 'L1', factory: { id: factoryId } }],
      stations: [
        { code: 'M1', name: 'Mill', capacity: 1, line: { name: 'Line 1' } },
        { code: 'M2', name: 'Lathe', capacity: 1, line: null },
      ],
    });
  });

  it('may change its settings', async () => {
    const input = { id: 'factory-bj-01', name: 'Beijing', timeZone: 'Asia/Shanghai', overproductionPercent: '2.5' };
    await fieldOf(mes, DEFINE_FACTORY, { input });
    const renamed = await fieldOf(mes, DEFINE_FACTORY, { input: { ...input, name: 'Beijing South' } });
    expect(renamed).toEqual({ factory: { ...input, name: 'Beijing South' } });
    const seen = async (claims = productionManager) => {
      const { factories } = await dataOf<{ factories: { id: string }[] }>(mes, '{ factories { id } }', {}, claims);
      return factories.map(({ id }) => id);
    };
    expect(await seen()).toEqual(['factory-bj-01', factoryId]);
    expect(await seen(operator)).toEqual([factoryId]);
    expect(await seen(otherTenant)).toEqual([]);
  });

  it('must be one of the user', async () => {
    const input = { id: 'factory-sz-01', name: 'Shenzhen', timeZone: 'Asia/Shanghai' };
    expect(await fieldOf(mes, DEFINE_FACTORY, { input })).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
    const chinese = await fieldOf(mes, DEFINE_FACTORY, { input }, inChinese(productionManager));
    expect(chinese).toMatchObject({ message: '工厂不存在。' });
  });
});

describe('a station', () => {
  it('is told to the world when it is defined or changed, and not when nothing changes', async () => {
    const first = await station({});
    expect(await station({})).toEqual(first);
    await station({ name: 'Surface grinder' });
    expect(await defined('M3')).toEqual([{ name: 'Grinder' }, { name: 'Surface grinder' }]);
  });

  it('that many define at once is one station', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => station({ code: 'M4' })));
    const ids = answers.map((answer) => (answer['station'] as { id: string }).id);
    expect(new Set(ids).size).toBe(1);
  });

  it.each([
    ['on a line that does not exist', { lineCode: 'L9' }, 'LINE_NOT_FOUND'],
    ['without a code', { code: '' }, 'BAD_NAME'],
    ['with a code that no database holds', { code: 'M\u0000' }, 'BAD_NAME'],
    ['without room for a job', { capacity: 0 }, 'OUT_OF_RANGE'],
    ['in a plant that does not exist', { factoryId: 'factory-xx' }, 'FACTORY_NOT_FOUND'],
  ])('is refused %s', async (_case, change, code) => {
    expect(await station(change)).toMatchObject({ code });
  });

  it('of another tenant or plant does not exist', async () => {
    const query = `query($id: ID!, $ids: [_Any!]!) { station(id: $id) { code } _entities(representations: $ids) { __typename } }`;
    const ids = [
      { __typename: 'Station', id: plant.stationId },
      { __typename: 'Factory', id: factoryId },
    ];
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    for (const claims of [otherTenant, elsewhere]) {
      expect(await dataOf(mes, query, { id: plant.stationId, ids }, claims)).toEqual({
        station: null,
        _entities: [null, null],
      });
      expect(await station({}, claims)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
      const line = { factoryId, code: 'L1', name: 'Taken over' };
      expect(await fieldOf(mes, DEFINE_LINE, { input: line }, claims)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
    }
    expect(await dataOf(mes, query, { id: 'no id', ids: [] })).toEqual({ station: null, _entities: [] });
  });
});

describe('the hierarchy of a plant', () => {
  const DEFINE_AREA = `mutation($input: DefineAreaInput!) { defineArea(input: $input) {
    ... on DefineAreaPayload { area { id code name } } ... on StationRefusal { code message } } }`;
  const area = (change: Record<string, unknown> = {}, claims = productionManager) =>
    fieldOf(mes, DEFINE_AREA, { input: { factoryId, code: 'HALL-1', name: 'Hall 1', ...change } }, claims);
  const line = (change: Record<string, unknown>) =>
    fieldOf(mes, DEFINE_LINE, { input: { factoryId, code: 'L5', name: 'Line 5', ...change } });

  it('goes from the enterprise down to the station', async () => {
    const first = await area();
    expect(await area()).toEqual(first);
    await line({ areaCode: 'HALL-1' });
    await station({ code: 'M50', lineCode: 'L5', equipmentClass: 'GRINDER' });
    const query = `query($id: ID!) { factory(id: $id) { areas { code factory { id } lines { code area { code } stations {
      code equipmentClass hierarchy { enterprise site area workCenter workUnit } } } } } }`;
    const hierarchy = { enterprise: 'tenant-001', site: factoryId, area: 'HALL-1', workCenter: 'L5', workUnit: 'M50' };
    expect(await fieldOf(mes, query, { id: factoryId })).toEqual({
      areas: [
        {
          code: 'HALL-1',
          factory: { id: factoryId },
          lines: [
            {
              code: 'L5',
              area: { code: 'HALL-1' },
              stations: [{ code: 'M50', equipmentClass: 'GRINDER', hierarchy }],
            },
          ],
        },
      ],
    });
  });

  it.each([
    ['a line in an area that does not exist', () => line({ areaCode: 'HALL-9' }), 'AREA_NOT_FOUND'],
    ['an area without a name', () => area({ name: '' }), 'BAD_NAME'],
    ['an area that no database holds', () => area({ code: 'H\u0000' }), 'BAD_NAME'],
    ['an area of another tenant', () => area({}, otherTenant), 'FACTORY_NOT_FOUND'],
  ])('refuses %s', async (_case, attempt, code) => expect(await attempt()).toMatchObject({ code }));
});

describe('a retired station', () => {
  const say = (verb: string, id: string, claims = productionManager) =>
    fieldOf<Record<string, unknown>>(
      mes,
      `mutation($id: ID!) { ${verb}(input: { id: $id }) {
         ... on StationPayload { station { code retiredAt } } ... on StationRefusal { code } } }`,
      { id },
      claims,
    );
  const routed = () =>
    fieldOf(mes, DEFINE_ROUTING, {
      input: {
        factoryId,
        code: 'R-GRIND',
        productId: 'P',
        operations: [{ sequence: 10, name: 'Grinding', stationCode: 'M60' }],
      },
    });
  const classes = async () =>
    fieldOf<{ name: string; stations: { code: string }[] }[]>(
      mes,
      `{ equipmentClasses(factoryId: "${factoryId}") { name stations { code } } }`,
    );

  it('is offered for no new work until it is reinstated', async () => {
    const { id } = (await station({ code: 'M60', equipmentClass: 'HONE' }))['station'] as { id: string };
    expect(await classes()).toContainEqual({ name: 'HONE', stations: [{ code: 'M60' }] });
    const retired = await say('retireStation', id);
    expect(retired).toMatchObject({ station: { code: 'M60', retiredAt: expect.any(String) as string } });
    expect(await say('retireStation', id)).toEqual(retired);
    expect((await classes()).map(({ name }) => name)).not.toContain('HONE');
    expect(await routed()).toMatchObject({ code: 'STATION_RETIRED' });
    await say('reinstateStation', id);
    expect(await routed()).toMatchObject({ routing: { version: 1 } });
    expect(await say('reinstateStation', id)).toEqual({ station: { code: 'M60', retiredAt: null } });
    const trail = await mes.rows(`SELECT command FROM mes.audit_entries WHERE entity_id = $1 ORDER BY id`, [id]);
    expect(trail).toEqual([
      { command: 'defineStation' },
      { command: 'retireStation' },
      { command: 'reinstateStation' },
    ]);
  });

  it('must be one of the user', async () => {
    expect(await say('retireStation', 'no id')).toEqual({ code: 'STATION_NOT_FOUND' });
    expect(await say('retireStation', plant.stationId, otherTenant)).toEqual({ code: 'STATION_NOT_FOUND' });
  });
});

describe('what was set in a plant', () => {
  it('is in the audit trail with the old and the new, and only when something changed', async () => {
    const trail = (command: string, id: string) =>
      mes.rows(
        `SELECT before->>'name' AS before, after->>'name' AS after FROM mes.audit_entries
          WHERE command = $1 AND coalesce(after->>'code', after->>'id') = $2 ORDER BY id`,
        [command, id],
      );
    const input = { id: 'factory-bj-01', name: 'Beijing West', timeZone: 'Asia/Shanghai' };
    for (const name of ['Beijing West', 'Beijing West', 'Beijing East']) {
      await fieldOf(mes, DEFINE_FACTORY, { input: { ...input, name } });
      await fieldOf(mes, DEFINE_LINE, { input: { factoryId, code: 'L7', name } });
      await station({ code: 'M70', name });
    }
    const changes = [
      { before: null, after: 'Beijing West' },
      { before: 'Beijing West', after: 'Beijing East' },
    ];
    expect((await trail('defineFactory', 'factory-bj-01')).slice(-1)).toEqual(changes.slice(-1));
    expect(await trail('defineProductionLine', 'L7')).toEqual(changes);
    expect(await trail('defineStation', 'M70')).toEqual(changes);
  });
});
