import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compose, type Graph } from './composition.ts';
import { schemaChanges } from './schema-changes.ts';
import { operationProblems, schemaProblems } from './schema-checks.ts';

const common = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@authenticated", "@requiresScopes", "@tag"])`;

const order = `
  "An order."
  type Order @key(fields: "id") { id: ID! number: String! cost: Int @requiresScopes(scopes: [["cost:view"]]) }
  type Query { "Newest first." orders: [Order!]! @requiresScopes(scopes: [["order:view"]]) }`;

function graphOf(sdl: string): Graph {
  const composition = compose([{ name: 'mes', port: 4001, sdl: common + sdl }]);
  if (!composition.ok) throw new Error(composition.problems.join('\n'));
  return composition.graph;
}

const problemsOf = (sdl: string): readonly string[] => {
  const graph = graphOf(sdl);
  return schemaProblems(graph.supergraph, buildSchema(graph.api));
};

describe('the composed graph', () => {
  it('passes when every root field is guarded and described', () => {
    expect(problemsOf(order)).toEqual([]);
  });

  it('keeps descriptions in what clients see', () => {
    expect(graphOf(order).api).toContain('"""An order."""');
  });

  it('names the contradiction when two subgraphs do not fit', () => {
    const other = `${common} type Query { n: Int } type Order @key(fields: "id") { id: ID! number: String! }`;
    const composition = compose([
      { name: 'mes', port: 4001, sdl: common + order },
      { name: 'qms', port: 4002, sdl: other },
    ]);
    expect(composition.ok ? [] : composition.problems.join()).toContain('Order.number');
  });

  it.each([
    [
      'a root field open to everyone',
      order.replace('@requiresScopes(scopes: [["order:view"]])', ''),
      'Query.orders is open',
    ],
    ['a guarded field that cannot be null', order.replace('cost: Int ', 'cost: Int! '), 'Order.cost is guarded'],
    ['a scope that is not noun:verb', order.replace('cost:view', 'viewCost'), 'scopes are written noun:verb'],
    ['a type without a description', order.replace('"An order."', ''), 'Order has no description'],
    ['a root field without a description', order.replace('"Newest first."', ''), 'Query.orders has no description'],
    [
      'an unusual argument without a description',
      order.replace('orders:', 'orders(sorted: Boolean):'),
      'Query.orders(sorted:)',
    ],
  ])('refuses %s', (_case, sdl, problem) => {
    expect(problemsOf(sdl)).toEqual([expect.stringContaining(problem)]);
  });

  it('refuses an operation that asks for what is not there', () => {
    const api = buildSchema(graphOf(order).api);
    const problems = (text: string, variables?: string) =>
      operationProblems(api, { name: 'floor.graphql', text, variables });
    expect(problems('{ orders { id } }')).toEqual([]);
    expect(problems('{ orders { colour } }')).toEqual(['floor.graphql: Cannot query field "colour" on type "Order".']);
    expect(problems('mutation { holdAll }')).toEqual(['floor.graphql: there is no mutation']);
    expect(
      problems(
        'query Q($n: Int!) { orders @include(if: true) { id } __type(name: "a") @skip(if: false) { name } }',
        '{ "n": "x" }',
      )[0],
    ).toMatch(/Variable "\$n"/);
  });
});

describe('the difference between two graphs', () => {
  const changes = (after: string) => schemaChanges(graphOf(order), graphOf(after));

  it('is nothing for the same graph', async () => {
    expect(await changes(order)).toEqual([]);
  });

  it('is breaking when a field goes', async () => {
    expect(await changes(order.replace('number: String!', ''))).toEqual([
      { breaking: true, text: "Field 'number' was removed from object type 'Order'" },
    ]);
  });

  it('is breaking for partners when a field leaves their contract, though it stays in the graph', async () => {
    const ofPartners = (sdl: string) =>
      graphOf(sdl.replace(/(id: ID!|orders: \[Order!\]!)/g, '$1 @tag(name: "partner")'));
    const before = ofPartners(order.replace('number: String!', 'number: String! @tag(name: "partner")'));
    expect(await schemaChanges(before, ofPartners(order))).toEqual([
      { breaking: true, text: "for partners: Field 'number' was removed from object type 'Order'" },
    ]);
  });

  it('is breaking when a field asks for another scope, though its shape stays', async () => {
    expect(await changes(order.replace('cost:view', 'cost:audit'))).toEqual([
      { breaking: true, text: 'Order.cost asked for cost:view, now asks for cost:audit' },
    ]);
  });

  it('is safe when one more scope opens the field', async () => {
    expect(await changes(order.replace('[["cost:view"]]', '[["cost:view"], ["cost:audit"]]'))).toEqual([
      { breaking: false, text: 'Order.cost asked for cost:view, now asks for cost:audit, or cost:view' },
    ]);
  });

  it('is safe when a guarded field is new', async () => {
    const after = order.replace('number:', 'price: Int @requiresScopes(scopes: [["cost:view"]]) number:');
    expect((await changes(after)).filter(({ breaking }) => breaking)).toEqual([]);
  });
});
