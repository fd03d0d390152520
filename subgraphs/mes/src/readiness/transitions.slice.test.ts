import { inChinese, operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { countQueries } from '@enghub/testkit/count-queries';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldOf, REPORT, sayTo, stepOf } from '../plant-for-tests.ts';
import { blockersOf, kindsOf, startFloor, TRANSITIONS, type Floor, type Transition } from './floor-for-tests.ts';

type Refused = { code: string; message: string; blockers: { kind: string; message: string }[] };

let floor: Floor;
beforeAll(async () => {
  floor = await startFloor();
});
afterAll(() => floor.stop());

const allowed = (transitions: readonly Transition[]) =>
  transitions.filter((it) => it.allowed).map(({ action }) => action);

const START_OPERATION = `mutation($input: StartOperationInput!) { startOperation(input: $input) {
  ... on StartOperationPayload { operation { id status } }
  ... on DispatchRefusal { code message blockers { kind message } } } }`;
const startOperation = (input: Record<string, unknown>, claims = productionManager) =>
  floor.say<Refused & { operation?: { status: string } }>(START_OPERATION, input, claims);
const command = (verb: string, order: { id: string; version: number }) =>
  fieldOf<Refused>(floor.mes, stepOf(verb).replace('code message', 'code message blockers { kind message }'), {
    input: { id: order.id, version: order.version },
  });

describe('an order', () => {
  it('shows every action, and which of them its state allows', async () => {
    const planned = await floor.order('PLANNED');
    const transitions = await floor.transitions(planned.id);
    expect(transitions.map(({ action }) => action)).toEqual([
      'RELEASE',
      'START',
      'HOLD',
      'RESUME',
      'COMPLETE',
      'REOPEN',
      'CLOSE',
      'CANCEL',
    ]);
    expect(allowed(transitions)).toEqual(['RELEASE', 'CANCEL']);
    expect(blockersOf(transitions, 'START')).toMatchObject([
      { kind: 'STATE', source: 'mes', reference: planned.id, message: 'The work order is planned.' },
    ]);
    const chinese = await floor.transitions(planned.id, inChinese(productionManager));
    expect(blockersOf(chinese, 'START')[0]!.message).toBe('工单已计划。');

    const running = await floor.order('IN_PROGRESS');
    expect(allowed(await floor.transitions(running.id))).toEqual(['HOLD', 'COMPLETE', 'CANCEL']);
    const completed = await sayTo(floor.mes, 'complete', running);
    expect(allowed(await floor.transitions(completed.id))).toEqual(['REOPEN', 'CLOSE']);
  });

  it('on which something was reported cannot be cancelled', async () => {
    const { id, operations } = await floor.order('IN_PROGRESS');
    const input = { requestId: `r-${id}`, operationId: operations[0]!.id, goodQuantity: '1' };
    await fieldOf(floor.mes, REPORT, { input });
    expect(kindsOf(await floor.transitions(id), 'CANCEL')).toEqual(['HAS_REPORTS']);
  });

  it('is asked about anew after each command of one request', async () => {
    const { id, version } = await floor.order('RELEASED');
    const payload = `{ ... on WorkOrderPayload { workOrder { transitions { action allowed } } } }`;
    const { data } = await floor.mes.ask(
      `mutation { a: startWorkOrder(input: { id: "${id}", version: ${version} }) ${payload}
        b: completeWorkOrder(input: { id: "${id}", version: ${version + 1} }) ${payload} }`,
    );
    const answers = data as Record<string, { workOrder: { transitions: Transition[] } }>;
    expect(allowed(answers['a']!.workOrder.transitions)).toContain('COMPLETE');
    expect(allowed(answers['b']!.workOrder.transitions)).toEqual(['REOPEN', 'CLOSE']);
  });

  it('is not there for others', async () => {
    const { id } = await floor.order('PLANNED');
    expect(
      await fieldOf(floor.mes, `{ workOrder(id: "${id}") { transitions { action } } }`, {}, otherTenant),
    ).toBeNull();
  });
});

