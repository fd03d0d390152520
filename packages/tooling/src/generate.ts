/** `npm run generate [-- subgraph …]`: resolver types from the SDL and a Prisma client from the models in prisma/. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { generateResolverTypes } from './codegen.ts';
import { folderOf, root, schemaFiles, subgraphs } from './subgraphs.ts';

// Any Prisma command first tries to download a native engine unless it is told of one; ours speaks the same protocol.
const offline = {
  PRISMA_SCHEMA_ENGINE_BINARY: path.join(root, 'packages/database/prisma-engine.mjs'),
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
};

function prismaGenerate(subgraph: string): Promise<void> {
  const prisma = path.join(root, 'node_modules/prisma/build/index.js');
  const child = spawn(process.execPath, [prisma, 'generate', '--schema', 'prisma', '--no-hints'], {
    cwd: folderOf(subgraph),
    env: { ...process.env, ...offline },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`prisma generate of ${subgraph}\n${output}`)),
    );
  });
}

async function prismaClients(names: readonly string[]): Promise<void> {
  const waiting = names.filter((name) => existsSync(path.join(folderOf(name), 'prisma/schema.prisma')));
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await prismaGenerate(next);
  };
  await Promise.all([lane(), lane()]);
}

const asked = process.argv.slice(2);
const names = subgraphs.map(({ name }) => name).filter((name) => asked.length === 0 || asked.includes(name));
const withSchema: string[] = [];
for (const name of names) if ((await schemaFiles(name)).length > 0) withSchema.push(name);

const outcomes = await Promise.allSettled([generateResolverTypes(withSchema), prismaClients(names)]);
for (const outcome of outcomes) {
  if (outcome.status === 'rejected') {
    console.error(outcome.reason instanceof Error ? outcome.reason.message : outcome.reason);
    process.exitCode = 1;
  }
}
