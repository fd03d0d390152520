import { operator, otherTenant } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf, erp, fieldOf, setUpPlant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { CREATE, factoryId, lotsOf, SERIALS, STATUS, type Input, type LotAnswer } from './lots-for-tests.ts';

let mes: TestSubgraph;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  await setUpPlant(mes);
});
afterAll(() => mes.stop());
const { lotOf, receive, send } = lotsOf(() => mes);

describe('a lot', () => {
  it('is made known once and told of once', async () => {
    const input = {
      requestId: 'lot-1',
      materialId: 'RAW',
      number: 'L-1',
      unit: 'kg',
      gtin: '5412345000013',
      expiresOn: '2029-03-31',
    };
    const { lot } = await send<{ lot: LotAnswer }>(CREATE, input);
    expect(lot).toMatchObject({ status: 'AVAILABLE', version: 1, onHand: '0', unit: 'kg', gtin: '05412345000013' });
    expect(await send(CREATE, input)).toMatchObject({ replayed: true, lot: { id: lot.id } });
    expect(await send(CREATE, { ...input, requestId: 'lot-2' })).toMatchObject({ code: 'NUMBER_TAKEN', number: 'L-1' });
    const events = await mes.rows(`SELECT envelope->'data' AS data FROM mes.outbox WHERE aggregate_id = $1`, [lot.id]);
    expect(events).toMatchObject([{ data: { number: 'L-1', material_id: 'RAW', created_by: 'emp-001' } }]);
    const audited = await mes.rows(`SELECT command FROM mes.audit_entries WHERE entity_id = $1`, [lot.id]);
    expect(audited).toEqual([{ command: 'createLot' }]);
  });

  it('can be found by what its label says', async () => {
    const { gs1 } = (await lotOf('L-1', 'gs1 { elementString humanReadable }')) as unknown as {
      gs1: Record<string, string>;
    };
    expect(gs1['humanReadable']).toBe('(01)05412345000013(10)L-1(17)290331');
    const query = `query($data: String!) { lotByGs1(factoryId: "${factoryId}", data: $data) {
      ... on Lot { number } ... on Gs1Refusal { code position ai message } } }`;
    for (const data of Object.values(gs1)) expect(await fieldOf(mes, query, { data })).toEqual({ number: 'L-1' });
    expect(await fieldOf(mes, query, { data: `]d2${gs1['elementString']}` })).toEqual({ number: 'L-1' });
    expect(await fieldOf(mes, query, { data: '(01)05412345000013(10)L-9' })).toBeNull();
    await send(CREATE, { materialId: 'PALLET', number: '123456789012345675' });
    expect(await fieldOf(mes, query, { data: ']C100123456789012345675' })).toEqual({ number: '123456789012345675' });
    expect(await fieldOf(mes, query, { data: '10L-1' })).toMatchObject({ code: 'NO_LOT' });
    expect(await fieldOf(mes, query, { data: '0105412345000014' })).toMatchObject({
      code: 'BAD_CHECK_DIGIT',
      position: 16,
    });
  });

  it('may be five hundred pieces with serial numbers, all of them or none', async () => {
    const numbers = Array.from({ length: 500 }, (_, at) => `SN-${at}`);
    const { lots } = await send<{ lots: LotAnswer[] }>(SERIALS, { materialId: 'UNIT', numbers });
    expect(lots.map(({ number }) => number)).toEqual(numbers);
    expect(lots[0]).toMatchObject({ kind: 'SERIAL' });
    const again = ['SN-NEW', 'SN-7'];
    expect(await send(SERIALS, { materialId: 'UNIT', numbers: again })).toMatchObject({
      code: 'NUMBER_TAKEN',
      number: 'SN-7',
    });
    expect(await lotOf('SN-NEW')).toBeNull();
    for (const wrong of [[], ['A', 'A'], [...numbers, 'ONE-MORE']]) {
      expect(await send(SERIALS, { materialId: 'UNIT', numbers: wrong })).toMatchObject({ code: 'BAD_COUNT' });
    }
  });

  it('changes its status where the table lets it, with a reason, for those who saw it last', async () => {
    const { STATUS: id } = await receive('RAW', { STATUS: '1' });
    const set = (version: number, status: string, reason = 'because') =>
      fieldOf<Input>(mes, STATUS, { input: { id, version, status, reason } });
    expect(await set(1, 'BLOCKED', ' ')).toMatchObject({ code: 'REASON_MISSING' });
    expect(await set(1, 'BLOCKED')).toMatchObject({ lot: { status: 'BLOCKED', version: 2, statusReason: 'because' } });
    expect(await set(1, 'AVAILABLE')).toMatchObject({ code: 'STALE_VERSION' });
    expect(await set(2, 'SCRAPPED')).toMatchObject({ lot: { status: 'SCRAPPED' } });
    expect(await set(3, 'AVAILABLE')).toMatchObject({ code: 'ILLEGAL_MOVE' });
  });

  it('is found by material, status, expiry and the beginning of its number', async () => {
    await send(CREATE, { materialId: 'FIND', number: 'F_1', expiresOn: '2030-01-01', supplierId: 'SUP' });
    await send(CREATE, { materialId: 'FIND', number: 'FX1', status: 'QUARANTINE' });
    const find = async (filter: Input) => {
      const query = `query($filter: LotFilter) { lots(factoryId: "${factoryId}", filter: $filter) { edges { node { number } } } }`;
      const { edges } = await fieldOf<{ edges: { node: LotAnswer }[] }>(mes, query, { filter });
      return edges.map(({ node }) => node.number);
    };
    expect(await find({ materialId: 'FIND' })).toEqual(['FX1', 'F_1']);
    expect(await find({ materialId: 'FIND', status: ['QUARANTINE'] })).toEqual(['FX1']);
    expect(await find({ supplierId: 'SUP', expiresBefore: '2030-01-02' })).toEqual(['F_1']);
    expect(await find({ numberPrefix: 'F_' })).toEqual(['F_1']);
    expect(await find({ workOrderId: 'none' })).toEqual([]);
  });

  it('of another tenant or plant is one that does not exist', async () => {
    const { HIDDEN: id } = await receive('RAW', { HIDDEN: '1' });
    const query = `query($id: ID!) { lot(id: $id) { number } lotByNumber(factoryId: "${factoryId}", number: "HIDDEN") { id }
      lots(factoryId: "${factoryId}") { edges { node { id } } } }`;
    for (const claims of [otherTenant, { ...operator, factoryIds: [] }]) {
      expect(await dataOf(mes, query, { id }, claims)).toEqual({ lot: null, lotByNumber: null, lots: { edges: [] } });
      const input = { id, version: 1, status: 'BLOCKED', reason: 'x' };
      expect(await fieldOf(mes, STATUS, { input }, claims)).toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});
