/** `npm run schema:diff [-- REF] [-- --allow]`: what the committed graph changes for clients, against another commit. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { apiFile, partnerFile, supergraphFile } from './composition.ts';
import { schemaChanges, type GraphFiles } from './schema-changes.ts';
import { root } from './subgraphs.ts';

function git(...words: readonly string[]): string | undefined {
  try {
    return execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

function graphAt(ref: string): GraphFiles | undefined {
  const api = git('show', `${ref}:schema/api.graphql`);
  const supergraph = git('show', `${ref}:schema/supergraph.graphql`);
  const partner = git('show', `${ref}:schema/partner.graphql`);
  return api && supergraph ? { api, supergraph, partner } : undefined;
}

const allowed = process.argv.includes('--allow');
const asked = process.argv.slice(2).find((word) => !word.startsWith('--'));
const ref = (asked ? [asked] : ['origin/main', 'main~1']).find((candidate) => graphAt(candidate) !== undefined);

if (ref === undefined) {
  console.log(`No earlier graph to compare with${asked ? ` at ${asked}` : ''}.`);
  if (asked) process.exitCode = 1;
} else {
  const [api, supergraph, partner] = [apiFile, supergraphFile, partnerFile].map((file) => readFileSync(file, 'utf8'));
  const now = { api: api!, supergraph: supergraph!, partner };
  const changes = await schemaChanges(graphAt(ref) ?? now, now);
  for (const { breaking, text } of changes) console.log(`${breaking ? 'BREAKING' : '   safe '}  ${text}`);
  const breaking = changes.filter((change) => change.breaking).length;
  console.log(`Against ${ref}: ${changes.length} change(s), ${breaking} breaking.`);
  if (breaking > 0 && !allowed) {
    console.log('A client in use would fail. If that is meant, run again with --allow and say so in the commit.');
    process.exitCode = 1;
  }
}
