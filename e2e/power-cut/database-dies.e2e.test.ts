import { realpathSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPostmaster } from '@enghub/database/embedded/postmaster';
import { removeData, startAllInOne, type RunningSystem } from '../support/all-in-one.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf } from '../support/graph.ts';
import { reportMutation, smallPlant } from '../support/small-plant.ts';

let system: RunningSystem | undefined;

afterAll(async () => {
  await system?.stop();
  if (system) removeData(system);
});

describe.runIf(process.platform === 'linux')('the embedded database dies', () => {
  it('and comes back by itself: reports go on, and none that was acknowledged is lost or counted twice', async () => {
    system = await startAllInOne();
    const { graph, dataDirectory } = system;
    const data = realpathSync(path.join(dataDirectory, 'postgres'));
    const plant = await smallPlant(graph, { quantity: '100000' });
    const report = async (requestId: string): Promise<boolean> => {
      const input = { requestId, operationId: plant.operationId, goodQuantity: '1', endedAt: '2012-02-01T02:00:00Z' };
      const answer = await graph.ask('emp-101', reportMutation, { input }).catch(() => null);
      return (
        (answer?.data as { reportProduction?: { report?: object } } | null)?.reportProduction?.report !== undefined
      );
    };

    let acknowledged = 0;
    for (let time = 1; time <= 3; time += 1) {
      const unanswered: string[] = [];
      const { pid } = findPostmaster(data)!;
      process.kill(pid, 'SIGKILL');
      for (let each = 0; each < 20; each += 1) {
        const requestId = crypto.randomUUID();
        if (await report(requestId)) acknowledged += 1;
        else unanswered.push(requestId);
      }
      // A terminal sends what was not answered again, by the same id.
      for (const requestId of unanswered) {
        await eventually(() => report(requestId), { within: 30_000, every: 100 });
        acknowledged += 1;
      }
      expect(unanswered.length).toBeGreaterThan(0);
      expect(findPostmaster(data)?.pid).not.toBe(pid);
    }

    const query = 'query ($id: ID!) { workOrder(id: $id) { goodQuantity } }';
    const { workOrder } = dataOf<{ workOrder: { goodQuantity: string } }>(
      await graph.ask('emp-001', query, { id: plant.orderId }),
    );
    expect(Number(workOrder.goodQuantity)).toBe(acknowledged);
  });
});