describe('material', () => {
  it('that is short stops the start of an order, which says what is needed and what is there', async () => {
    await floor.stock('4.5');
    const order = await floor.order('RELEASED', floor.steel);
    const [blocker, ...rest] = blockersOf(await floor.transitions(order.id), 'START');
    expect(rest).toEqual([]);
    expect(blocker).toMatchObject({
      kind: 'MATERIAL_SHORTAGE',
      reference: 'STEEL',
      message: '5 kg of STEEL are needed, 4.5 kg are available.',
    });
    expect(kindsOf(await floor.transitionsOf(order.id, 0), 'START')).toEqual(['MATERIAL_SHORTAGE']);
    expect(await command('start', order)).toMatchObject({
      code: 'BLOCKED',
      blockers: [{ kind: 'MATERIAL_SHORTAGE', message: blocker!.message }],
    });
    await floor.stock('5');
    expect(blockersOf(await floor.transitions(order.id), 'START')).toEqual([]);
    expect(await command('start', order)).toMatchObject({ workOrder: { status: 'IN_PROGRESS' } });
  });

  it('that is kept for the order is there for it, and for no other', async () => {
    await floor.stock('8');
    const mine = await floor.order('RELEASED', floor.steel);
    const other = await floor.order('RELEASED', floor.steel);
    await floor.mes.rows(
      `WITH kept AS (INSERT INTO mes.stock_reservations
         (id, tenant_id, factory_id, work_order_id, material_id, balance_id, quantity)
       SELECT gen_random_uuid(), tenant_id, factory_id, $1, material_id, id, 5 FROM mes.stock_balances RETURNING 1)
       UPDATE mes.stock_balances SET reserved = 5`,
      [mine.id],
    );
    expect(kindsOf(await floor.transitions(mine.id), 'START')).toEqual([]);
    expect(blockersOf(await floor.transitions(other.id), 'START')).toMatchObject([
      { message: '5 kg of STEEL are needed, 3 kg are available.' },
    ]);
    await floor.mes.rows(
      `WITH gone AS (DELETE FROM mes.stock_reservations) UPDATE mes.stock_balances SET reserved = 0`,
    );
  });

  it('is not minded where the plant only warns, for orders released since', async () => {
    await floor.stock('0');
    const strict = await floor.order('RELEASED', floor.steel);
    await floor.policies({ materialShortage: 'WARN' }, 0);
    const lax = await floor.order('RELEASED', floor.steel);
    await floor.policies({ materialShortage: 'BLOCK' }, 1);
    expect(kindsOf(await floor.transitions(strict.id), 'START')).toEqual(['MATERIAL_SHORTAGE']);
    expect(kindsOf(await floor.transitions(lax.id), 'START')).toEqual([]);
    await floor.stock('100000');
  });
});

