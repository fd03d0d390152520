import { getNamedType, isNonNullType, isObjectType, parse, buildASTSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandClass } from '../limits/command-meter.ts';
import { readNeeds } from './read-needs.ts';

const file = (name: string) => readFileSync(new URL(`../../../schema/${name}`, import.meta.url), 'utf8');
const needs = readNeeds(file('supergraph.graphql'));
const api = buildASTSchema(parse(file('api.graphql')), { assumeValidSDL: true });
const scopesOf = (coordinate: string) => needs.fields.get(coordinate)?.alternatives ?? [];

const fields = Object.values(api.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__') && !['Query', 'Mutation', 'Subscription'].includes(name))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type: type.name, field })));

describe('fields of the graph', () => {
  // These can only be reached through a root field that asks for a scope of their own.
  const guardedAbove = new Set(['AuditEntry', 'CostRates', 'User', 'OperatorDay']);

  it('that name a person need person:view, and are null without it', () => {
    const naming = fields.filter(
      ({ type, field }) =>
        /^(user|operator|author|worker|employee)Id$|perator(Id)?s?$|OperatorIds?$|(ed|tten)By$/.test(field.name) &&
        /^(ID|String)$/.test(getNamedType(field.type).name) &&
        !guardedAbove.has(type),
    );
    expect(naming.length).toBeGreaterThan(15);
    const open = naming.filter(
      ({ type, field }) =>
        isNonNullType(field.type) || !scopesOf(`${type}.${field.name}`).some((all) => all.includes('person:view')),
    );
    expect(open.map(({ type, field }) => `${type}.${field.name}`)).toEqual([]);
  });

  it('that lead to what only some may know ask for it at their root', () => {
    for (const [root, scope] of [
      ['Query.operatorDay', 'person:view'],
      ['Query.user', 'user:view'],
      ['Query.costRates', 'cost:view'],
      ['WorkOrder.cost', 'cost:view'],
    ] as const) {
      expect(scopesOf(root).length, root).toBeGreaterThan(0);
      expect(
        scopesOf(root).every((all) => all.includes(scope)),
        root,
      ).toBe(true);
    }
    const audited = [...needs.fields.keys()].filter((it) => /^Query\.audit/.test(it));
    expect(audited.length).toBeGreaterThan(0);
    for (const root of audited) expect(scopesOf(root).every((all) => all.includes('audit:view'))).toBe(true);
  });
});

describe('every mutation', () => {
  const mutations = Object.keys(api.getMutationType()!.getFields());
  const classOf = (name: string) => commandClass(name, needs);

  it('is counted by the scopes that it asks for', () => {
    expect(mutations.length).toBeGreaterThan(50);
    for (const name of mutations) {
      const scopes = scopesOf(`Mutation.${name}`).flat();
      const expected = scopes.some((it) => it.startsWith('work_order:'))
        ? 'workOrderCommands'
        : scopes.some((it) => it.startsWith('report:'))
          ? 'reportCommands'
          : 'operations';
      expect([name, classOf(name)]).toEqual([name, expected]);
    }
  });

  it.each([
    ['createWorkOrder', 'workOrderCommands'],
    ['startOperation', 'workOrderCommands'],
    ['reportProduction', 'reportCommands'],
    ['reportProductionBatch', 'reportCommands'],
    ['correctProductionReport', 'reportCommands'],
    ['receiveStock', 'operations'],
  ])('of the plant: %s counts as one of %s', (name, expected) => {
    expect(classOf(name)).toBe(expected);
  });

  it('that says WorkOrder is limited as one, unless it is about cost', () => {
    const others = mutations.filter((name) => /WorkOrder/.test(name) && classOf(name) !== 'workOrderCommands');
    expect(others.filter((name) => !/Cost/.test(name))).toEqual([]);
  });
});
