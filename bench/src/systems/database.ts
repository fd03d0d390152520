/** Databases of their own on the given server, and what can be seen of a run from there. */
import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { parentOf } from '../machine/processes.ts';
import { servers } from './settings.ts';

export const namespaces = ['mes', 'qms', 'pp', 'eam', 'luaguage_bridge'] as const;

export function urlOf(database: string): string {
  const url = new URL(servers.postgresUrl);
  url.pathname = `/${database}`;
  return url.toString();
}

/** The five URLs that our programs read. */
export const databaseEnvironment = (database: string): Record<string, string> =>
  Object.fromEntries(namespaces.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, urlOf(database)]));

export async function ask<Row extends pg.QueryResultRow>(database: string, text: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: database === '' ? servers.postgresUrl : urlOf(database) });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

export async function createDatabase(name: string, template?: string): Promise<void> {
  await dropDatabase(name);
  await ask('', `CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`);
}

export async function dropDatabase(name: string): Promise<void> {
  await ask('', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

export async function postgresVersion(): Promise<string> {
  const [row] = await ask<{ version: string }>('', `SELECT current_setting('server_version') AS version`);
  return row!.version;
}

/** The server's first process, or null when it runs on another machine. */
export async function postmasterPid(): Promise<number | null> {
  const client = new pg.Client({ connectionString: servers.postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return parentOf(rows[0]!.pid);
  } finally {
    await client.end();
  }
}

/** Events that nobody has relayed or handled yet. */
export async function backlogOf(database: string): Promise<number> {
  const counts = namespaces.map(
    (name) => `(SELECT count(*) FROM ${name}.outbox WHERE sent_at IS NULL)
             + (SELECT count(*) FROM ${name}.mailbox)`,
  );
  const [row] = await ask<{ events: string }>(database, `SELECT ${counts.join(' + ')} AS events`);
  return Number(row!.events);
}

/** Waits until every event has had its effect; answers the seconds it took. */
export async function untilNothingWaits(database: string, withinMs = 600_000): Promise<number> {
  const startedAt = performance.now();
  for (let quiet = 0; quiet < 3; await pause(200)) {
    quiet = (await backlogOf(database)) === 0 ? quiet + 1 : 0;
    if (performance.now() - startedAt > withinMs) throw new Error(`events still wait in ${database}`);
  }
  return Math.max(0, (performance.now() - startedAt) / 1000 - 0.6);
}

export async function countReports(database: string): Promise<number> {
  const [row] = await ask<{ reports: string }>(database, 'SELECT count(*) AS reports FROM mes.production_reports');
  return Number(row!.reports);
}
