/** Runs in the thread of the module loader. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder;

export function initialize(data) {
  folder = data.folder;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!url.startsWith('file:')) return loaded;
  const file = path.relative(root, fileURLToPath(url));
  const other = path.join(folder, file);
  if (file.startsWith('..') || !existsSync(other)) return loaded;
  return { ...loaded, source: readFileSync(other) };
}
