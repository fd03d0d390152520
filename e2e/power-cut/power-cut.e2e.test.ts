import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeData, startAllInOne, type RunningSystem } from '../support/all-in-one.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf } from '../support/graph.ts';
import { everyPage } from '../support/pages.ts';
import { reportMutation, smallPlant } from '../support/small-plant.ts';

let system: RunningSystem | undefined;

afterAll(async () => {
  await system?.stop();
  if (system) removeData(system);
});

/** Processes whose command line names the folder where the data really is. */
function processesOf(dataDirectory: string): string[] {
  const data = realpathSync(path.join(dataDirectory, 'postgres'));
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data);
      } catch {
        return false;
      }
    });
}

describe.runIf(process.platform === 'linux')('a power cut', () => {
  it('leaves no process behind, loses no acknowledged report, and counts none twice', async () => {
    system = await startAllInOne();
    const { dataDirectory } = system;
    const plant = await smallPlant(system.graph, { quantity: '100000' });
    dataOf<object>(
      await system.graph.ask(
        'emp-201',
        `mutation { defineInspectionPlan(input: { factoryId: "factory-sh-01", trigger: EVERY_REPORT }) { __typename } }`,
      ),
    );
    const acknowledged = new Map<string, string>();
    const unknown: string[] = [];
    let cuts = 0;

    for (let round = 0; round < 3; round += 1) {
      let going = true;
      const reporters = Array.from({ length: 8 }, async () => {
        while (going) {
          const requestId = crypto.randomUUID();
          try {
            const input = {
              requestId,
              operationId: plant.operationId,
              goodQuantity: '1',
              endedAt: '2012-02-01T02:00:00Z',
            };
            const answer = await system!.graph.ask('emp-101', reportMutation, { input });
            const { reportProduction } = dataOf<{ reportProduction: { report: { id: string } } }>(answer);
            acknowledged.set(requestId, reportProduction.report.id);
          } catch {
            unknown.push(requestId);
            going = false;
          }
        }
      });
      const before = acknowledged.size;
      await eventually(async () => acknowledged.size > before + 150, { within: 60_000, every: 10 });
      expect(processesOf(dataDirectory).length).toBeGreaterThan(0);
      await system.kill();
      cuts += 1;
      await Promise.all(reporters);
      await eventually(async () => processesOf(dataDirectory).length === 0, { within: 10_000 });
      system = await startAllInOne({ dataDirectory });
    }
    expect(cuts).toBe(3);
    expect(unknown.length).toBeGreaterThan(0);

    // A terminal sends its unanswered reports again, and a few answered ones too.
    const again = [...unknown, ...[...acknowledged.keys()].slice(-20)];
    for (const requestId of again) {
      const input = { requestId, operationId: plant.operationId, goodQuantity: '1', endedAt: '2012-02-01T02:00:00Z' };
      const { reportProduction } = dataOf<{ reportProduction: { replayed: boolean; report: { id: string } } }>(
        await system.graph.ask('emp-101', reportMutation, { input }),
      );
      const first = acknowledged.get(requestId);
      if (first) expect(reportProduction).toMatchObject({ replayed: true, report: { id: first } });
      acknowledged.set(requestId, reportProduction.report.id);
    }

    const { workOrder } = dataOf<{ workOrder: { goodQuantity: string } }>(
      await system.graph.ask('emp-001', 'query ($id: ID!) { workOrder(id: $id) { goodQuantity } }', {
        id: plant.orderId,
      }),
    );
    expect(Number(workOrder.goodQuantity)).toBe(acknowledged.size);
    expect(new Set(acknowledged.values()).size).toBe(acknowledged.size);

    const inspected = await eventually(
      async () => {
        const all = await everyPage<{ productionReportId: string }>(
          system!.graph,
          'emp-201',
          'inspections',
          'productionReportId',
        );
        return all.length >= acknowledged.size && all.map((it) => it.productionReportId).sort();
      },
      { within: 60_000, every: 500 },
    );
    expect(inspected).toEqual([...acknowledged.values()].sort());
  });
});
