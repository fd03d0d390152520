/** The databases of an installation, for the tools that look at it from outside. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { findPostmaster } from './embedded/postmaster.ts';

const root = path.resolve(import.meta.dirname, '../../..');

export type InstalledDatabase = Readonly<{
  service: string;
  /** Its PostgreSQL schema. */
  namespace: string;
  /** Of the owner; null where neither a URL is set nor a data directory is there. */
  url: string | null;
}>;

/** Those of …_DATABASE_URL, and else the one of npm start, which is started for as long as the work takes if it stands. */
export async function withInstalledDatabases<Result>(
  work: (databases: readonly InstalledDatabase[]) => Promise<Result>,
): Promise<Result> {
  const services = readdirSync(path.join(root, 'subgraphs'))
    .filter((name) => existsSync(path.join(root, 'subgraphs', name, 'prisma')))
    .sort();
  const named = services.map((service) => {
    const namespace = service.replaceAll('-', '_');
    return { service, namespace, url: process.env[`${namespace.toUpperCase()}_DATABASE_URL`] || null };
  });
  if (named.every(({ url }) => url !== null)) return work(named);
  const embedded = await openEmbedded();
  try {
    return await work(named.map((database) => ({ ...database, url: database.url ?? embedded?.url ?? null })));
  } finally {
    await embedded?.stop();
  }
}

async function openEmbedded(): Promise<Readonly<{ url: string; stop(): Promise<void> }> | null> {
  const dataDirectory = path.resolve(root, process.env['ENGHUB_DATA_DIR'] || '.enghub', 'postgres');
  if (!existsSync(dataDirectory)) return null;
  // While the system runs, its server answers us too.
  const running = findPostmaster(realpathSync(dataDirectory));
  if (running?.ready) {
    return { url: `postgresql://postgres@127.0.0.1:${running.port}/enghub`, stop: async () => {} };
  }
  return startEmbeddedPostgres({ dataDirectory });
}
