import { importLog } from '@enghub/plant-log/import-log';
import { isComplete } from '@enghub/plant-log/import-report';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Loads the example plant through the graph, as any client would. A marker tells later starts that it was done; an
 * import that was cut short simply runs again, because its commands are replay-safe.
 */
export async function importOnce(
  options: Readonly<{
    file: string;
    dataDirectory: string;
    url: string;
    tokenFor: (userId: string) => Promise<string | null>;
    progress: (done: number, total: number) => void;
  }>,
): Promise<Awaited<ReturnType<typeof importLog>> | null> {
  const digest = createHash('sha256').update(readFileSync(options.file)).digest('hex').slice(0, 16);
  const marker = path.join(options.dataDirectory, `imported-${digest}`);
  if (existsSync(marker)) return null;
  const outcome = await importLog({
    file: options.file,
    url: options.url,
    tokenFor: options.tokenFor,
    onProgress: options.progress,
  });
  if (!isComplete(outcome)) return outcome;
  mkdirSync(options.dataDirectory, { recursive: true });
  writeFileSync(marker, `${new Date().toISOString()}\n`);
  return outcome;
}
