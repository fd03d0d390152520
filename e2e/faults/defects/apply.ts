/** Makes a system that has a defect, without a switch in the product: other sources for its processes, another function. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { System } from '../system/system.ts';
import { databaseName } from '../system/postgres-server.ts';
import { changed, type Defect } from './defect.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export function changedSources({ sources = {} }: Defect): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sources).map(([file, changes]) => {
      return [file, changed(readFileSync(path.join(root, file), 'utf8'), changes, file)];
    }),
  );
}

/** Writes the changed sources below the folder; answers what a process must load to run them. */
export function writeOverlay(defect: Defect, folder: string): readonly string[] {
  const sources = Object.entries(changedSources(defect));
  for (const [file, text] of sources) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  if (sources.length === 0) return [];
  const overlay = new URL('./overlay.mjs', import.meta.url);
  overlay.searchParams.set('folder', folder);
  return [overlay.href];
}

export async function changeFunctions({ functions = {} }: Defect, system: System): Promise<void> {
  for (const [name, changes] of Object.entries(functions)) {
    const ask = (text: string) => system.postgres().query<{ text: string }>(text, databaseName);
    const [found] = await ask(`SELECT pg_get_functiondef('${name}'::regproc) AS text`);
    await ask(changed(found!.text, changes, name));
  }
}
