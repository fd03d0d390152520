import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDistributed, type DistributedSystem } from '../support/distributed.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf } from '../support/graph.ts';
import { everyPage } from '../support/pages.ts';
import { reportMutation, smallPlant, type SmallPlant } from '../support/small-plant.ts';

let running: DistributedSystem | undefined;
let plant: SmallPlant;

beforeAll(async () => {
  running = await startDistributed();
  if (!running) return;
  plant = await smallPlant(running.graph, { quantity: '100000' });
});

afterAll(async () => {
  await running?.stop();
});

/** Without a broker there is no distributed form; the set-up has said so loudly, and fails in CI. */
function story(name: string, tell: (system: DistributedSystem) => Promise<void>): void {
  it(name, async (context) => {
    if (!running) return context.skip();
    await tell(running);
  });
}

const report = (system: DistributedSystem, requestId: string) =>
  system.graph.ask('emp-101', reportMutation, {
    input: { requestId, operationId: plant.operationId, goodQuantity: '1', endedAt: '2012-02-01T02:00:00Z' },
  });

describe('gateway and subgraphs as processes of their own', () => {
  story('answer one query across the subgraphs', async ({ graph }) => {
    const answer = await eventually(
      async () => {
        const { workOrder } = dataOf<{
          workOrder: { operations: { station: { equipment: object | null } }[] } & Record<string, unknown>;
        }>(
          await graph.ask(
            'emp-001',
            `query ($id: ID!) { workOrder(id: $id) {
              number product { name } materialRequirements { netQuantity } inspections { edges { cursor } }
              operations { station { name equipment { name } } } } }`,
            { id: plant.orderId },
          ),
        );
        const arrived =
          workOrder['materialRequirements'] !== null && workOrder.operations[0]!.station.equipment !== null;
        return arrived && workOrder;
      },
      { within: 30_000 },
    );
    expect(answer).toMatchObject({
      product: { name: expect.stringContaining('A001') },
      materialRequirements: [{ netQuantity: '1000000' }, { netQuantity: '500000' }],
      operations: [{ station: { name: 'Saw', equipment: { name: 'Saw' } } }],
    });
  });

  story('refuse whoever comes without the gateway’s signature, before reading what they want', async ({ portOf }) => {
    const forged: Record<string, string>[] = [
      {},
      { 'x-enghub-context': 'v1.e2e.e30.AAAA' },
      { 'x-user-id': 'emp-001', 'x-roles': 'administrator' },
    ];
    for (const headers of forged) {
      for (const body of [
        '{"query":"{ workOrders { edges { node { id } } } }"}',
        '{{{ not even JSON',
        '{"query":"{ _service { sdl } }"}',
      ]) {
        const response = await fetch(`http://127.0.0.1:${portOf('mes')}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
        expect(response.status).toBe(401);
        expect(await response.text()).toContain('NOT_FROM_GATEWAY');
      }
    }
  });

  story('inspect every report exactly once, also when the inspecting process is killed under load', async (system) => {
    dataOf<object>(
      await system.graph.ask(
        'emp-201',
        `mutation { defineInspectionPlan(input: { factoryId: "factory-sh-01", trigger: EVERY_REPORT }) { __typename } }`,
      ),
    );
    const acknowledged = new Set<string>();
    let going = true;
    const reporters = Array.from({ length: 6 }, async () => {
      while (going) {
        const { reportProduction } = dataOf<{ reportProduction: { report: { id: string } } }>(
          await report(system, crypto.randomUUID()),
        );
        acknowledged.add(reportProduction.report.id);
      }
    });
    let kills = 0;
    for (let round = 0; round < 2; round += 1) {
      const before = acknowledged.size;
      await eventually(async () => acknowledged.size > before + 100, { within: 60_000, every: 10 });
      await system.kill('qms');
      kills += 1;
      const whileDown = acknowledged.size;
      await eventually(async () => acknowledged.size > whileDown + 50, { within: 60_000, every: 10 });
      await system.start('qms');
    }
    going = false;
    await Promise.all(reporters);
    expect(kills).toBe(2);

    const inspected = await eventually(
      async () => {
        const all = await everyPage<{ productionReportId: string }>(
          system.graph,
          'emp-201',
          'inspections',
          'productionReportId',
        );
        return all.length >= acknowledged.size && all.map((it) => it.productionReportId).sort();
      },
      { within: 60_000, every: 500, or: () => `qms said:\n${system.output('qms').slice(-3_000)}` },
    );
    expect(inspected).toEqual([...acknowledged].sort());
  });

  story('blank the fields of a subgraph that is down, and answer the rest', async (system) => {
    await system.kill('eam');
    const { data, errors } = await system.graph.ask(
      'emp-001',
      'query ($id: ID!) { workOrder(id: $id) { number operations { station { name equipment { name } } } } }',
      { id: plant.orderId },
    );
    expect(data).toMatchObject({ workOrder: { operations: [{ station: { name: 'Saw', equipment: null } }] } });
    expect(errors?.map((error) => error.extensions?.['code'])).toEqual(['SUBGRAPH_UNAVAILABLE']);
    await system.start('eam');
    await eventually(
      async () => {
        const again = await system.graph.ask(
          'emp-001',
          'query ($id: ID!) { station(id: $id) { equipment { name } } }',
          { id: plant.stationId },
        );
        return !again.errors;
      },
      { within: 30_000 },
    );
  });

  story('move a board over the broker', async (system) => {
    const client = await system.graph.socket('emp-001');
    const frames: { shiftBoard: { goodQuantity: string; reportCount: number } }[] = [];
    client.subscribe<(typeof frames)[number]>(
      {
        query: `subscription ($id: ID!) { shiftBoard(stationId: $id, shiftDate: "2012-02-09", shift: "day") { goodQuantity reportCount } }`,
        variables: { id: plant.stationId },
      },
      { next: ({ data }) => frames.push(data!), error: () => undefined, complete: () => undefined },
    );
    await eventually(async () => frames.length === 1, { within: 15_000 });
    const input = {
      requestId: crypto.randomUUID(),
      operationId: plant.operationId,
      goodQuantity: '7',
      endedAt: '2012-02-09T02:00:00Z',
    };
    dataOf<object>(await system.graph.ask('emp-101', reportMutation, { input }));
    await eventually(async () => frames.at(-1)?.shiftBoard.goodQuantity === '7', { within: 15_000 });
    await client.dispose();
  });
});
