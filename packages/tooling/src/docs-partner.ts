/** `npm run docs:partner [-- FOLDER]`: the partners' documentation as files that any web server, or none, may serve. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { partnerFile, supergraphFile } from './composition.ts';
import { partnerOperationsFolder, readOperations } from './operations.ts';
import { partnerSite } from './partner-docs/site.ts';
import { root } from './subgraphs.ts';

const folder = path.resolve(process.argv[2] ?? path.join(root, 'site/partner'));
const site = partnerSite({
  contract: await readFile(partnerFile, 'utf8'),
  supergraph: await readFile(supergraphFile, 'utf8'),
  operations: await readOperations(partnerOperationsFolder),
});
await mkdir(folder, { recursive: true });
for (const [file, text] of site) await writeFile(path.join(folder, file), text);
console.log(`Open ${path.join(folder, 'index.html')}`);
