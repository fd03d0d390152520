/** The graph as each contract shows it: a schema of its own to validate and to introspect, the same subgraphs behind it. */
import { composeContract } from '@enghub/graph-contract/contract';
import { partnerTags } from '@enghub/graph-contract/partner';
import type { Logger } from 'pino';
import type { FederatedGraph } from '../apollo-adapter.ts';
import type { SelectionTrees } from '../authorisation/selection-tree.ts';
import type { PerContract } from './contract-of.ts';
import { introspectingIn } from './own-introspection.ts';

export function graphsByContract(
  graph: FederatedGraph,
  supergraphSdl: string,
  treeOf: SelectionTrees,
  logger: Logger,
): PerContract<FederatedGraph> {
  const { schema, problems } = composeContract(graph.apiSchema, supergraphSdl, partnerTags);
  // CI lets no such graph pass. If one is served all the same, partners may ask for nothing.
  if (problems.length > 0) logger.error({ problems }, 'the partner contract of this graph does not hold');
  return {
    whole: graph,
    partner: {
      ...graph,
      apiSchema: schema,
      execute: introspectingIn(schema, treeOf, graph.execute),
    },
  };
}
