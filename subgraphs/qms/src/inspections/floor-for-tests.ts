/** QMS with plans in two tenants, and a shop floor that reports to it. */
import type { Envelope } from '@enghub/event-contracts/envelope';
import { otherTenant, qualityEngineer } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { expect } from 'vitest';
import { reportEvent } from '../events-for-tests.ts';
import { definition } from '../subgraph.ts';

type Event = ReturnType<typeof reportEvent>;

export type Inspection = { id: string; number: string; status: string; productionReportId: string; version: number };

export type Connection = {
  edges: { cursor: string; node: Inspection }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

export const idsOf = (event: Event) =>
  event.envelope.data as { report_id: string; work_order_id: string; operation_id: string };

/** Every report is inspected, but milling every 100 pieces; factory-bj-01 has no plan. */
export async function startFloor() {
  const qms: TestSubgraph = await testSubgraph(definition);
  const published: Envelope[] = [];
  await qms.transport.subscribe({
    queue: 'test.listener',
    routingKeys: ['qms.#'],
    handle: async (event) => void published.push(event),
    mailboxUrl: qms.relayUrl,
  });

  async function plan(input: object, claims = qualityEngineer): Promise<void> {
    const mutation = `mutation ($input: DefineInspectionPlanInput!) {
      defineInspectionPlan(input: $input) { __typename }
    }`;
    const { data } = await qms.ask(mutation, { input }, claims);
    expect(data).toEqual({ defineInspectionPlan: { __typename: 'DefineInspectionPlanPayload' } });
  }

  async function ofOrders(ids: readonly string[], args = 'first: 50', claims = qualityEngineer): Promise<Connection[]> {
    const { data, errors } = await qms.ask(
      `query ($orders: [_Any!]!) {
        _entities(representations: $orders) {
          ... on WorkOrder {
            inspections(${args}) {
              edges { cursor node { id number status productionReportId version } }
              pageInfo { hasNextPage endCursor }
            }
          }
        }
      }`,
      { orders: ids.map((id) => ({ __typename: 'WorkOrder', id })) },
      claims,
    );
    expect(errors).toBeUndefined();
    return (data?.['_entities'] as { inspections: Connection }[]).map((order) => order.inspections);
  }

  async function ofOrder(id: string, claims = qualityEngineer): Promise<Inspection[]> {
    const [connection] = await ofOrders([id], 'first: 200', claims);
    return connection!.edges.map(({ node }) => node);
  }

  /** Reports, and waits until QMS has heard all that was said of the last order. */
  async function report(...events: Event[]): Promise<void> {
    // Events of one order are applied in their order: one more shows that those before are done.
    const { work_order_id } = idsOf(events.at(-1)!);
    const last = reportEvent({ work_order_id });
    await qms.transport.publish([...events, last]);
    const heard = async () => (await ofOrder(work_order_id)).map((inspection) => inspection.productionReportId);
    await expect.poll(heard, { timeout: 40_000, interval: 100 }).toContain(idsOf(last).report_id);
  }

  await plan({ factoryId: 'factory-sh-01', trigger: 'EVERY_REPORT' });
  await plan({ factoryId: 'factory-sh-01', operationName: 'Milling', trigger: 'EVERY_N_PIECES', everyPieces: '100' });
  await plan({ factoryId: 'factory-sz-01', trigger: 'EVERY_REPORT' }, otherTenant);
  return { ...qms, published, plan, ofOrders, ofOrder, report };
}
