import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventsSdlOf } from './events/sdl.ts';

const shared = (file: string) => readFileSync(new URL(`../../../schema/${file}`, import.meta.url), 'utf8');

/** The SDL of a subgraph: what all share and what it says of its events, then every schema.graphql of its slices in the order of their folders. */
export function readTypeDefs(folder: URL): string[] {
  const source = fileURLToPath(new URL('./src/', folder));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .sort();
  return [
    shared('common.graphql'),
    shared('events.graphql'),
    eventsSdlOf(path.basename(fileURLToPath(folder))),
    ...files.map((file) => readFileSync(path.join(source, file), 'utf8')),
  ];
}
