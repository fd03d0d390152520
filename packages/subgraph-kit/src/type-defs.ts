import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const common = new URL('../../../schema/common.graphql', import.meta.url);

/** The SDL of a subgraph: what all share, then every schema.graphql of its slices in the order of their folders. */
export function readTypeDefs(folder: URL): string[] {
  const source = fileURLToPath(new URL('./src/', folder));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .sort();
  return [readFileSync(common, 'utf8'), ...files.map((file) => readFileSync(path.join(source, file), 'utf8'))];
}
