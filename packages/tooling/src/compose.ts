/** `npm run compose` writes the composed graph; `npm run compose:check` fails when what is committed differs. */
import { buildSchema } from 'graphql';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { apiFile, composeTree, partnerFile, supergraphFile, type Graph } from './composition.ts';
import { operationsFolder, partnerOperationsFolder, readOperations } from './operations.ts';
import { operationProblems, schemaProblems } from './schema-checks.ts';
import { root } from './subgraphs.ts';

function summary(committed: string, composed: string): string {
  const before = new Set(committed.split('\n'));
  const after = new Set(composed.split('\n'));
  const lines = [
    ...[...before].filter((line) => !after.has(line)).map((line) => `    - ${line}`),
    ...[...after].filter((line) => !before.has(line)).map((line) => `    + ${line}`),
  ];
  const shown = lines.slice(0, 20);
  if (lines.length > shown.length) shown.push(`    … ${lines.length - shown.length} more`);
  return shown.length > 0 ? shown.join('\n') : '    (only the order of lines differs)';
}

async function drift(graph: Graph): Promise<string[]> {
  const problems: string[] = [];
  for (const [file, composed] of [
    [supergraphFile, graph.supergraph],
    [apiFile, graph.api],
    [partnerFile, graph.partner],
  ] as const) {
    const committed = await readFile(file, 'utf8').catch(() => '');
    const name = path.relative(root, file);
    if (committed !== composed)
      problems.push(`${name} is out of date, run \`npm run compose\`:\n${summary(committed, composed)}`);
  }
  return problems;
}

const check = process.argv.includes('--check');
const composition = await composeTree();
const problems: string[] = [];

if (composition.ok) {
  const { graph } = composition;
  const api = buildSchema(graph.api);
  problems.push(...schemaProblems(graph.supergraph, api));
  problems.push(...graph.partnerProblems.map((problem) => `partner contract: ${problem}`));
  for (const operation of await readOperations(operationsFolder)) problems.push(...operationProblems(api, operation));
  if (graph.partner) {
    const partner = buildSchema(graph.partner);
    for (const operation of await readOperations(partnerOperationsFolder))
      problems.push(...operationProblems(partner, operation).map((problem) => `partner/${problem}`));
  }
  if (check) problems.push(...(await drift(graph)));
  else {
    await writeFile(supergraphFile, graph.supergraph);
    await writeFile(apiFile, graph.api);
    if (graph.partner) await writeFile(partnerFile, graph.partner);
  }
  for (const warning of graph.warnings) console.warn(`note: ${warning}`);
} else {
  problems.push(...composition.problems);
}

for (const problem of problems) console.error(`  ${problem}`);
console.log(problems.length === 0 ? 'The graph composes.' : `The graph has ${problems.length} problem(s).`);
if (problems.length > 0) process.exitCode = 1;