describe('an operation', () => {
  it('waits for the one before it', async () => {
    const { id, operations } = await floor.order('IN_PROGRESS');
    const [blocker] = blockersOf(await floor.transitionsOf(id, 1), 'START');
    expect(blocker).toMatchObject({
      kind: 'PREDECESSOR_NOT_DONE',
      reference: operations[0]!.id,
      message: 'Operation 10 Turning has made 0 pieces; none is left to work on.',
    });
    expect(await startOperation({ operationId: operations[1]!.id })).toMatchObject({
      code: 'BLOCKED',
      blockers: [{ kind: 'PREDECESSOR_NOT_DONE' }],
    });
    const input = { requestId: `r-${id}`, operationId: operations[0]!.id, goodQuantity: '1' };
    await fieldOf(floor.mes, REPORT, { input });
    expect(kindsOf(await floor.transitionsOf(id, 1), 'START')).toEqual([]);
  });

  it('waits for an operator who is qualified for it', async () => {
    const { id, operations } = await floor.order('IN_PROGRESS', floor.steel);
    await fieldOf(floor.mes, REPORT, {
      input: { requestId: `r-${id}`, operationId: operations[0]!.id, goodQuantity: '1' },
    });
    const ofHer = () => floor.transitionsOf(id, 1, operator);
    expect(blockersOf(await ofHer(), 'START')).toMatchObject([
      { kind: 'OPERATOR_NOT_QUALIFIED', reference: 'MILLING', message: 'emp-101 is not qualified for MILLING.' },
    ]);
    expect(await startOperation({ operationId: operations[1]!.id }, operator)).toMatchObject({ code: 'BLOCKED' });
    await floor.say(`mutation($input: GrantQualificationInput!) { grantQualification(input: $input) { __typename } }`, {
      factoryId: 'factory-sh-01',
      operatorId: 'emp-101',
      skill: 'MILLING',
      validFrom: '2020-01-01',
    });
    expect(kindsOf(await ofHer(), 'START')).toEqual([]);
    // The manager is not qualified, but may ask for her.
    expect(kindsOf(await floor.transitionsOf(id, 1), 'START')).toEqual(['OPERATOR_NOT_QUALIFIED']);
    expect(kindsOf(await floor.transitionsOf(id, 1, productionManager, '(operatorId: "emp-101")'), 'START')).toEqual(
      [],
    );
    expect(await startOperation({ operationId: operations[1]!.id }, operator)).toMatchObject({
      operation: { status: 'IN_PROGRESS' },
    });
  });

  it('waits for a free place at its station, where the plant insists', async () => {
    await floor.policies({ occupiedStation: 'BLOCK' }, 2);
    const first = await floor.order('RELEASED');
    const second = await floor.order('RELEASED');
    await floor.policies({ occupiedStation: 'WARN' }, 3);
    const easy = await floor.order('RELEASED');
    expect(kindsOf(await floor.transitionsOf(first.id, 0), 'START')).toEqual([]);
    expect(await startOperation({ operationId: first.operations[0]!.id })).toHaveProperty('operation');
    expect(blockersOf(await floor.transitionsOf(second.id, 0), 'START')).toMatchObject([
      { kind: 'STATION_OCCUPIED', message: 'Station M1 runs 1 jobs; it can run 1.' },
    ]);
    expect(await startOperation({ operationId: second.operations[0]!.id })).toMatchObject({ code: 'BLOCKED' });
    expect(kindsOf(await floor.transitionsOf(easy.id, 0), 'START')).toEqual([]);

    // As many as fit in the shift that runs now, whichever it is.
    const capacity = (jobs: number) =>
      fieldOf(
        floor.mes,
        `mutation($input: DefineStationCapacityInput!) { defineStationCapacity(input: $input) { __typename } }`,
        { input: { stationId: floor.plant.stationId, validFrom: '2000-01-01', jobs } },
      );
    await capacity(2);
    expect(kindsOf(await floor.transitionsOf(second.id, 0), 'START')).toEqual([]);
    expect(await startOperation({ operationId: second.operations[0]!.id })).toHaveProperty('operation');
    await capacity(0);
    const third = await floor.order('RELEASED');
    expect(kindsOf(await floor.transitionsOf(third.id, 0), 'START')).toEqual([]);
    await floor.policies({ occupiedStation: 'BLOCK' }, 4);
    const fourth = await floor.order('RELEASED');
    expect(blockersOf(await floor.transitionsOf(fourth.id, 0), 'START')).toMatchObject([
      { kind: 'STATION_OCCUPIED', message: 'Station M1 runs 2 jobs; it can run 0.' },
    ]);
    await capacity(100);
    await floor.policies({ occupiedStation: 'WARN' }, 5);
  });

  it('of an order that is not running can neither be resumed nor reported on', async () => {
    const { id } = await floor.order('PLANNED');
    const transitions = await floor.transitionsOf(id, 0);
    expect(allowed(transitions)).toEqual([]);
    expect(kindsOf(transitions, 'REPORT')).toEqual(['ORDER_STATE']);
    expect(kindsOf(transitions, 'RESUME')).toEqual(['STATE']);
  });

  it('has no transitions at what is no station at all', async () => {
    const { id } = await floor.order('RELEASED');
    expect(await floor.transitionsOf(id, 0, productionManager, '(stationId: "nowhere")')).toBeNull();
  });
});

describe('a list of orders', () => {
  it('takes as many queries for fifty as for five', async () => {
    for (let at = 0; at < 25; at += 1) {
      await floor.order(at % 3 === 0 ? 'PLANNED' : 'RELEASED', floor.steel);
      await floor.order(at % 2 === 0 ? 'IN_PROGRESS' : 'RELEASED');
    }
    const list = (first: number) =>
      countQueries(() =>
        fieldOf<{ edges: unknown[] }>(
          floor.mes,
          `{ workOrders(first: ${first}) { edges { node {
            transitions { ${TRANSITIONS} } operations { id transitions { ${TRANSITIONS} } } } } } }`,
        ),
      );
    await list(1);
    const few = await list(5);
    const many = await list(50);
    expect(many.result.edges).toHaveLength(50);
    expect(many.queries, many.texts.join('\n\n')).toBeLessThanOrEqual(few.queries);
    expect(many.queries).toBeLessThan(32);
  });
});
