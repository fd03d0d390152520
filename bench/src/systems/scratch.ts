import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export type Scratch = Readonly<{ path: string; remove(): Promise<void> }>;

/** A data directory that lives as long as the measurement. */
export function scratchDirectory(name: string): Scratch {
  const folder = mkdtempSync(path.join(tmpdir(), `enghub-bench-${name}-`));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
