import { operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf, erp, fieldOf, setUpPlant, type Refused } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const factoryId = 'factory-sh-01';
type Input = Record<string, unknown>;
type Event = { event: number; type: string; inputs: Line[]; outputs: Line[] };
type Line = { lot: string; qty: number };
const reference = JSON.parse(readFileSync(new URL('test-data/genealogy.json', import.meta.url), 'utf8')) as {
  events: Event[];
  expected: Record<string, { forward: string[]; backward: string[] }>;
  onHand: Record<string, number>;
};

let mes: TestSubgraph;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  await setUpPlant(mes);
});
afterAll(() => mes.stop());

const LOT = `id number kind status statusReason version unit expiresOn gtin onHand`;
const CREATE = `mutation($input: CreateLotInput!) { createLot(input: $input) {
  ... on CreateLotPayload { replayed lot { ${LOT} } } ... on LotRefusal { code message number } } }`;
const SERIALS = `mutation($input: RegisterSerialsInput!) { registerSerials(input: $input) {
  ... on RegisterSerialsPayload { replayed lots { ${LOT} } } ... on LotRefusal { code message number } } }`;
const STATUS = `mutation($input: SetLotStatusInput!) { setLotStatus(input: $input) {
  ... on SetLotStatusPayload { lot { ${LOT} } } ... on LotRefusal { code message lotId } } }`;
const RECORD = `mutation($input: RecordLotActivityInput!) { recordLotActivity(input: $input) {
  ... on RecordLotActivityPayload { replayed expired { number } activity { id kind
      inputs { quantity lot { id number } } outputs { quantity lot { id number expiresOn } } } }
  ... on LotRefusal { code message lotId number limit actual } } }`;

type LotAnswer = { id: string; number: string; status: string; version: number; onHand: string };
let requests = 0;
const send = <Answer>(query: string, input: Input, claims = productionManager) => {
  requests += 1;
  return fieldOf<Answer>(mes, query, { input: { requestId: `r-${requests}`, factoryId, ...input } }, claims);
};
type Recorded = { activity: { id: string; outputs: { lot: { id: string; number: string } }[] }; replayed: boolean };
const record = <Answer = Recorded & Refused & { limit: string; actual: string }>(kind: string, input: Input) =>
  send<Answer>(RECORD, { kind, ...input });
/** What was received under these numbers: the ids. */
const receive = async (materialId: string, lots: Record<string, string>) => {
  const outputs = Object.entries(lots).map(([number, quantity]) => ({ number, materialId, quantity }));
  const { activity } = await record('RECEIVE', { outputs });
  return Object.fromEntries(activity.outputs.map(({ lot }) => [lot.number, lot.id]));
};
const lotOf = (number: string, fields = LOT) =>
  fieldOf<LotAnswer & Input>(
    mes,
    `query($n: String!) { lotByNumber(factoryId: "${factoryId}", number: $n) { ${fields} } }`,
    {
      n: number,
    },
  );

