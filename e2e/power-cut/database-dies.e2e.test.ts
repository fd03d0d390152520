import { realpathSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostmaster } from '@enghub/database/embedded/postmaster';
import { removeData, startAllInOne, type RunningSystem } from '../support/all-in-one.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf } from '../support/graph.ts';
import { reportMutation, smallPlant, type SmallPlant } from '../support/small-plant.ts';

let system: RunningSystem;
let plant: SmallPlant;
let acknowledged = 0;

beforeAll(async () => {
  system = await startAllInOne();
  plant = await smallPlant(system.graph, { quantity: '100000' });
});

afterAll(async () => {
  await system?.stop();
  if (system) removeData(system);
});

const serverOf = ({ dataDirectory }: RunningSystem) =>
  findPostmaster(realpathSync(path.join(dataDirectory, 'postgres')))?.pid;

/** Sent again until it is answered, as a terminal does. */
async function report(requestId: string): Promise<boolean> {
  const input = { requestId, operationId: plant.operationId, goodQuantity: '1', endedAt: '2012-02-01T02:00:00Z' };
  const answer = await system.graph.ask('emp-101', reportMutation, { input }).catch(() => null);
  return (answer?.data as { reportProduction?: { report?: object } } | null)?.reportProduction?.report !== undefined;
}

describe.runIf(process.platform === 'linux')('the embedded database dies', () => {
  it('and comes back by itself: reports go on, and none that was acknowledged is lost or counted twice', async () => {
    for (let time = 1; time <= 3; time += 1) {
      const unanswered: string[] = [];
      const pid = serverOf(system)!;
      process.kill(pid, 'SIGKILL');
      for (let each = 0; each < 20; each += 1) {
        const requestId = crypto.randomUUID();
        if (await report(requestId)) acknowledged += 1;
        else unanswered.push(requestId);
      }
      for (const requestId of unanswered) {
        await eventually(() => report(requestId), { within: 30_000, every: 100 });
        acknowledged += 1;
      }
      expect(unanswered.length).toBeGreaterThan(0);
      expect(serverOf(system)).not.toBe(pid);
    }

    const query = 'query ($id: ID!) { workOrder(id: $id) { goodQuantity } }';
    const { workOrder } = dataOf<{ workOrder: { goodQuantity: string } }>(
      await system.graph.ask('emp-001', query, { id: plant.orderId }),
    );
    expect(Number(workOrder.goodQuantity)).toBe(acknowledged);
  });

  it('just behind a report, and the board that could not be shown shows it when it can, though nothing more happens', async () => {
    const client = await system.graph.socket('emp-001');
    let shown: number | undefined;
    client.subscribe<{ shiftBoard: { reportCount: number } | null }>(
      {
        query: `subscription ($stationId: ID!) {
          shiftBoard(stationId: $stationId, shiftDate: "2012-02-01", shift: "day") { reportCount } }`,
        variables: { stationId: plant.stationId },
      },
      {
        next: ({ data }) => (shown = data?.shiftBoard?.reportCount),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    await eventually(async () => shown === acknowledged, { within: 30_000 });
    expect(await report(crypto.randomUUID())).toBe(true);
    acknowledged += 1;
    process.kill(serverOf(system)!, 'SIGKILL');
    await eventually(async () => shown === acknowledged, { within: 30_000 });
    await client.dispose();
  });
});
