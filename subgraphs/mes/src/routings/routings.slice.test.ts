import { otherTenant, productionManager } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, DEFINE_ROUTING, erp, fieldOf, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

const factoryId = 'factory-sh-01';
type Defined = { routing: { id: string; version: number } };

let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
  plant = await setUpPlant(mes);
});
afterAll(() => mes.stop());

const operations = [{ sequence: 10, name: 'Turning', stationCode: 'M1', runSecondsPerPiece: '90' }];
const define = <Answer = Defined>(change: Record<string, unknown> = {}, claims = productionManager) =>
  fieldOf<Answer>(
    mes,
    DEFINE_ROUTING,
    { input: { factoryId, code: 'R7', productId: 'P7', operations, ...change } },
    claims,
  );

describe('a routing', () => {
  it('gets a new version when something changed, and only then', async () => {
    const first = await define();
    expect(await define({ operations: [{ ...operations[0], runSecondsPerPiece: '90.00' }] })).toEqual(first);
    const second = await define({ operations: [{ ...operations[0], runSecondsPerPiece: '80' }] });
    expect([first.routing.version, second.routing.version]).toEqual([1, 2]);
  });

  it('that many define at once has one version', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => define({ code: 'R8' })));
    expect(new Set(answers.map(({ routing }) => `${routing.id} ${routing.version}`)).size).toBe(1);
  });

  it('leaves an order with the version it was planned by', async () => {
    const order = await anOrder(mes, plant, { upTo: 'PLANNED' });
    await define({ code: plant.routingCode, productId: 'PROD-A001' });
    const query = `query($id: ID!) { workOrder(id: $id) { operations { name } routing { version operations { name } } } }`;
    const steps = [{ name: 'Turning' }, { name: 'Milling' }];
    expect(await fieldOf(mes, query, { id: order.id })).toEqual({
      operations: steps,
      routing: { version: 1, operations: steps },
    });
  });

  it('is listed in its newest version, by code, page by page', async () => {
    await define({ code: 'R9' });
    const query = `query($after: String) { routings(factoryId: "${factoryId}", first: 2, after: $after) {
      edges { node { code version } } pageInfo { hasNextPage endCursor } } }`;
    type Page = { edges: { node: { code: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    const first = await fieldOf<Page>(mes, query);
    const second = await fieldOf<Page>(mes, query, { after: first.pageInfo.endCursor });
    const codes = [...first.edges, ...second.edges].map(({ node }) => node.code);
    expect(codes).toEqual(['R1', 'R7', 'R8', 'R9']);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  it.each([
    [
      'at a station that the plant lacks',
      { operations: [{ ...operations[0], stationCode: 'M99' }] },
      'STATION_NOT_FOUND',
    ],
    ['without operations', { operations: [] }, 'NO_OPERATIONS'],
    ['with a code that no database holds', { code: 'R\u0000' }, 'BAD_NAME'],
    ['with a sequence twice', { operations: [operations[0], operations[0]] }, 'BAD_SEQUENCE'],
  ])('is refused %s', async (_case, change, code) => {
    expect(await define<{ code: string }>(change)).toMatchObject({ code });
  });

  it('of another tenant or plant does not exist', async () => {
    const { routing } = await define();
    const elsewhere = { ...productionManager, factoryIds: ['factory-bj-01'] };
    for (const claims of [otherTenant, elsewhere]) {
      expect(
        await fieldOf(mes, 'query($id: ID!) { routing(id: $id) { code } }', { id: routing.id }, claims),
      ).toBeNull();
      const list = `{ routings(factoryId: "${factoryId}") { edges { node { code } } } }`;
      expect(await fieldOf(mes, list, {}, claims)).toBeNull();
      expect(await define<{ code: string }>({}, claims)).toMatchObject({ code: 'FACTORY_NOT_FOUND' });
    }
  });
});
