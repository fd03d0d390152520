import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { erp, fieldOf, setUpPlant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';
import { factoryId, lotsOf, STATUS, type Input } from './lots-for-tests.ts';

let mes: TestSubgraph;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  await setUpPlant(mes);
});
afterAll(() => mes.stop());
const { lotOf, receive, record } = lotsOf(() => mes);

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
        outputs: [{ number: `U-${String(id)}`, materialId: 'F', quantity: '1' }],
      });
    await fieldOf(mes, STATUS, { input: { id: lotId, version: 1, status: 'QUARANTINE', reason: 'smells' } });
    expect(await use(lotId)).toMatchObject({ code: 'LOT_NOT_USABLE', lotId });
    const outputs = [{ number: 'OLD', materialId: 'RAW', quantity: '5', expiresOn: '2001-01-01' }];
    const { activity } = await record('RECEIVE', { outputs });
    expect(await use(activity.outputs[0]!.lot.id)).toMatchObject({ code: 'LOT_EXPIRED' });
  });

  it('may bring a reworked piece back, and the loop is walked to its end', async () => {
    const piece = { number: 'UNIT-1', materialId: 'UNIT', kind: 'SERIAL', quantity: '1' };
    const made = await record('RECEIVE', { outputs: [piece] });
    const unit = made.activity.outputs[0]!.lot.id;
    const rework = await record('TRANSFORM', {
      inputs: [{ lotId: unit, quantity: '1' }],
      outputs: [{ number: 'REWORK-1', materialId: 'UNIT', quantity: '1' }],
    });
    const inputs = [{ lotId: rework.activity.outputs[0]!.lot.id, quantity: '1' }];
    expect(await record('TRANSFORM', { inputs, outputs: [{ lotId: unit, quantity: '1' }] })).toMatchObject({
      replayed: false,
    });
    expect(await lotOf('UNIT-1')).toMatchObject({ onHand: '1' });
    const query = `query($id: ID!) { lot(id: $id) { trace(direction: BOTH) { lots { direction lot { number } } edges { to { number } } } } }`;
    expect(await fieldOf(mes, query, { id: unit })).toEqual({
      trace: {
        lots: [{ direction: 'BOTH', lot: { number: 'REWORK-1' } }],
        edges: [{ to: { number: 'REWORK-1' } }, { to: { number: 'UNIT-1' } }],
      },
    });
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
