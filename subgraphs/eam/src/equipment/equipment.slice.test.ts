import { newId } from '@enghub/subgraph-kit/ids';
import { inChinese, operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedAgain, startFloor, stationEvent, type Floor } from '../floor-for-tests.ts';

let floor: Floor;
beforeAll(async () => {
  floor = await startFloor();
});
afterAll(() => floor.stop());

type Equipment = { id: string; code: string; name: string; station: { id: string } };

const AT = `query ($ids: [_Any!]!) {
  _entities(representations: $ids) { ...on Station { equipment { id code name station { id } } } }
}`;
const REGISTER = `mutation ($input: RegisterEquipmentInput!) {
  registerEquipment(input: $input) {
    ...on RegisterEquipmentPayload { equipment { id code name station { id } } }
    ...on EquipmentRefusal { code message }
  }
}`;
const stations = (...ids: string[]) => ({ ids: ids.map((id) => ({ __typename: 'Station', id })) });
const at = async (id: string, claims = productionManager): Promise<Equipment | null> => {
  const { data } = await floor.ask(AT, stations(id), claims);
  return (data!._entities as [{ equipment: Equipment | null }])[0].equipment;
};
const register = async (input: object, claims = productionManager) => {
  const { data, errors } = await floor.ask(REGISTER, { input }, claims);
  expect(errors).toBeUndefined();
  return data!.registerEquipment;
};
const told = (equipmentId: string) =>
  floor.heard.filter(({ data }) => (data as { equipment_id: string }).equipment_id === equipmentId);

describe('equipment', () => {
  it('of its own name stands at a new station, and the house is told', async () => {
    const station = await floor.station('M4');
    const equipment = await at(station);
    expect(equipment).toMatchObject({ code: 'M4', name: 'M4', station: { id: station } });
    await expect
      .poll(() => told(equipment!.id))
      .toMatchObject([
        {
          event_type: 'EquipmentRegistered',
          tenant_id: 'tenant-001',
          factory_id: 'factory-sh-01',
          source_service: 'eam',
          data: { code: 'M4', station_id: station, by: 'system:eam' },
        },
      ]);
  });

  it('is registered once, however often the station is published', async () => {
    const id = newId();
    const event = stationEvent(id, 'M5', 'Mill 5');
    await floor.transport.publish([event, event, publishedAgain(event), stationEvent(id, 'M5', 'Mill five')]);
    await floor.askUntil(AT, stations(id), (data) => JSON.stringify(data).includes('Mill five'));
    const equipment = await at(id);
    await expect
      .poll(() => told(equipment!.id).map(({ data }) => (data as Equipment).name))
      .toEqual(['Mill 5', 'Mill five']);
  });

  it('gets another code where its own is taken', async () => {
    const first = await floor.station('M6');
    const second = await floor.station('M6');
    expect([(await at(first))?.code, (await at(second))?.code]).toEqual(['M6', 'M6-2']);
  });

  it('is renamed by people and stays the same equipment', async () => {
    const stationId = await floor.station('M7');
    const before = await at(stationId);
    const answer = await register({ stationId, code: ' L-07 ', name: 'Lathe 7' });
    expect(answer).toEqual({ equipment: { ...before, code: 'L-07', name: 'Lathe 7' } });
    expect(await register({ stationId, code: 'L-07', name: 'Lathe 7' })).toEqual(answer);
    await expect
      .poll(() => told(before!.id).map(({ data }) => (data as { by: string }).by))
      .toEqual(['system:eam', 'emp-001']);
    expect((await floor.ask(`query { equipment(id: "${before!.id}") { name } }`)).data).toEqual({
      equipment: { name: 'Lathe 7' },
    });
  });

  it('is refused where it cannot stand', async () => {
    const [stationId] = [await floor.station('M8'), await floor.station('M9')];
    const good = { stationId, code: 'M8', name: 'Mill 8' };
    const code = async (input: object, claims = productionManager) =>
      ((await register(input, claims)) as { code: string }).code;
    expect(await code({ ...good, code: 'M9' })).toBe('CODE_TAKEN');
    expect(await code({ ...good, name: ' ' })).toBe('BAD_NAME');
    expect(await code({ ...good, stationId: newId() })).toBe('STATION_NOT_FOUND');
    expect(await code({ ...good, stationId: 'M8' })).toBe('STATION_NOT_FOUND');
    expect(await code(good, otherTenant)).toBe('STATION_NOT_FOUND');
    expect(await at(stationId)).toMatchObject({ name: 'M8' });
    expect(await register({ ...good, code: 'M9' }, inChinese(productionManager))).toMatchObject({
      message: expect.stringContaining('设备') as string,
    });
  });

  it('of one code is entered once when two people are equally quick', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, (_, n) => floor.station(`RACE-${n}`)));
    const answers = await Promise.all(ids.map((stationId) => register({ stationId, code: 'SAME', name: 'Same' })));
    expect(answers.filter((answer) => 'equipment' in (answer as object))).toHaveLength(1);
    expect(answers.filter((answer) => (answer as { code?: string }).code === 'CODE_TAKEN')).toHaveLength(5);
  });

  it('of other plants and tenants does not exist', async () => {
    const beijing = await floor.station('BJ-1', { factoryId: 'factory-bj-01' });
    const { id } = (await at(beijing))!;
    expect(await at(beijing, operator)).toBeNull();
    expect(await at(beijing, otherTenant)).toBeNull();
    const query = `query ($id: ID!) { equipment(id: $id) { id } _entities(representations: [{ __typename: "Equipment", id: $id }]) { __typename } }`;
    const nothing = { data: { equipment: null, _entities: [null] } };
    expect(await floor.ask(query, { id }, operator)).toEqual(nothing);
    expect(await floor.ask(query, { id }, otherTenant)).toEqual(nothing);
    expect(await floor.ask(query, { id: 'nonsense' })).toEqual(nothing);
  });
});

describe('the list of a plant', () => {
  const LIST = `query ($factoryId: ID!, $first: Int!, $after: String) {
    equipments(factoryId: $factoryId, first: $first, after: $after) {
      edges { node { code } } pageInfo { hasNextPage endCursor }
    }
  }`;
  type List = { edges: { node: { code: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  const list = async (variables: object, claims = otherTenant) =>
    (await floor.ask(LIST, { factoryId: 'factory-sz-01', first: 2, ...variables }, claims)).data!.equipments as List;

  it('is read page by page, by code', async () => {
    const where = { tenantId: 'tenant-002', factoryId: 'factory-sz-01' };
    for (const code of ['C', 'A', 'B']) await floor.station(code, where, otherTenant);
    const first = await list({});
    expect(first).toMatchObject({
      edges: [{ node: { code: 'A' } }, { node: { code: 'B' } }],
      pageInfo: { hasNextPage: true },
    });
    const second = await list({ after: first.pageInfo.endCursor });
    expect(second).toMatchObject({ edges: [{ node: { code: 'C' } }], pageInfo: { hasNextPage: false } });
  });

  it('is nobody else’s', async () => {
    expect(await list({}, productionManager)).toBeNull();
  });

  it.each([[0], [201]])('has no page of %d', async (first) => {
    const { errors } = await floor.ask(LIST, { factoryId: 'factory-sh-01', first });
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });
});
