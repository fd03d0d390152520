/** What a change to the graph means for the clients that use it. Pure. */
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { describeNeed, requiredScopes, type Need } from './required-scopes.ts';

/** `partner` is missing where there was no partner contract yet. */
export type GraphFiles = Readonly<{ api: string; supergraph: string; partner?: string | undefined }>;
export type Change = Readonly<{ breaking: boolean; text: string }>;

// Whoever satisfied the old need must satisfy the new one: each old alternative covers some new alternative.
function stillEnough(before: Need | undefined, after: Need | undefined): boolean {
  if (after === undefined) return true;
  if (before === undefined) return false;
  if (after.length === 0) return true;
  const held = before.length === 0 ? [[]] : before;
  return held.every((scopes) => after.some((all) => all.every((scope) => scopes.includes(scope))));
}

function coordinates(schema: GraphQLSchema): ReadonlySet<string> {
  return new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) || isInterfaceType(type)
        ? [type.name, ...Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)]
        : [type.name],
    ),
  );
}

function scopeChanges(before: string, after: string, concerned: (coordinate: string) => boolean): readonly Change[] {
  const old = requiredScopes(before);
  const now = requiredScopes(after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .filter(concerned)
    .flatMap((coordinate) => {
      const [from, to] = [old.get(coordinate), now.get(coordinate)];
      if (describeNeed(from) === describeNeed(to)) return [];
      const text = `${coordinate} asked for ${describeNeed(from)}, now asks for ${describeNeed(to)}`;
      return [{ breaking: !stillEnough(from, to), text }];
    });
}

async function shapeChanges(before: GraphQLSchema, after: GraphQLSchema): Promise<readonly Change[]> {
  return (await diff(before, after))
    .filter(({ type }) => !type.includes('DESCRIPTION'))
    .map(({ criticality, message }) => ({
      breaking: criticality.level === CriticalityLevel.Breaking,
      text: message,
    }));
}

/** What was taken out of the contract, or put into it, breaks or helps partners alone. */
async function partnerChanges({ partner: before }: GraphFiles, { partner: after }: GraphFiles) {
  if (!before || !after) return [];
  const changes = await shapeChanges(buildSchema(before), buildSchema(after));
  return changes.map(({ breaking, text }) => ({ breaking, text: `for partners: ${text}` }));
}

/** Changes of shape and of required scopes, the breaking ones first. What is new or gone has no scopes to compare. */
export async function schemaChanges(before: GraphFiles, after: GraphFiles): Promise<readonly Change[]> {
  const [old, now] = [buildSchema(before.api), buildSchema(after.api)];
  const [known, remaining] = [coordinates(old), coordinates(now)];
  const shape = await shapeChanges(old, now);
  const scopes = scopeChanges(before.supergraph, after.supergraph, (it) => known.has(it) && remaining.has(it));
  const changes = [...shape, ...(await partnerChanges(before, after)), ...scopes];
  return [...changes.filter(({ breaking }) => breaking), ...changes.filter(({ breaking }) => !breaking)];
}
