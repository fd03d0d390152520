/** The five subgraphs' SDL, composed into the supergraph, the API schema that clients see, and the partners' part of it. */
import { composeServices } from '@apollo/composition';
import { composeContract } from '@enghub/graph-contract/contract';
import { partnerTags } from '@enghub/graph-contract/partner';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';
import path from 'node:path';
import { root, schemaFiles, subgraphs, subgraphSdl } from './subgraphs.ts';

export type Graph = Readonly<{
  supergraph: string;
  api: string;
  /** The part of the API schema that partners see; empty when it has problems. */
  partner: string;
  partnerProblems: readonly string[];
  warnings: readonly string[];
}>;
export type Composition = Readonly<{ ok: true; graph: Graph } | { ok: false; problems: readonly string[] }>;
export type SubgraphSource = Readonly<{ name: string; port: number; sdl: string }>;

export const supergraphFile = path.join(root, 'schema/supergraph.graphql');
export const apiFile = path.join(root, 'schema/api.graphql');
export const partnerFile = path.join(root, 'schema/partner.graphql');

// Each subgraph describes an entity from its own side; the owner's description is the one that clients see.
const isWorthReading = ({ definition }: { definition: { level: { name: string }; code: string } }): boolean =>
  definition.level.name === 'WARN' && definition.code !== 'INCONSISTENT_DESCRIPTION';

/** Pure: what the given SDL documents make together, or why they don't fit. */
export function compose(sources: readonly SubgraphSource[]): Composition {
  const services = sources.map(({ name, port, sdl }) => ({
    name,
    url: `http://127.0.0.1:${port}/graphql`,
    typeDefs: parse(sdl),
  }));
  const result = composeServices(services);
  if (result.errors) return { ok: false, problems: result.errors.map((error) => error.message) };
  const api = lexicographicSortSchema(result.schema.toAPISchema().toGraphQLJSSchema());
  const partner = composeContract(api, result.supergraphSdl, partnerTags);
  return {
    ok: true,
    graph: {
      supergraph: `${result.supergraphSdl.trim()}\n`,
      api: `${printSchema(api).trim()}\n`,
      partner: partner.sdl,
      partnerProblems: partner.problems,
      warnings: result.hints.filter(isWorthReading).map((hint) => hint.message),
    },
  };
}

/** Composes what stands in the tree. A subgraph without any schema file takes no part. */
export async function composeTree(): Promise<Composition> {
  const present = [];
  for (const subgraph of subgraphs) if ((await schemaFiles(subgraph.name)).length > 0) present.push(subgraph);
  return compose(await Promise.all(present.map(async (it) => ({ ...it, sdl: await subgraphSdl(it.name) }))));
}
