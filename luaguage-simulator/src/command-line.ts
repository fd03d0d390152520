/** `npm run luaguage -- …` changes the ERP that runs beside `npm start`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AdminAccess } from './admin.ts';
import { commandOf, USAGE } from './commands.ts';

function readAccess(): AdminAccess {
  const given = process.env['LUAGUAGE_SIMULATOR_ADMIN_FILE'];
  const file = given || path.join(process.env['ENGHUB_DATA_DIR'] || '.enghub', 'luaguage-simulator-admin.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as AdminAccess;
  } catch {
    throw new Error(`No simulated ERP runs here (${file} is missing). Start one with npm start.`);
  }
}

async function main(words: readonly string[]): Promise<void> {
  const command = commandOf(words);
  if (!command) throw new Error(USAGE);
  const { url, token } = readAccess();
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(command),
  }).catch(() => {
    throw new Error('The simulated ERP does not answer; was it stopped?');
  });
  const answer = (await response.json()) as { error?: string };
  if (!response.ok) throw new Error(answer.error ?? `answered ${response.status}`);
  console.log(JSON.stringify(answer, null, 2));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
