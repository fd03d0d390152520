import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeData, startAllInOne, type RunningSystem } from '../support/all-in-one.ts';
import { eventually } from '../support/eventually.ts';
import { dataOf } from '../support/graph.ts';
import { reportMutation, smallPlant, type SmallPlant } from '../support/small-plant.ts';

let system: RunningSystem;
let plant: SmallPlant;
const open: Client[] = [];

beforeAll(async () => {
  system = await startAllInOne();
  plant = await smallPlant(system.graph);
});

afterEach(async () => {
  for (const client of open.splice(0)) await client.dispose();
});

afterAll(async () => {
  await system?.stop();
  removeData(system);
});

const boardQuery = `subscription ($stationId: ID!, $shiftDate: LocalDate!, $shift: String!) {
  shiftBoard(stationId: $stationId, shiftDate: $shiftDate, shift: $shift) {
    goodQuantity scrapQuantity reportCount
    lines { workOrder { number product { name } } goodQuantity }
  }
}`;
type Board = { goodQuantity: string; scrapQuantity: string; reportCount: number };
type Frame = { data?: { shiftBoard: Board | null } | null; errors?: readonly { extensions?: { code?: string } }[] };

async function watch(userId: string, shiftDate = '2012-02-01') {
  const client = await system.graph.socket(userId);
  open.push(client);
  const frames: Frame[] = [];
  let ended: unknown = null;
  client.subscribe<Frame['data']>(
    { query: boardQuery, variables: { stationId: plant.stationId, shiftDate, shift: 'day' } },
    {
      next: (frame) => frames.push(frame as Frame),
      error: (error) => (ended = error),
      complete: () => (ended ??= 'complete'),
    },
  );
  const latest = () => frames.at(-1)?.data?.shiftBoard ?? null;
  return { frames, latest, ended: () => ended };
}

const report = async (input: object) =>
  dataOf<object>(
    await system.graph.ask('emp-101', reportMutation, {
      input: {
        requestId: crypto.randomUUID(),
        operationId: plant.operationId,
        endedAt: '2012-02-01T02:00:00Z',
        ...input,
      },
    }),
  );

describe('a shift board on a big screen', () => {
  it('shows the shift as it is, and then every change of it', async () => {
    const board = await watch('emp-001');
    await eventually(async () => board.frames.length === 1, { within: 10_000 });
    expect(board.latest()).toMatchObject({ goodQuantity: '0', reportCount: 0 });

    await report({ goodQuantity: '3' });
    await eventually(async () => board.latest()?.goodQuantity === '3', { within: 10_000 });
    await report({ scrapQuantity: '1', scrapReason: 'burr' });
    await eventually(async () => board.latest()?.scrapQuantity === '1', { within: 10_000 });
    expect(board.latest()).toMatchObject({ goodQuantity: '3', scrapQuantity: '1', reportCount: 2 });
  });

  it('ends at the same figure as the database, however fast the reports come', async () => {
    const boards = await Promise.all([watch('emp-001', '2012-02-02'), watch('emp-101', '2012-02-02')]);
    await eventually(async () => boards.every((board) => board.frames.length > 0), { within: 10_000 });
    await Promise.all(Array.from({ length: 40 }, () => report({ goodQuantity: '1', endedAt: '2012-02-02T02:00:00Z' })));
    await eventually(async () => boards.every((board) => board.latest()?.goodQuantity === '40'), { within: 10_000 });
  });

  it('stays still for another station’s shift', async () => {
    const board = await watch('emp-001', '2012-02-03');
    await eventually(async () => board.frames.length === 1, { within: 10_000 });
    const other = await watch('emp-001', '2012-02-04');
    await eventually(async () => other.frames.length === 1, { within: 10_000 });
    await report({ goodQuantity: '1', endedAt: '2012-02-04T02:00:00Z' });
    await eventually(async () => other.latest()?.goodQuantity === '1', { within: 10_000 });
    expect(board.frames).toHaveLength(1);
  });

  it('is not there for a partner, whose contract has no boards', async () => {
    const board = await watch('partner-001');
    await eventually(async () => board.ended() !== null, { within: 10_000 });
    expect(JSON.stringify(board.ended())).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(board.frames).toEqual([]);
  });

  it('is empty for another tenant, as for a station that does not exist', async () => {
    const board = await watch('emp-701');
    await eventually(async () => board.frames.length === 1, { within: 10_000 });
    expect(board.latest()).toBeNull();
    await report({ goodQuantity: '1' });
    const mine = await watch('emp-001');
    await eventually(async () => mine.frames.length > 0, { within: 10_000 });
    expect(board.latest()).toBeNull();
  });
});
