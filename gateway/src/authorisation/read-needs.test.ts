import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { readNeeds } from './read-needs.ts';
import { guardedNonNullFields, unguardedRootFields } from './schema-checks.ts';

const sdl = `
  directive @authenticated on FIELD_DEFINITION | OBJECT
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
  type Query {
    open: String
    mine: String @authenticated
    costs: Costs @requiresScopes(scopes: [["cost:view", "plant:view"], ["admin"]])
  }
  type Costs @authenticated { total: Int! @requiresScopes(scopes: [["cost:total"]]) unit: String! }
  type Report { costs: Costs! title: String! }
`;

it('reads who needs what: any alternative, all of its scopes', () => {
  const { types, fields } = readNeeds(sdl);
  expect([...types]).toEqual([['Costs', { alternatives: [] }]]);
  expect(Object.fromEntries(fields)).toEqual({
    'Query.mine': { alternatives: [] },
    'Query.costs': { alternatives: [['cost:view', 'plant:view'], ['admin']] },
    'Costs.total': { alternatives: [['cost:total']] },
  });
});

it('finds root fields that are open, and guarded fields that could blank a whole answer', () => {
  const api = buildSchema(sdl);
  expect(unguardedRootFields(api, readNeeds(sdl))).toEqual(['Query.open']);
  expect(guardedNonNullFields(api, readNeeds(sdl))).toEqual(['Costs.total', 'Report.costs']);
});
