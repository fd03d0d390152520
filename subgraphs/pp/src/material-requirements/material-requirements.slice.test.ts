import { randomUUID } from 'node:crypto';
import type { Envelope } from '@enghub/event-contracts/envelope';
import { workOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { newEvent, type OutboxEvent } from '@enghub/messaging/outbox';
import type { GraphPort } from '@enghub/subgraph-kit/graph-port';
import { newId } from '@enghub/subgraph-kit/ids';
import { operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { definition } from '../subgraph.ts';

type Asked = { subgraph: string; variables: unknown; tenantId: string; factoryIds: readonly string[] };

/** The bridge as planning sees it; `answers` may be changed by a test. */
const answers = new Map<string, object>();
let asked: Asked[] = [];
const bridge: GraphPort = async (subgraph, { variables }, claims) => {
  asked.push({ subgraph, variables, tenantId: claims.tenantId, factoryIds: claims.factoryIds });
  const productId = variables?.['productId'] as string;
  return { data: { billOfMaterials: answers.get(productId) ?? { outcome: 'UNKNOWN_PRODUCT', bom: null } } };
};

const line = (id: string, quantity: string, unit: string) => ({ material: { id }, quantity, unit });
const found = {
  outcome: 'FOUND',
  bom: { version: 'V2', lines: [line('MAT-001', '2', 'pcs'), line('MAT-002', '0.35', 'kg')] },
};

let pp: TestSubgraph;
const published: Envelope[] = [];
beforeAll(async () => {
  pp = await testSubgraph(definition, { graph: bridge });
  await pp.transport.subscribe({
    queue: 'test.listener',
    routingKeys: ['pp.#'],
    handle: async (event) => void published.push(event),
    mailboxUrl: pp.relayUrl,
  });
});
afterAll(() => pp.stop());
beforeEach(() => {
  answers.clear();
  answers.set('PROD-A001', found);
  asked = [];
});

function orderEvent(
  order: { productId?: string; bomVersion?: string; quantity?: string; workOrderId?: string } = {},
  where: { tenantId?: string; factoryId?: string } = {},
): OutboxEvent {
  const workOrderId = order.workOrderId ?? newId();
  const data = {
    work_order_id: workOrderId,
    number: '4711',
    product_id: order.productId ?? 'PROD-A001',
    bom_version: order.bomVersion ?? null,
    quantity: order.quantity ?? '100',
    unit: 'pcs',
    due_date: null,
    created_by: 'emp-301',
  };
  return newEvent(workOrderCreated, data, {
    eventId: randomUUID(),
    tenantId: 'tenant-001',
    factoryId: 'factory-sh-01',
    sourceService: 'mes',
    traceId: 'trace-test',
    at: new Date(),
    aggregateId: workOrderId,
    ...where,
  });
}

const orderOf = (event: OutboxEvent) => event.aggregateId;

const requirementsOf = async (ids: readonly string[], claims = productionManager): Promise<unknown[]> => {
  const { data, errors } = await pp.ask(
    `query ($orders: [_Any!]!) {
      _entities(representations: $orders) {
        ... on WorkOrder { materialRequirements { material { id } grossQuantity availableQuantity netQuantity unit } }
      }
    }`,
    { orders: ids.map((id) => ({ __typename: 'WorkOrder', id })) },
    claims,
  );
  expect(errors).toBeUndefined();
  return (data?.['_entities'] as { materialRequirements: unknown }[]).map((order) => order.materialRequirements);
};

type Run = { id: string; bomVersion: string | null; workOrder: { id: string } };
type Connection = { edges: { node: Run }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };

const runsOf = async (factoryId: string, args = 'first: 200', claims = productionManager): Promise<Connection> => {
  const { data, errors } = await pp.ask(
    `query ($factoryId: ID!) {
      mrpRuns(factoryId: $factoryId, ${args}) {
        edges { node { id bomVersion workOrder { id } } }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    { factoryId },
    claims,
  );
  expect(errors).toBeUndefined();
  return data?.['mrpRuns'] as Connection;
};

async function publish(...events: OutboxEvent[]): Promise<void> {
  await pp.transport.publish(events);
  const planned = () => requirementsOf(events.map(orderOf));
  await expect.poll(planned, { timeout: 40_000, interval: 100 }).not.toContain(null);
}

describe('material requirements', () => {
  it('are worked out when an order is created', async () => {
    const event = orderEvent({ bomVersion: 'V2', quantity: '12.5' });
    expect(await requirementsOf([orderOf(event)])).toEqual([null]);
    await publish(event);
    expect(await requirementsOf([orderOf(event), newId(), 'WO-1'])).toEqual([
      [
        { material: { id: 'MAT-001' }, grossQuantity: '25', availableQuantity: '0', netQuantity: '25', unit: 'pcs' },
        {
          material: { id: 'MAT-002' },
          grossQuantity: '4.375',
          availableQuantity: '0',
          netQuantity: '4.375',
          unit: 'kg',
        },
      ],
      null,
      null,
    ]);
    expect(asked).toEqual([
      {
        subgraph: 'luaguage-bridge',
        variables: { productId: 'PROD-A001', version: 'V2' },
        tenantId: 'tenant-001',
        factoryIds: ['factory-sh-01'],
      },
    ]);
    await expect
      .poll(() => published.map(({ data }) => data), { timeout: 40_000, interval: 100 })
      .toContainEqual(
        expect.objectContaining({
          work_order_id: orderOf(event),
          suggestions: [
            { material_id: 'MAT-001', required_qty: '25', unit: 'pcs' },
            { material_id: 'MAT-002', required_qty: '4.375', unit: 'kg' },
          ],
        }),
      );
  });

  it('are worked out once, however often the order is announced', async () => {
    const event = orderEvent();
    const again = { ...event, envelope: { ...event.envelope, event_id: randomUUID() } };
    const after = orderEvent();
    await publish(event, event, again, after);
    await pp.transport.publish([again]);
    await publish(orderEvent());
    const runs = (await runsOf('factory-sh-01')).edges.filter(({ node }) => node.workOrder.id === orderOf(event));
    expect(runs).toHaveLength(1);
  });

  it('are none for a product that the ERP does not know', async () => {
    const event = orderEvent({ productId: 'PROD-X' });
    await publish(event);
    expect(await requirementsOf([orderOf(event)])).toEqual([[]]);
    const run = (await runsOf('factory-sh-01', 'first: 1')).edges[0]!.node;
    expect(run).toMatchObject({ bomVersion: null, workOrder: { id: orderOf(event) } });
  });

  it('wait until the ERP can say what the product is made of', async () => {
    answers.set('PROD-LATE', { outcome: 'UNAVAILABLE', bom: null });
    const event = orderEvent({ productId: 'PROD-LATE' });
    await pp.transport.publish([event]);
    await expect.poll(() => asked.length, { timeout: 40_000, interval: 100 }).toBeGreaterThanOrEqual(2);
    expect(await requirementsOf([orderOf(event)])).toEqual([null]);
    answers.set('PROD-LATE', found);
    await publish(event);
  });

  it('of others do not exist', async () => {
    const theirs = orderEvent({}, { tenantId: 'tenant-002', factoryId: 'factory-sz-01' });
    const elsewhere = orderEvent({}, { factoryId: 'factory-bj-01' });
    await pp.transport.publish([theirs]);
    await publish(elsewhere);
    await expect
      .poll(() => requirementsOf([orderOf(theirs)], otherTenant), { timeout: 40_000, interval: 100 })
      .not.toEqual([null]);

    expect(await requirementsOf([orderOf(theirs)])).toEqual([null]);
    expect(await requirementsOf([orderOf(elsewhere)], operator)).toEqual([null]);
    expect(await runsOf('factory-sz-01')).toBeNull();
    expect(await runsOf('factory-bj-01', 'first: 5', operator)).toBeNull();

    const [{ node }] = (await runsOf('factory-sz-01', 'first: 1', otherTenant)).edges as [{ node: Run }];
    const query = 'query ($id: ID!) { mrpRun(id: $id) { id } }';
    expect((await pp.ask(query, { id: node.id }, otherTenant)).data).toEqual({ mrpRun: { id: node.id } });
    expect((await pp.ask(query, { id: node.id })).data).toEqual({ mrpRun: null });
    expect((await pp.ask(query, { id: 'run-1' })).data).toEqual({ mrpRun: null });
  });
});

describe('planning runs', () => {
  it('come latest first, page by page', async () => {
    const factoryId = 'factory-gz-01';
    const claims = { ...productionManager, factoryIds: [factoryId] };
    const events = Array.from({ length: 5 }, () => orderEvent({}, { factoryId }));
    await pp.transport.publish(events);
    const all = async () => (await runsOf(factoryId, 'first: 200', claims)).edges.map(({ node }) => node.id);
    await expect.poll(async () => (await all()).length, { timeout: 40_000, interval: 100 }).toBe(5);

    const first = await runsOf(factoryId, 'first: 3', claims);
    const next = await runsOf(factoryId, `first: 3, after: "${first.pageInfo.endCursor}"`, claims);
    expect([...first.edges, ...next.edges].map(({ node }) => node.id)).toEqual(await all());
    expect([first.pageInfo.hasNextPage, next.pageInfo.hasNextPage]).toEqual([true, false]);
    expect(await all()).toEqual([...(await all())].sort().reverse());
  });

  it('are not given for a cursor that we did not make', async () => {
    const { errors } = await pp.ask(
      '{ mrpRuns(factoryId: "factory-sh-01", after: "WyJ4Il0") { edges { node { id } } } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
