import { otherTenant } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, erp, fieldOf, sayTo, setUpPlant, type Plant } from '../plant-for-tests.ts';
import { definition } from '../subgraph.ts';

type Input = Record<string, unknown>;
let mes: TestSubgraph;
let plant: Plant;
beforeAll(async () => {
  mes = await testSubgraph(definition, { graph: erp });
});
afterAll(() => mes.stop());

describe('the list of orders', () => {
  const LIST = `query($first: Int!, $after: String, $filter: WorkOrderFilter) {
    workOrders(first: $first, after: $after, filter: $filter) { edges { node { number } } pageInfo { hasNextPage endCursor } } }`;
  type Page = { edges: { node: { number: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  const list = (variables: Input, claims = otherTenant) => fieldOf<Page>(mes, LIST, { first: 3, ...variables }, claims);
  const numbersOf = ({ edges }: Page) => edges.map(({ node }) => node.number);

  beforeAll(async () => {
    const elsewhere = await setUpPlant(mes);
    await anOrder(mes, elsewhere, { number: 'L-0', upTo: 'PLANNED' });
    plant = await setUpPlant(mes, { factoryId: 'factory-sz-01', claims: otherTenant });
    for (let at = 1; at <= 7; at++) {
      await anOrder(mes, plant, { number: `L-${at}`, upTo: 'PLANNED', claims: otherTenant });
    }
  });

  it('comes newest first, whole, page by page', async () => {
    const found: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 3; page++) {
      const answer: Page = await list({ after });
      found.push(...numbersOf(answer));
      after = answer.pageInfo.endCursor;
      expect(answer.pageInfo.hasNextPage).toBe(page < 2);
    }
    expect(found).toEqual(['L-7', 'L-6', 'L-5', 'L-4', 'L-3', 'L-2', 'L-1']);
  });

  it('can be narrowed', async () => {
    const [planned] = await mes.rows<{ id: string }>(`SELECT id FROM mes.work_orders WHERE number = 'L-4'`);
    await sayTo(mes, 'release', { id: planned!.id, version: 1 }, otherTenant);
    expect(numbersOf(await list({ filter: { status: ['RELEASED', 'HELD'] } }))).toEqual(['L-4']);
    expect(numbersOf(await list({ filter: { number: 'L-2', productId: 'PROD-A001' } }))).toEqual(['L-2']);
    expect(numbersOf(await list({ filter: { productId: 'PROD-B' } }))).toEqual([]);
    expect(numbersOf(await list({ filter: { factoryId: 'factory-sh-01' } }))).toEqual([]);
    expect(numbersOf(await list({ filter: { number: 'nul\u0000' } }))).toEqual([]);
    expect(numbersOf(await list({ filter: { status: [] } }))).toEqual([]);
  });

  it.each([
    ['a page of none', { first: 0 }],
    ['a page of 201', { first: 201 }],
    ['a cursor that is none', { after: 'nonsense' }],
    ['a cursor of another list', { after: Buffer.from('["R1","x"]').toString('base64url') }],
  ])('refuses %s as bad input', async (_case, variables) => {
    const { errors } = await mes.ask(LIST, { first: 3, ...variables });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
