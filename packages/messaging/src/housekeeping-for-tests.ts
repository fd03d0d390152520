import { expect } from 'vitest';
import type { DatabaseSession } from './database-session.ts';
import { createHousekeeping } from './housekeeping.ts';
import { silentLogger } from './logger.ts';
import { defaultRetention, type Retention } from './retention.ts';

/** All that there is to do now, and without trouble. */
export async function keepHouse(session: DatabaseSession, change: Partial<Retention> = {}): Promise<void> {
  const troubles: unknown[] = [];
  const logger = { ...silentLogger, warn: (about: unknown) => void troubles.push(about) };
  const housekeeping = createHousekeeping(session, { ...defaultRetention, ...change }, logger);
  while (await housekeeping.step());
  expect(troubles).toEqual([]);
}
