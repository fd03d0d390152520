/** What still works, what is refused and how it comes back when a part of the house is down: one plant, both forms. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { dataOf, type Answer } from '../support/graph.ts';
import { everyPage } from '../support/pages.ts';
import { reportMutation, smallPlant, type SmallPlant } from '../support/small-plant.ts';
import { startBreakable, type BreakableSystem, type Form } from '../support/two-forms.ts';

const RATE = 25;

describe.each<Form>(['all-in-one', 'distributed'])('the %s form', (form) => {
  let running: BreakableSystem | undefined;
  let plant: SmallPlant;
  const acknowledged = new Set<string>();

  beforeAll(async () => {
    // Of a class that no other story here uses.
    running = await startBreakable(form, { RATE_WORK_ORDER_COMMANDS: String(RATE) });
    if (!running) return;
    plant = await smallPlant(running.graph, { quantity: '100000' });
    const plan =
      'mutation { defineInspectionPlan(input: { factoryId: "factory-sh-01", trigger: EVERY_REPORT }) { __typename } }';
    dataOf<object>(await running.graph.ask('emp-201', plan));
  });
  afterAll(async () => {
    await running?.stop();
  });

  function story(name: string, tell: (system: BreakableSystem) => Promise<void>): void {
    it(name, async (context) => {
      if (!running) return context.skip();
      await tell(running);
    });
  }

  type Reported = { reportProduction: { __typename: string; report?: { id: string } } };
  const report = (system: BreakableSystem, requestId: string = crypto.randomUUID()): Promise<Answer> =>
    system.graph.ask('emp-101', reportMutation, {
      input: { requestId, operationId: plant.operationId, goodQuantity: '1', endedAt: '2012-02-01T02:00:00Z' },
    });
  const reportWell = async (system: BreakableSystem, requestId?: string): Promise<void> => {
    const { reportProduction } = dataOf<Reported>(await report(system, requestId));
    acknowledged.add(reportProduction.report!.id);
  };
  const goodQuantity = async ({ graph }: BreakableSystem) =>
    dataOf<{ workOrder: { goodQuantity: string } }>(
      await graph.ask('emp-001', 'query ($id: ID!) { workOrder(id: $id) { goodQuantity } }', { id: plant.orderId }),
    ).workOrder.goodQuantity;
  const inspected = async ({ graph }: BreakableSystem) =>
    (await everyPage<{ productionReportId: string }>(graph, 'emp-201', 'inspections', 'productionReportId'))
      .map((it) => it.productionReportId)
      .sort();
  const untilEveryReportIsInspectedOnce = async (system: BreakableSystem) => {
    await eventually(async () => (await inspected(system)).length >= acknowledged.size, { within: 90_000, every: 500 });
    expect(await inspected(system)).toEqual([...acknowledged].sort());
  };

  story(
    'takes every command and query without RabbitMQ; what was to be told is told when it is back',
    async (system) => {
      for (let at = 0; at < 3; at += 1) await reportWell(system);
      await untilEveryReportIsInspectedOnce(system);
      system.rabbitMq.refuse();
      for (let at = 0; at < 10; at += 1) await reportWell(system);
      expect(await goodQuantity(system)).toBe(String(acknowledged.size));
      expect((await inspected(system)).length).toBe(3);
      system.rabbitMq.restore();
      await untilEveryReportIsInspectedOnce(system);
    },
  );

  story('answers everything without Redis, and counts calls in memory meanwhile', async (system) => {
    system.redis.refuse();
    for (let at = 0; at < 5; at += 1) await reportWell(system);
    expect(await goodQuantity(system)).toBe(String(acknowledged.size));
    const hold = () =>
      system.graph.ask(
        'emp-301',
        'mutation ($input: WorkOrderCommandInput!) { planWorkOrder(input: $input) { __typename } }',
        { input: { id: 'nowhere', version: 1 } },
      );
    const statuses: number[] = [];
    for (let at = 0; at < RATE + 2; at += 1) statuses.push((await hold()).status);
    expect(statuses).toEqual([...Array<number>(RATE).fill(200), 429, 429]);
    const late = await hold();
    expect(late.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    system.redis.restore();
    await reportWell(system);
  });

  type Figures = { shiftBoard: { goodQuantity: string }; dailyReport: { totals: { reportCount: number }[] } };
  const looked = async ({ graph }: BreakableSystem): Promise<{ good: number; reports: number; ms: number }> => {
    const startedAt = performance.now();
    const answer = await graph.ask(
      'emp-001',
      `query ($stationId: ID!, $day: LocalDate!) {
        shiftBoard(stationId: $stationId, shiftDate: $day, shift: "day") { goodQuantity hours { goodQuantity } }
        dailyReport(factoryId: "factory-sh-01", from: $day, to: $day, groupBy: [STATION]) { totals { reportCount } } }`,
      { stationId: plant.stationId, day: '2012-02-01' },
    );
    const { shiftBoard, dailyReport } = dataOf<Figures>(answer);
    const reports = dailyReport.totals[0]?.reportCount ?? 0;
    return { good: Number(shiftBoard.goodQuantity), reports, ms: performance.now() - startedAt };
  };
  const replicaIs = (system: BreakableSystem, state: string) =>
    eventually(async () => (await system.replicaState()) === state, { within: 60_000 });
  const showsEverything = async (system: BreakableSystem) => {
    const { good, reports } = await looked(system);
    return good === acknowledged.size && reports === acknowledged.size;
  };

  story(
    'takes reports and shows boards and daily reports without the read replica, and reads it again',
    async (system) => {
      const { readReplica } = system;
      for (const away of ['refuse', 'hang'] as const) {
        await replicaIs(system, 'IN_USE');
        await reportWell(system);
        let isOver = false;
        let looks = 0;
        const watcher = async () => {
          for (; !isOver; looks += 1) expect((await looked(system)).ms).toBeLessThan(10_000);
        };
        const watchers = [watcher(), watcher(), watcher()];
        readReplica[away]();
        for (let at = 0; at < 5; at += 1) await reportWell(system);
        await replicaIs(system, 'AWAY');
        expect((await fetch(`${system.graph.url}/readyz`)).status).toBe(200);
        if (system.processes) {
          const own = await fetch(`http://127.0.0.1:${system.processes.portOf('mes')}/readyz`);
          expect([own.status, await own.json()]).toMatchObject([200, { status: 'degraded' }]);
        }
        await eventually(() => showsEverything(system), { within: 30_000 });
        const before = looks;
        await eventually(async () => looks > before + 5, { within: 30_000 });
        readReplica.restore();
        await replicaIs(system, 'IN_USE');
        isOver = true;
        await Promise.all(watchers);
        await eventually(() => showsEverything(system), { within: 30_000 });
      }
    },
  );

  story(
    'answers UNAVAILABLE without PostgreSQL, in time, and comes back by itself with nothing lost',
    async (system) => {
      const before = await goodQuantity(system);
      const requestId = crypto.randomUUID();
      system.database.refuse();
      const startedAt = performance.now();
      const [command, query] = await Promise.all([
        report(system, requestId),
        system.graph.ask('emp-001', 'query ($id: ID!) { workOrder(id: $id) { number } }', { id: plant.orderId }),
      ]);
      expect(performance.now() - startedAt).toBeLessThan(20_000);
      for (const { status, data, errors } of [command, query]) {
        expect(status).toBeLessThan(500);
        expect(Object.values(data ?? {}).every((it) => it === null)).toBe(true);
        expect(errors?.map((it) => it.extensions?.['code'])).toEqual([
          expect.stringMatching(/^(SUBGRAPH_)?UNAVAILABLE$/),
        ]);
        expect(JSON.stringify(errors)).not.toMatch(/ECONN|127\.0\.0\.1|prisma|SELECT/i);
      }
      system.database.restore();
      await eventually(async () => (await goodQuantity(system)) === before, { within: 60_000, every: 250 });
      // The client does not know what became of its command, so it sends it again.
      await reportWell(system, requestId);
      await reportWell(system, requestId);
      expect(await goodQuantity(system)).toBe(String(Number(before) + 1));
      await untilEveryReportIsInspectedOnce(system);
    },
  );

  if (form === 'all-in-one') return;

  story('answers the rest of a query without a subgraph, and its own commands SUBGRAPH_UNAVAILABLE', async (system) => {
    const { processes, graph } = system;
    const ask = () =>
      graph.ask(
        'emp-001',
        'query ($id: ID!) { workOrder(id: $id) { number inspections(first: 1) { edges { cursor } } } }',
        { id: plant.orderId },
      );
    const command = () =>
      graph.ask(
        'emp-201',
        'mutation { defineInspectionPlan(input: { factoryId: "factory-sh-01", trigger: EVERY_REPORT }) { __typename } }',
      );
    await processes!.kill('qms');
    for (let at = 0; at < 8; at += 1) {
      const { data, errors } = await ask();
      expect(data).toMatchObject({ workOrder: { number: expect.any(String), inspections: null } });
      expect(errors?.map((it) => it.extensions?.['code'])).toEqual(['SUBGRAPH_UNAVAILABLE']);
      expect((await command()).errors?.map((it) => it.extensions?.['code'])).toEqual(['SUBGRAPH_UNAVAILABLE']);
      await reportWell(system);
    }
    const ready = await fetch(`${graph.url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'degraded', checks: { qms: false } }]);
    const authorization = `Bearer ${await graph.token('emp-901')}`;
    const status = (await (await fetch(`${graph.url}/status`, { headers: { authorization } })).json()) as {
      subgraphs: Record<string, { state: string }>;
    };
    expect(status.subgraphs['qms']!.state).toMatch(/OPEN/);
    expect(status.subgraphs['mes']!.state).toBe('CLOSED');

    await processes!.start('qms');
    await eventually(async () => !(await ask()).errors, { within: 30_000 });
    await untilEveryReportIsInspectedOnce(system);
  });
});
