import { createClientOf } from './dispatching-for-tests.ts';
import { operator, otherTenant } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, sayTo, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

let now = new Date('2026-03-10T04:00:00Z');
const later = (minutes: number) => (now = new Date(now.getTime() + minutes * 60_000));
let mes: TestSubgraph;
let plant: Plant;
let floor: ReturnType<typeof createClientOf>;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
  floor = createClientOf(mes);
});
afterAll(() => mes.stop());

const auditOf = (entityId: string) =>
  mes.rows<{ command: string }>(`SELECT command FROM mes.audit_entries WHERE entity_id = $1 ORDER BY position`, [
    entityId,
  ]);
const eventsOf = async (orderId: string) =>
  (
    await mes.rows<{ type: string }>(
      `SELECT envelope->>'event_type' AS type FROM mes.outbox WHERE aggregate_id = $1 ORDER BY id`,
      [orderId],
    )
  ).map(({ type }) => type);

async function eventually(check: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await check();
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describe('an operation on the floor', () => {
  it('starts its released order with the first job, is joined, rests, goes on and is finished', async () => {
    const order = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const [first] = order.operations;
    const started = await floor.start(first!.id, { operatorId: 'ann' });
    expect(started).toMatchObject({
      replayed: false,
      job: { kind: 'LABOUR', operatorId: 'ann', station: { code: 'M1' }, endedAt: null },
      operation: { status: 'IN_PROGRESS', version: 2, workOrder: { status: 'IN_PROGRESS' } },
    });
    later(10);
    expect(await floor.start(first!.id, { operatorId: 'ben' })).toMatchObject({ operation: { version: 2 } });
    expect(await floor.start(first!.id, { operatorId: 'ben' })).toMatchObject({ code: 'ALREADY_RUNNING' });
    expect(await floor.start(first!.id, { kind: 'MACHINE' })).toMatchObject({ job: { operatorId: null } });
    later(10);
    expect(await floor.pause(first!.id, { operatorId: 'ann' })).toMatchObject({ operation: { status: 'IN_PROGRESS' } });
    expect(await floor.pause(first!.id, { operatorId: 'ann' })).toMatchObject({ code: 'NOT_RUNNING' });
    expect(await floor.pause(first!.id)).toMatchObject({
      operation: { status: 'PAUSED', version: 3, runningJobs: [] },
    });
    expect(await floor.start(first!.id)).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
    later(60);
    expect(await floor.resume(first!.id, { operatorId: 'ann', kind: 'SETUP' })).toMatchObject({
      operation: { status: 'IN_PROGRESS', version: 4 },
    });
    later(5);
    expect(await floor.finish(first!.id, 3)).toMatchObject({ code: 'STALE_VERSION' });
    expect(await floor.finish(first!.id, 4)).toMatchObject({ operation: { status: 'FINISHED', runningJobs: [] } });
    expect(await floor.reopen(first!.id, 5, ' ')).toMatchObject({ code: 'REASON_REQUIRED' });
    expect(await floor.reopen(first!.id, 5, 'one was missed')).toMatchObject({ operation: { status: 'IN_PROGRESS' } });

    expect(await floor.labour(order.id)).toMatchObject({
      labourSeconds: String(20 * 60 + 10 * 60),
      machineSeconds: String(10 * 60),
      setupSeconds: '300',
    });
    expect((await auditOf(first!.id)).map(({ command }) => command)).toEqual([
      'startOperation',
      'pauseOperation',
      'resumeOperation',
      'finishOperation',
      'reopenOperation',
    ]);
    expect((await eventsOf(order.id)).filter((type) => type.startsWith('Operation'))).toEqual([
      'OperationStarted',
      'OperationPaused',
      'OperationResumed',
      'OperationFinished',
      'OperationResumed',
    ]);
  });

  it('is started once, however often the terminal sends it', async () => {
    const order = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const send = () => floor.start(order.operations[0]!.id, { requestId: 'queued' });
    const answers = await Promise.all([send(), send(), send(), send()]);
    expect(new Set(answers.map((it) => (it as { job: { id: string } }).job.id)).size).toBe(1);
    expect(await floor.start(order.operations[1]!.id, { requestId: 'queued' })).toMatchObject({
      code: 'REQUEST_ID_REUSED',
    });
  });

  it('takes each operator once and any number of them, however many terminals press at once', async () => {
    const order = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const operationId = order.operations[0]!.id;
    const who = ['ann', 'ann', 'ann', 'ben', 'cid', 'cid'];
    const answers = await Promise.all(who.map((operatorId) => floor.start(operationId, { operatorId })));
    expect(answers.filter((it) => it['code'] === 'ALREADY_RUNNING')).toHaveLength(3);
    const jobs = `SELECT operator_id AS who FROM mes.jobs WHERE operation_id = $1 ORDER BY operator_id`;
    expect(await mes.rows(jobs, [operationId])).toEqual([{ who: 'ann' }, { who: 'ben' }, { who: 'cid' }]);
    const started = (await eventsOf(order.id)).filter((type) => /Started$/.test(type));
    expect(started).toEqual(['WorkOrderStarted', 'OperationStarted']);
  });

  it('does not start, nor start its order, while something is in the way', async () => {
    const order = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const refusal = await floor.start(order.operations[1]!.id, { requestId: 'blocked' });
    expect(refusal).toMatchObject({ code: 'BLOCKED', blockers: [{ kind: 'PREDECESSOR_NOT_DONE' }] });
    expect(await mes.rows(`SELECT status FROM mes.work_orders WHERE id = $1`, [order.id])).toEqual([
      { status: 'RELEASED' },
    ]);
    expect(await mes.rows(`SELECT 1 FROM mes.requests WHERE request_id = 'blocked'`)).toEqual([]);
  });

  it('needs a station that is there, an operator with a name, and an order on the floor', async () => {
    const order = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const [first] = order.operations;
    expect(await floor.start(first!.id, { stationId: 'nowhere' })).toMatchObject({ code: 'STATION_NOT_FOUND' });
    expect(await floor.start(first!.id, { operatorId: '\u0000' })).toMatchObject({ code: 'BAD_OPERATOR' });
    expect(await floor.start('nothing')).toMatchObject({ code: 'OPERATION_NOT_FOUND' });
    expect(await floor.start(first!.id, {}, otherTenant)).toMatchObject({ code: 'OPERATION_NOT_FOUND' });
    const planned = await anOrder(mes, plant, { upTo: 'PLANNED' });
    expect(await floor.start(planned.operations[0]!.id)).toMatchObject({ code: 'ORDER_NOT_RUNNING' });
    const [other] = await mes.rows<{ id: string }>(`SELECT id FROM mes.stations WHERE code = 'M2'`);
    expect(await floor.start(first!.id, { stationId: other!.id })).toMatchObject({ code: 'WRONG_EQUIPMENT_CLASS' });
    expect(await floor.finish(first!.id, 1)).toMatchObject({ code: 'ORDER_NOT_RUNNING' });
  });

  it('keeps nobody on it when its order is held: jobs end at that moment and the operation rests', async () => {
    const order = await anOrder(mes, plant, { upTo: 'RELEASED' });
    const [first] = order.operations;
    await floor.start(first!.id, { operatorId: 'ann' });
    const heldAt = later(7);
    const [row] = await mes.rows<{ version: number }>(`SELECT version FROM mes.work_orders WHERE id = $1`, [order.id]);
    await floor.hold(order.id, row!.version);
    later(1);
    await eventually(async () => {
      const jobs = await mes.rows<{ ended_at: Date }>(`SELECT ended_at FROM mes.jobs WHERE operation_id = $1`, [
        first!.id,
      ]);
      expect(jobs.map((job) => job.ended_at)).toEqual([heldAt]);
      expect(await mes.rows(`SELECT status FROM mes.work_order_operations WHERE id = $1`, [first!.id])).toEqual([
        { status: 'PAUSED' },
      ]);
    });
    expect((await auditOf(first!.id)).at(-1)).toEqual({ command: 'holdWorkOrder' });
    expect(await floor.resume(first!.id)).toMatchObject({ code: 'ORDER_NOT_RUNNING' });
    await sayTo(mes, 'resume', { id: order.id, version: row!.version + 1 });
    expect(await floor.resume(first!.id)).toMatchObject({ operation: { status: 'IN_PROGRESS' } });
  });
});

describe('the dispatch list', () => {
  const numbers = (list: { edges: { node: { workOrder: { number: string } } }[] }) =>
    list.edges.map(({ node }) => node.workOrder.number);

  it('has what is to be done at the station: running first, then by priority, due date and plan', async () => {
    const own = await setUpPlant(mes, { factoryId: 'factory-bj-01' });
    const released = (number: string) => anOrder(mes, own, { number, upTo: 'RELEASED' });
    const [a, b, c, d] = [await released('A'), await released('B'), await released('C'), await released('D')];
    await anOrder(mes, own, { number: 'E', upTo: 'PLANNED' });
    await mes.rows(`UPDATE mes.work_orders SET priority = 1 WHERE id = $1`, [b!.id]);
    await mes.rows(`UPDATE mes.work_orders SET due_date = '2026-04-01' WHERE id = $1`, [c!.id]);
    expect(
      await floor.assign(a!.operations[0]!.id, 1, {
        plannedStartAt: '2026-03-11T00:00:00Z',
        plannedEndAt: '2026-03-11T01:00:00Z',
      }),
    ).toMatchObject({ operation: { version: 2, plannedStartAt: '2026-03-11T00:00:00.000Z' } });
    await floor.start(d!.operations[0]!.id, { operatorId: 'ann' });
    const list = await floor.list({ stationId: own.stationId });
    expect(numbers(list)).toEqual(['D', 'B', 'C', 'A']);
    expect(list.edges[0]!.node).toMatchObject({
      availableQuantity: '10',
      remainingQuantity: '10',
      runningJobs: [{ operatorId: 'ann' }],
    });
    const pages: string[] = [];
    let after: string | null = null;
    do {
      const page = await floor.list({ stationId: own.stationId, first: 1, after });
      pages.push(...numbers(page));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(pages).toEqual(['D', 'B', 'C', 'A']);
    expect(await floor.stationList(own.stationId)).toEqual(['D', 'B', 'C', 'A']);
    await expect(floor.list({ stationId: own.stationId, after: 'x' })).rejects.toThrow('cursor');
    await expect(floor.list({ stationId: own.stationId, factoryId: 'f' })).rejects.toThrow('stationId');
    expect(await floor.list({ stationId: own.stationId }, operator)).toBeNull();
  });

  it('offers what needs only a class at every station of it, until one of them begins', async () => {
    const order = await anOrder(mes, plant, { number: 'CLASS', upTo: 'RELEASED' });
    const [first] = order.operations;
    await mes.rows(`UPDATE mes.stations SET equipment_class = 'LATHE' WHERE factory_id = 'factory-sh-01'`);
    await mes.rows(`UPDATE mes.work_order_operations SET equipment_class = 'LATHE', station_id = NULL WHERE id = $1`, [
      first!.id,
    ]);
    const stations = await mes.rows<{ id: string }>(
      `SELECT id FROM mes.stations WHERE factory_id = 'factory-sh-01' ORDER BY code`,
    );
    for (const { id } of stations) expect(numbers(await floor.list({ stationId: id }))).toContain('CLASS');
    const ofClass = { factoryId: plant.factoryId, equipmentClass: 'LATHE' };
    expect(numbers(await floor.list(ofClass))).toContain('CLASS');
    await floor.start(first!.id, { stationId: stations[1]!.id });
    expect(numbers(await floor.list({ stationId: stations[0]!.id }))).not.toContain('CLASS');
    expect(numbers(await floor.list({ stationId: stations[1]!.id }))[0]).toBe('CLASS');
    expect(await floor.assign(first!.id, 2, { stationId: stations[0]!.id })).toMatchObject({ code: 'JOBS_RUNNING' });
    await floor.pause(first!.id);
    expect(await floor.assign(first!.id, 3, { stationId: stations[0]!.id })).toMatchObject({
      operation: { station: { code: 'M1' } },
    });
    expect(await floor.assign(first!.id, 3, { stationId: null })).toMatchObject({ code: 'STALE_VERSION' });
  });
});
