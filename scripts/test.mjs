/** `npm test`: everything CI demands. With arguments, `npm test -- subgraphs/mes`, vitest alone runs what they name. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
process.env.APOLLO_TELEMETRY_DISABLED ??= 'true';

const bin = (name) => path.join(root, 'node_modules', name);
const typescript = (file, ...words) => ['--import', 'tsx', path.join(root, file), ...words];
const houses = ['packages', 'subgraphs', 'gateway', 'all-in-one', 'luaguage-simulator', 'plant-log'];

// The slow ones first, so that the quick ones fill the gaps.
const staticChecks = [
  ['Types', [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']],
  ['Lint', [bin('eslint/bin/eslint.js'), '.', '--quiet']],
  ['Migrations: agree with the Prisma schemas', typescript('packages/database/src/cli.ts', 'drift')],
  ['Format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  [
    'Boundaries',
    [bin('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', ...houses],
  ],
  ['Compose file', [bin('dclint/bin/dclint.cjs'), '--quiet', 'docker-compose.yml']],
  ['Graph: composes, guarded, not drifted', typescript('packages/tooling/src/compose.ts', '--check')],
  ['Events: contracts as published', typescript('packages/event-contracts/src/write-json-schemas.ts', '--check')],
];

function run(words, { quiet }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, { cwd: root, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    let output = '';
    child.stdout?.on('data', (text) => (output += text));
    child.stderr?.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ ok: false, output: String(error) }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

async function runStaticChecks() {
  console.log('\n── Static checks ──');
  const waiting = [...staticChecks];
  const failed = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, words] = next;
      const started = performance.now();
      const { ok, output } = await run(words, { quiet: true });
      console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
      if (!ok) {
        failed.push(name);
        console.log(output.trimEnd().replace(/^/gm, '      '));
      }
    }
  };
  await Promise.all([lane(), lane()]);
  return { passed: staticChecks.length - failed.length, failed: failed.length, skipped: 0 };
}

async function runTests(words) {
  console.log('\n── Tests ──');
  const report = path.join(root, 'node_modules/.cache/enghub/test-results.json');
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { ok } = await run([bin('vitest/vitest.mjs'), 'run', ...reporters, ...words], { quiet: false });
  return { ok, ...countTests(report, ok) };
}

function countTests(report, ok) {
  try {
    const { numPassedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const failedTests = testResults.flatMap((file) => file.assertionResults).filter((it) => it.status === 'failed');
    // A file that could not even be loaded has no tests to count, and an error outside of any test fails the run.
    const failedFiles = testResults.filter(
      (it) => it.status === 'failed' && !it.assertionResults.some((one) => one.status === 'failed'),
    );
    const failed = failedTests.length + failedFiles.length;
    return {
      passed: numPassedTests,
      failed: !ok && failed === 0 ? 1 : failed,
      skipped: numPendingTests + numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const words = process.argv.slice(2);
const results = words.length > 0 ? [await runTests(words)] : [await runStaticChecks(), await runTests([])];
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
const skipped = total('skipped') > 0 ? `, ${total('skipped')} skipped` : '';
console.log(`\n${total('passed')} passed, ${total('failed')} failed${skipped}`);
process.exit(total('failed') === 0 ? 0 : 1);
