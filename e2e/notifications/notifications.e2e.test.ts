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

type Told = { title: string; count: number; workOrder: { number: string } | null };
type Inbox = { notificationReceived: { unreadCount: number; newest: Told[] } };
const SUBSCRIPTION = `subscription {
  notificationReceived { unreadCount newest(first: 50) { title count workOrder { number } } }
}`;

async function watch(userId: string) {
  const client = await system.graph.socket(userId);
  open.push(client);
  const frames: Inbox['notificationReceived'][] = [];
  client.subscribe<Inbox>(
    { query: SUBSCRIPTION },
    {
      next: ({ data }) => void (data && frames.push(data.notificationReceived)),
      error: () => undefined,
      complete: () => undefined,
    },
  );
  await eventually(async () => frames.length > 0, { within: 20_000 });
  return { frames, newest: (text: string) => frames.at(-1)!.newest.find(({ title }) => title.includes(text)) };
}

const WITHIN = { within: 30_000 };

async function createOrder(userId: string, number: string): Promise<void> {
  const answer = await system.graph.ask(
    userId,
    `mutation ($input: CreateWorkOrderInput!) { createWorkOrder(input: $input) { __typename } }`,
    {
      input: {
        requestId: crypto.randomUUID(),
        factoryId: plant.factoryId,
        number,
        routingCode: 'sawn',
        quantity: '10',
      },
    },
  );
  expect(dataOf<object>(answer)).toEqual({ createWorkOrder: { __typename: 'CreateWorkOrderPayload' } });
}

describe('the bell of a console', () => {
  it('moves for the planner when the manager creates an order, and for nobody else', async () => {
    const planner = await watch('emp-301');
    const others = [await watch('emp-001'), await watch('emp-201'), await watch('emp-701')];
    await createOrder('emp-001', 'BELL-1');
    await eventually(async () => planner.newest('BELL-1'), WITHIN);
    expect(planner.newest('BELL-1')).toMatchObject({ count: 1, workOrder: { number: 'BELL-1' } });
    expect(others.map(({ newest }) => newest('BELL-1'))).toEqual([undefined, undefined, undefined]);

    const { unreadCount } = planner.frames.at(-1)!;
    dataOf(await system.graph.ask('emp-301', `mutation { markNotificationsRead(input: {}) { __typename } }`));
    expect(unreadCount).toBeGreaterThan(0);
    await eventually(async () => planner.frames.at(-1)!.unreadCount === 0, WITHIN);
  });

  it('moves once for the quality engineer when an operator reports defects again and again', async () => {
    const engineer = await watch('emp-201');
    for (const scrapQuantity of ['1', '2', '3']) {
      const input = {
        operationId: plant.operationId,
        scrapQuantity,
        scrapReason: 'burr',
        endedAt: '2012-02-01T02:00:00Z',
      };
      dataOf(
        await system.graph.ask('emp-101', reportMutation, { input: { requestId: crypto.randomUUID(), ...input } }),
      );
    }
    await eventually(async () => engineer.newest('Defects')?.count === 3, WITHIN);
    expect(engineer.frames.at(-1)!.newest.filter(({ title }) => title.includes('Defects'))).toHaveLength(1);
  });

  it('is told by the ERP as well', async () => {
    await createOrder('emp-001', 'BELL-2');
    const QUERY = `{ notifications(first: 5) { edges { node { title delivery { state } } } } }`;
    type List = { notifications: { edges: { node: { title: string; delivery: { state: string } } }[] } };
    await eventually(async () => {
      const { notifications } = dataOf<List>(await system.graph.ask('emp-301', QUERY));
      return notifications.edges.some(({ node }) => node.title.includes('BELL-2') && node.delivery.state === 'SENT');
    }, WITHIN);
  });
});
