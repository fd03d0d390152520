import { buildSchema, validate, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { composeContract } from './contract.ts';

const tags = { include: 'partner', exclude: 'internal' };

const machinery = `
  directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
  directive @join__type(graph: String!, key: String) repeatable on OBJECT | INTERFACE
`;

/** The API schema of these tests is the supergraph itself: nothing in it is @inaccessible. */
function contractOf(supergraph: string) {
  const sdl = machinery + supergraph;
  return composeContract(buildSchema(sdl), sdl, tags);
}

const plant = `
  type Query {
    order(id: ID!, trace: Boolean @tag(name: "internal")): Order @tag(name: "partner")
    orders(filter: OrderFilter): [Order!] @tag(name: "partner")
    salaries: [Salary!]
  }
  type Order @join__type(graph: "MES", key: "id") {
    id: ID! @tag(name: "partner")
    status: OrderStatus! @tag(name: "partner")
    cost: Money
  }
  enum OrderStatus @tag(name: "partner") { PLANNED RELEASED }
  input OrderFilter @tag(name: "partner") { status: OrderStatus plannerId: ID @tag(name: "internal") }
  type Salary { amount: Money! }
  type Money { amount: String! }
`;

const withChange = (from: string | RegExp, to: string) => contractOf(plant.replace(from, to));

describe('a contract', () => {
  it('holds what is tagged, and nothing beside it', () => {
    const { sdl, problems } = contractOf(plant);
    expect(problems).toEqual([]);
    expect(sdl).toBe(`type Order {
  id: ID!
  status: OrderStatus!
}

input OrderFilter {
  status: OrderStatus
}

enum OrderStatus {
  PLANNED
  RELEASED
}

type Query {
  order(id: ID!): Order
  orders(filter: OrderFilter): [Order!]
}
`);
  });

  it('lets no document be valid where nothing is tagged', () => {
    const { schema, problems } = contractOf(plant.replaceAll(/@tag\(name: "\w+"\)/g, ''));
    expect(problems).toEqual([]);
    expect(validate(schema, parse('{ order(id: "1") { id } }')).map(({ message }) => message)).toEqual([
      'Cannot query field "order" on type "Query".',
    ]);
  });

  it.each([
    [
      'a field whose type nobody tagged',
      /cost: Money/,
      'cost: Money @tag(name: "partner")',
      'Order.cost leads to Money, which is not tagged "partner"',
    ],
    [
      'an input that nobody tagged',
      /input OrderFilter @tag\(name: "partner"\)/,
      'input OrderFilter',
      'Query.orders(filter:) leads to OrderFilter, which is not tagged "partner"',
    ],
    [
      'an entity that is tagged as a whole, with what others add to it later',
      /type Order /,
      'type Order @tag(name: "partner") ',
      'Order is an entity that others may add fields to: tag its fields, not the type',
    ],
    [
      'a hidden argument that must be given',
      /trace: Boolean/,
      'trace: Boolean!',
      'Query.order(trace:) is required, so it cannot be "internal"',
    ],
    [
      'a hidden value of an enum, which the graph would answer all the same',
      /RELEASED/,
      'RELEASED @tag(name: "internal")',
      'OrderStatus.RELEASED may be answered, so it cannot be "internal"',
    ],
    [
      'a hidden field of an input that must be given',
      /plannerId: ID/,
      'plannerId: ID!',
      'OrderFilter.plannerId is required, so it must be in the contract',
    ],
    [
      'a tagged type that nothing leads to',
      /type Salary/,
      'type Salary @tag(name: "partner")',
      'nothing in the contract leads to Salary',
    ],
    [
      'a tag that is written wrongly',
      /plannerId: ID @tag\(name: "internal"\)/,
      'plannerId: ID @tag(name: "internl")',
      'OrderFilter.plannerId has the unknown tag "internl"',
    ],
    [
      'a description that speaks of what is hidden',
      /    id: ID! @tag/,
      '    "Its planner is plannerId." id: ID! @tag',
      'the description of Order.id speaks of plannerId, which is not in the contract',
    ],
  ])('does not come about with %s', (_case, from, to, problem) => {
    expect(withChange(from, to).problems).toContain(problem);
  });

  it('does not come about when a hidden type may stand where an interface is answered', () => {
    const { problems } = contractOf(`
      type Query { things: [Thing!] @tag(name: "partner") }
      interface Thing @tag(name: "partner") { id: ID! }
      type Lot implements Thing @tag(name: "partner") { id: ID! }
      type Payslip implements Thing { id: ID! }
    `);
    expect(problems).toEqual(['Query.things leads to Payslip, which is not tagged "partner"']);
  });

  it('does not come about when a union may answer a hidden type', () => {
    const { problems } = contractOf(`
      type Query { found: Found @tag(name: "partner") }
      union Found @tag(name: "partner") = Lot | Payslip
      type Lot @tag(name: "partner") { id: ID! }
      type Payslip { id: ID! }
    `);
    expect(problems).toEqual(['Found leads to Payslip, which is not tagged "partner"']);
  });
});
