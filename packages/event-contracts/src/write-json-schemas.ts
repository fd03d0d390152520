/** Writes the JSON Schema of every event to schema/events; with --check it only says what differs. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { jsonSchemas } from './json-schemas.ts';

export const schemaDirectory = fileURLToPath(new URL('../../../schema/events/', import.meta.url));

/** Names the published files that are missing, stale or left over. */
export async function findDrift(directory: string = schemaDirectory): Promise<string[]> {
  const wanted = jsonSchemas();
  const present = await filesIn(directory);
  const drift = present.filter((file) => !wanted.has(file)).map((file) => `${file} is published but no longer defined`);
  for (const [file, text] of wanted) {
    if (!present.includes(file)) drift.push(`${file} is missing`);
    else if ((await readFile(join(directory, file), 'utf8')) !== text) drift.push(`${file} differs from its contract`);
  }
  return drift;
}

async function write(directory: string): Promise<void> {
  const wanted = jsonSchemas();
  await mkdir(directory, { recursive: true });
  for (const file of await filesIn(directory)) if (!wanted.has(file)) await rm(join(directory, file));
  for (const [file, text] of wanted) await writeFile(join(directory, file), text);
}

async function filesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).sort();
}

async function main(): Promise<void> {
  if (!process.argv.includes('--check')) return write(schemaDirectory);
  const drift = await findDrift();
  if (drift.length === 0) return;
  console.error(`The published event schemas are out of date:\n${drift.map((line) => `  ${line}`).join('\n')}`);
  process.exitCode = 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