describe('the reference genealogy', () => {
  const ids: Record<string, string> = {};
  const kinds: Record<string, string> = { assemble: 'TRANSFORM' };
  const materialOf = (lot: string) => (/^(R|M)/.test(lot) ? 'RAW' : lot.replace(/\d.*/, ''));

  it('takes every event', async () => {
    for (const { type, inputs, outputs } of reference.events) {
      const answer = await record(kinds[type] ?? type.toUpperCase(), {
        inputs: inputs.map(({ lot, qty }) => ({ lotId: ids[lot], quantity: String(qty) })),
        outputs: outputs.map(({ lot, qty }) => ({ number: lot, materialId: materialOf(lot), quantity: String(qty) })),
        ...(type === 'ship' && { shipment: { reference: 'DN-1', customerId: 'CUST-1' } }),
      });
      for (const { lot } of answer.activity.outputs) ids[lot.number] = lot.id;
    }
    expect(Object.keys(ids).sort()).toEqual(Object.keys(reference.onHand).sort());
  });

  it.each(Object.entries(reference.onHand))('has of %s %i on hand', async (number, quantity) => {
    expect((await lotOf(number)).onHand).toBe(String(quantity));
  });

  it.each(Object.entries(reference.expected))('reaches from %s what it should', async (number, expected) => {
    const query = `query($id: ID!) { lot(id: $id) {
      forward: trace(direction: FORWARD) { truncated lots { lot { number } depth direction } }
      backward: trace(direction: BACKWARD) { truncated lots { lot { number } depth } }
      both: trace(direction: BOTH) { lots { lot { number } } } } }`;
    type Trace = { truncated: boolean; lots: { lot: { number: string } }[] };
    const found = await fieldOf<Record<'forward' | 'backward' | 'both', Trace>>(mes, query, { id: ids[number] });
    const numbers = ({ lots }: Trace) => lots.map(({ lot }) => lot.number).sort();
    expect(numbers(found.forward)).toEqual(expected.forward);
    expect(numbers(found.backward)).toEqual(expected.backward);
    expect(numbers(found.both)).toEqual([...expected.forward, ...expected.backward].sort());
    expect([found.forward.truncated, found.backward.truncated]).toEqual([false, false]);
  });

  it('answers a recall in one query', async () => {
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: FORWARD) {
      lots { lot { number onHand } depth end }
      edges { from { number } to { number } activity { kind } }
      workOrders(open: true) { number } stock { lot { number } quantity locationId }
      shipments { reference customerId lot { number } quantity } } } }`;
    const { trace } = await fieldOf<{ trace: Record<string, Input[]> }>(mes, query, { id: ids['R1'] });
    expect(
      trace['lots']!.filter(({ end }) => end)
        .map(({ lot }) => (lot as LotAnswer).number)
        .sort(),
    ).toEqual(['PAL2', 'SHIP1']);
    expect(trace['stock']).toHaveLength(3);
    expect(trace['stock']).toContainEqual({ lot: { number: 'PAL2' }, quantity: '70', locationId: null });
    expect(trace['shipments']).toEqual([
      { reference: 'DN-1', customerId: 'CUST-1', lot: { number: 'PAL1' }, quantity: '50' },
    ]);
    expect(trace['edges']).toContainEqual({
      from: { number: 'PAL1' },
      to: { number: 'SHIP1' },
      activity: { kind: 'SHIP' },
    });
    expect(trace['edges']).toHaveLength(10);
  });

  it('names the shipment also to those who ask for its own lot', async () => {
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: FORWARD, depth: 1) { shipments { lot { number } quantity } } } }`;
    expect(await fieldOf(mes, query, { id: ids['SHIP1'] })).toEqual({
      trace: { shipments: [{ lot: { number: 'SHIP1' }, quantity: '50' }] },
    });
  });

  it('stops at the depth asked for and says so', async () => {
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: FORWARD, depth: 1) { truncated lots { lot { number } depth } } } }`;
    expect(await fieldOf(mes, query, { id: ids['R2'] })).toEqual({
      trace: { truncated: true, lots: [{ lot: { number: 'M1' }, depth: 1 }] },
    });
    for (const depth of [0, 1_001]) {
      const { errors } = await mes.ask(query.replace('depth: 1', `depth: ${depth}`), { id: ids['R2'] });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });
});

describe('an activity', () => {
  it('happens once, however often it is sent', async () => {
    const input = { requestId: 'once', outputs: [{ number: 'ONCE', materialId: 'RAW', quantity: '5' }] };
    const answers = await Promise.all(Array.from({ length: 5 }, () => record('RECEIVE', input)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect((await lotOf('ONCE')).onHand).toBe('5');
    const changed = { ...input, outputs: [{ number: 'ONCE', materialId: 'RAW', quantity: '6' }] };
    expect(await record('RECEIVE', changed)).toMatchObject({ code: 'REQUEST_ID_REUSED' });
  });

  it('gives the last of a lot to one of those who want it at once', async () => {
    const { LAST: lotId } = await receive('RAW', { LAST: '10' });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        record('TRANSFORM', {
          inputs: [{ lotId, quantity: '10' }],
          outputs: [{ number: `LAST-${at}`, materialId: 'F', quantity: '1' }],
        }),
      ),
    );
    const refused = answers.filter(({ code }) => code);
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ code: 'INSUFFICIENT_QUANTITY', limit: '0', actual: '10' });
    expect((await lotOf('LAST')).onHand).toBe('0');
    const made = await fieldOf<{ edges: unknown[] }>(
      mes,
      `{ lots(factoryId: "${factoryId}", filter: { numberPrefix: "LAST-" }) { edges { node { id } } } }`,
    );
    expect(made.edges).toHaveLength(1);
  });

  it('leaves nothing behind when it is refused, and may be sent again', async () => {
    const { FEW: lotId } = await receive('RAW', { FEW: '1' });
    const input = {
      requestId: 'too-much',
      inputs: [{ lotId, quantity: '2' }],
      outputs: [{ number: 'NEVER', materialId: 'F', quantity: '1' }],
    };
    expect(await record('TRANSFORM', input)).toMatchObject({ code: 'INSUFFICIENT_QUANTITY', limit: '1', actual: '2' });
    expect(await lotOf('NEVER')).toBeNull();
    await record('RECEIVE', { outputs: [{ lotId, quantity: '1' }] });
    expect(await record('TRANSFORM', input)).toMatchObject({ replayed: false });
  });

  it('keeps what a split knows, and loses nothing without a reason', async () => {
    const outputs = [{ number: 'MILK', materialId: 'RAW', quantity: '10', unit: 'l', expiresOn: '2999-01-01' }];
    const { activity } = await record('RECEIVE', { outputs });
    const inputs = [{ lotId: activity.outputs[0]!.lot.id, quantity: '10' }];
    const part = (number: string, quantity: string) => ({ number, quantity });
    expect(await record('SPLIT', { inputs, outputs: [part('MILK-1', '4'), part('MILK-2', '5')] })).toMatchObject({
      code: 'NOT_CONSERVED',
      limit: '10',
      actual: '9',
    });
    const split = { inputs, outputs: [part('MILK-1', '4'), part('MILK-2', '5')], lossQuantity: '1' };
    expect(await record('SPLIT', split)).toMatchObject({ code: 'REASON_MISSING' });
    await record('SPLIT', { ...split, reason: 'spilt' });
    expect(await lotOf('MILK-2')).toMatchObject({ unit: 'l', expiresOn: '2999-01-01', onHand: '5' });
  });

  it('is refused where it makes no sense', async () => {
    const {
      A: a,
      B: b,
      C: c,
    } = { ...(await receive('RAW', { A: '5', B: '5' })), ...(await receive('OTHER', { C: '5' })) };
    const input = (lotId: unknown, quantity = '5') => ({ lotId, quantity });
    const output = (number: string, quantity = '5', more: Input = {}) => ({
      number,
      materialId: 'F',
      quantity,
      ...more,
    });
    const refusals: [string, Input, string][] = [
      ['RECEIVE', { inputs: [input(a)], outputs: [output('X')] }, 'BAD_INPUTS'],
      ['RECEIVE', {}, 'BAD_OUTPUTS'],
      ['MERGE', { inputs: [input(a)], outputs: [output('X')] }, 'BAD_INPUTS'],
      [
        'MERGE',
        { inputs: [input(a), input(c)], outputs: [output('X', '10', { materialId: 'RAW' })] },
        'MATERIAL_DIFFERS',
      ],
      ['TRANSFORM', { inputs: [input(a)], outputs: [input(a)] }, 'SAME_LOT'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [output('X'), output('X')] }, 'SAME_LOT'],
      ['TRANSFORM', { inputs: [input(a, '0')], outputs: [output('X')] }, 'BAD_QUANTITY'],
      ['TRANSFORM', { inputs: [input('none')], outputs: [output('X')] }, 'NOT_FOUND'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [output('')] }, 'BAD_NUMBER'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [{ number: 'X', quantity: '1' }] }, 'MATERIAL_MISSING'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [output('X', '2', { kind: 'SERIAL' })] }, 'SERIAL_IS_ONE'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [output('X')], lossQuantity: '1' }, 'NOT_OF_THIS_KIND'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [output('X')], shipment: {} }, 'NOT_OF_THIS_KIND'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [output('X', '1', { gtin: '123' })] }, 'BAD_GTIN'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [output('X', '1', { status: 'BLOCKED' })] }, 'BAD_STATUS'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [{ lotId: b, quantity: '1', unit: 'kg' }] }, 'UNIT_DIFFERS'],
      ['TRANSFORM', { inputs: [input(a)], outputs: [output('X')], workOrderId: 'none' }, 'ORDER_NOT_FOUND'],
      ['TRANSFORM', { inputs: [{ ...input(a), locationId: 'none' }], outputs: [output('X')] }, 'LOCATION_NOT_FOUND'],
      ['TRANSFORM', { factoryId: 'factory-xx', inputs: [input(a)], outputs: [output('X')] }, 'FACTORY_NOT_FOUND'],
      ['TRANSFORM', { requestId: '', inputs: [input(a)], outputs: [output('X')] }, 'BAD_REQUEST_ID'],
      ['RECEIVE', { outputs: Array.from({ length: 501 }, (_, at) => output(`X${at}`)) }, 'BAD_COUNT'],
    ];
    for (const [kind, about, code] of refusals) {
      expect([code, await record(kind, about)]).toEqual([code, expect.objectContaining({ code })]);
    }
    expect(await lotOf('X')).toBeNull();
  });

  it('uses no lot that is not available or past its expiry', async () => {
    const { BAD: lotId } = await receive('RAW', { BAD: '5' });
    const use = (id: unknown) =>
      record('TRANSFORM', {
        inputs: [{ lotId: id, quantity: '1' }],
        outputs: [{ number: `U${requests}`, materialId: 'F', quantity: '1' }],
      });
    await send(STATUS, {
      id: lotId,
      version: 1,
      status: 'QUARANTINE',
      reason: 'smells',
      requestId: undefined,
      factoryId: undefined,
    });
    expect(await use(lotId)).toMatchObject({ code: 'LOT_NOT_USABLE', lotId });
    const outputs = [{ number: 'OLD', materialId: 'RAW', quantity: '5', expiresOn: '2001-01-01' }];
    const { activity } = await record('RECEIVE', { outputs });
    expect(await use(activity.outputs[0]!.lot.id)).toMatchObject({ code: 'LOT_EXPIRED' });
  });

  it('is listed with its lot, latest first', async () => {
    const { LISTED: lotId } = await receive('RAW', { LISTED: '5' });
    await record('SHIP', { inputs: [{ lotId, quantity: '2' }], shipment: { reference: 'DN-2' } });
    const query = `query($lotId: ID!, $after: String) { lotActivities(lotId: $lotId, first: 1, after: $after) {
      edges { node { kind shipmentReference inputs { quantity } } } pageInfo { hasNextPage endCursor } } }`;
    type Page = { edges: { node: Input }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    const first = await fieldOf<Page>(mes, query, { lotId });
    expect(first.edges[0]!.node).toEqual({ kind: 'SHIP', shipmentReference: 'DN-2', inputs: [{ quantity: '2' }] });
    const second = await fieldOf<Page>(mes, query, { lotId, after: first.pageInfo.endCursor });
    expect(second).toMatchObject({ edges: [{ node: { kind: 'RECEIVE' } }], pageInfo: { hasNextPage: false } });
  });
});

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
