import { composeContract } from '@enghub/graph-contract/contract';
import { partnerTags } from '@enghub/graph-contract/partner';
import { buildRuleTree, fieldCheck } from '@enghub/gateway/authorisation/rule-tree';
import { readNeeds } from '@enghub/gateway/authorisation/read-needs';
import { anonymous, viewerOf } from '@enghub/gateway/viewer';
import { defaultLimits } from '@enghub/gateway/limits/limits';
import { defaultRates } from '@enghub/gateway/limits/rates';
import { scopesOf } from '@enghub/luaguage-simulator/people';
import { servedLimits } from '@enghub/tooling/partner-docs/guide';
import { buildSchema, getNamedType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const read = (file: string) => readFileSync(path.join(import.meta.dirname, '../../schema', file), 'utf8');
const supergraph = read('supergraph.graphql');
const api = buildSchema(read('api.graphql'));
const contract = buildSchema(read('partner.graphql'));
const needs = readNeeds(supergraph);
const check = fieldCheck(api, buildRuleTree(api, needs));

const viewerWith = (permissions: readonly string[]) =>
  viewerOf({
    tenantId: 'tenant-001',
    factoryIds: ['factory-sh-01'],
    userId: 'partner-001',
    permissions: [...permissions],
    language: 'en',
    traceId: '',
  });

type Place = Readonly<{ type: string; field: string; answers: string }>;

const fieldsOf = (schema: GraphQLSchema): readonly Place[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .filter((type) => !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({
        type: type.name,
        field: field.name,
        answers: getNamedType(field.type).name,
      })),
    );

const scopesAskedFor = (): ReadonlySet<string> =>
  new Set(
    fieldsOf(contract)
      .flatMap(({ type, field, answers }) => [
        needs.types.get(type),
        needs.fields.get(`${type}.${field}`),
        needs.types.get(answers),
      ])
      .flatMap((need) => need?.alternatives.flat() ?? []),
  );

describe('what partners see is what they may use', () => {
  it('every field of the contract is allowed to the partner role', async () => {
    const partner = viewerWith(scopesOf.partner);
    const denied: string[] = [];
    for (const { type, field } of fieldsOf(contract))
      if (await check(type, field, partner)) denied.push(`${type}.${field}`);
    expect(denied).toEqual([]);
  });

  it('the role holds no scope that the contract does not ask for', () => {
    const unused = scopesOf.partner.filter((scope) => !scopesAskedFor().has(scope));
    expect(unused).toEqual(['graph:partner']);
  });

  it('every root field of the contract is closed to strangers', async () => {
    const stranger = anonymous({ language: 'en', traceId: '' });
    for (const { type, field } of fieldsOf(contract).filter((it) => /^(Query|Mutation|Subscription)$/.test(it.type)))
      expect([field, (await check(type, field, stranger))?.extensions.code]).toEqual([field, 'UNAUTHENTICATED']);
  });

  it('the contract asks for no scope of cost, people, administration or audit', () => {
    const sensitive =
      /^(cost|person|user|audit|system|integration|labour|qualification|schema|blocker|station):|:manage$/;
    expect([...scopesAskedFor()].filter((scope) => sensitive.test(scope))).toEqual([]);
  });

  it('the contract names nobody, and shows no free text that people wrote for each other', () => {
    const personal =
      /operator|inspector|(By|Note|note|owner|customer|statusReason|correctionReason|skills?)$|Salary|User/;
    const shown = fieldsOf(contract).map(({ type, field }) => `${type}.${field}`);
    expect(shown.filter((coordinate) => personal.test(coordinate))).toEqual([]);
  });

  it('the limits in the partners’ documentation are those of the gateway', () => {
    expect({ ...defaultLimits, ...defaultRates }).toMatchObject(servedLimits);
  });

  it('the committed contract is the one that the gateway makes of the supergraph', () => {
    expect(composeContract(api, supergraph, partnerTags)).toMatchObject({ problems: [], sdl: read('partner.graphql') });
  });
});
