/** `npm run new:slice -- <subgraph> <slice> [Noun]`: the folder of a new capability, with one passing test. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { nounOf, prismaModel, sliceFiles } from './slice-template.ts';
import { folderOf, subgraphs } from './subgraphs.ts';

const usage = `Usage: npm run new:slice -- <${subgraphs.map(({ name }) => name).join('|')}> <slice> [Noun]
  slice  a plural noun or a gerund the shop floor uses, in kebab-case: tool-changes, dispatching
  Noun   its type name, when it does not follow from the slice: Dispatch`;

function fail(reason: string): never {
  console.error(`${reason}\n${usage}`);
  process.exit(1);
}

const [subgraph = '', slice = '', noun = nounOf(slice)] = process.argv.slice(2);
if (!subgraphs.some(({ name }) => name === subgraph)) fail(`There is no subgraph "${subgraph}".`);
if (!/^[a-z]+(-[a-z]+)*$/.test(slice)) fail(`"${slice}" is not a slice name.`);
if (!/^[A-Z][A-Za-z]+$/.test(noun)) fail(`"${noun}" is not a type name.`);

const folder = folderOf(subgraph);
if (existsSync(path.join(folder, 'src', slice))) fail(`${subgraph} has a slice ${slice} already.`);

const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
const request = { subgraph, slice, noun, stamp };
const files = sliceFiles(request);
for (const [file, text] of files) {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
  await writeFile(path.join(folder, file), text);
}
await writeFile(path.join(folder, `prisma/${slice}.prisma`), prismaModel(request).trimStart());

const variable = slice.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
console.log(`${[...files.keys()].map((file) => `  subgraphs/${subgraph}/${file}`).join('\n')}
  subgraphs/${subgraph}/prisma/${slice}.prisma

Left to do by hand:
  1. subgraphs/${subgraph}/src/slices.ts   import { resolvers as ${variable} } from './${slice}/resolvers.ts'; and list { resolvers: ${variable} }
  2. subgraphs/${subgraph}/codegen.ts      ${noun}: '../${slice}/rules.ts#${noun} as ${noun}State'
  3. the new scopes: give them to the roles that should hold them
  4. npm run generate && npm run compose && npm run check`);
