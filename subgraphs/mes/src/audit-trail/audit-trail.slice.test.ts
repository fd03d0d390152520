import { operator, otherTenant, productionManager } from '@enghub/testkit/claims';
import type { Claims } from '@enghub/subgraph-kit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, sayTo, setUpPlant, type OrderAnswer, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const TRAIL = `query($factoryId: ID, $entity: String, $entityId: ID, $command: String, $userId: ID, $since: DateTime,
    $until: DateTime, $first: Int! = 50, $after: String) {
  auditTrail(factoryId: $factoryId, entity: $entity, entityId: $entityId, command: $command, userId: $userId,
      since: $since, until: $until, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { at userId origin command entity entityId reason isSealed changes { field old new } } } } }`;

type Entry = { command: string; userId: string; isSealed: boolean };
type Trail = { pageInfo: { hasNextPage: boolean; endCursor: string }; edges: { node: Entry }[] };

let now = new Date('2026-03-10T04:00:00Z');
const atTheMill: Claims = { ...productionManager, origin: '10.0.0.7 Mill 3' };
let mes: TestSubgraph;
let plant: Plant;
let order: OrderAnswer;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp, now: () => now });
  plant = await setUpPlant(mes);
  order = await anOrder(mes, plant, { upTo: 'PLANNED' });
  now = new Date('2026-03-10T05:00:00Z');
  order = await sayTo(mes, 'release', order, atTheMill);
});
afterAll(() => mes.stop());

const trail = (filter: Record<string, unknown>, claims?: Claims) => fieldOf<Trail>(mes, TRAIL, filter, claims);
const entriesOf = async (filter: Record<string, unknown>, claims?: Claims) =>
  (await trail(filter, claims)).edges.map(({ node }) => node);

describe('the audit trail', () => {
  it('says who did what, from where, and what changed by it', async () => {
    const [release] = await entriesOf({ entity: 'WorkOrder', entityId: order.id });
    expect(release).toMatchObject({
      at: now.toISOString(),
      userId: 'emp-001',
      origin: '10.0.0.7 Mill 3',
      command: 'releaseWorkOrder',
      changes: expect.arrayContaining([{ field: 'status', old: 'PLANNED', new: 'RELEASED' }]) as unknown,
    });
  });

  it('is sealed a moment later', async () => {
    for (let tries = 0; ; tries++) {
      const entries = await entriesOf({ entity: 'WorkOrder' });
      if (entries.every(({ isSealed }) => isSealed)) return;
      expect(tries).toBeLessThan(60);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  it('is asked by command, user, plant and time, in pages', async () => {
    const commands = async (filter: Record<string, unknown>) => (await entriesOf(filter)).map(({ command }) => command);
    expect(await commands({ command: 'releaseWorkOrder' })).toEqual(['releaseWorkOrder']);
    expect(await commands({ entity: 'WorkOrder', until: '2026-03-10T05:00:00Z' })).toEqual(['createWorkOrder']);
    expect(await commands({ entity: 'WorkOrder', since: '2026-03-10T05:00:00Z' })).toEqual(['releaseWorkOrder']);
    for (const nobody of [{ userId: 'emp-999' }, { factoryId: 'factory-bj-01' }, { entityId: '\u0000' }]) {
      expect(await commands(nobody)).toEqual([]);
    }
    const all = await commands({});
    const paged: string[] = [];
    for (let after: string | null = null; ;) {
      const page: Trail = await trail({ first: 1, after });
      paged.push(...page.edges.map(({ node }) => node.command));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThan(2);
  });

  it('of another tenant is not seen, and of a plant only by those who work there', async () => {
    expect(await entriesOf({ entity: 'WorkOrder' }, otherTenant)).toEqual([]);
    expect(await entriesOf({ entity: 'WorkOrder' }, { ...operator, factoryIds: ['factory-bj-01'] })).toEqual([]);
    expect((await entriesOf({ entity: 'WorkOrder' }, operator)).length).toBeGreaterThan(0);
  });
});
