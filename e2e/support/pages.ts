import { dataOf, type Graph } from './graph.ts';

type Connection<Node> = { edges: { node: Node }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };

/** Reads a connection of the root to its end. */
export async function everyPage<Node>(graph: Graph, userId: string, field: string, selection: string): Promise<Node[]> {
  const query = `query ($after: String) {
    ${field}(first: 200, after: $after) { edges { node { ${selection} } } pageInfo { hasNextPage endCursor } }
  }`;
  const nodes: Node[] = [];
  let after: string | null = null;
  do {
    const data: Record<string, Connection<Node>> = dataOf(await graph.ask(userId, query, { after }));
    const page: Connection<Node> = data[field]!;
    nodes.push(...page.edges.map((edge) => edge.node));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return nodes;
}
