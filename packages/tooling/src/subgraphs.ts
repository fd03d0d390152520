/** The subgraphs of the house, where their files stand, and the SDL each of them brings to the graph. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { eventsSdlOf } from '@enghub/subgraph-kit/events/sdl';

export const root = path.resolve(import.meta.dirname, '../../..');

/** The port is where a subgraph listens when nothing else is said; composition writes it into the supergraph. */
export const subgraphs = [
  { name: 'mes', port: 4001 },
  { name: 'qms', port: 4002 },
  { name: 'pp', port: 4003 },
  { name: 'eam', port: 4004 },
  { name: 'luaguage-bridge', port: 4005 },
] as const;

export const folderOf = (name: string): string => path.join(root, 'subgraphs', name);

/** What every subgraph says alike. */
export const sharedSchemas: readonly string[] = ['common.graphql', 'events.graphql'].map((file) =>
  path.join(root, 'schema', file),
);

/** The schema files of a subgraph's slices, in a stable order. */
export async function schemaFiles(name: string): Promise<string[]> {
  const source = path.join(folderOf(name), 'src');
  const entries = await readdir(source, { recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith('.graphql') && !entry.startsWith('generated'))
    .sort()
    .map((entry) => path.join(source, entry));
}

/** Everything a subgraph says about the graph: the common part and each slice's part. */
export async function subgraphSdl(name: string): Promise<string> {
  const files = [...sharedSchemas, ...(await schemaFiles(name))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return [...texts, eventsSdlOf(name)].join('\n');
}
