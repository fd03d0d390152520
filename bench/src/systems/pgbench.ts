/** pgbench calling the function that reportProduction calls, with what reportProduction gives it. */
import { rolesOf } from '@enghub/database/roles';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ask, urlOf } from './database.ts';

/** One accepted report as it was handed to mes.report_production, put together again from what it left behind. */
type Model = Readonly<{ request_id: string; id: string; event_ids: readonly string[]; body: object }>;

const modelsSql = `
  SELECT q.request_id, r.id, array_agg(o.event_id ORDER BY o.id) AS event_ids,
         jsonb_build_object(
           'request_id', q.request_id, 'body_hash', q.body_hash, 'id', r.id, 'report_time', r.report_time,
           'operation_id', r.operation_id, 'station_id', r.station_id, 'shift_date', r.shift_date, 'shift', r.shift,
           'good', r.good_quantity::text, 'scrap', r.scrap_quantity::text, 'scrap_reason', r.scrap_reason,
           'rework', r.rework_quantity::text, 'started_at', r.started_at, 'operator_id', r.operator_id,
           'reported_by', r.reported_by, 'created_at', r.created_at, 'calendar_version', f.calendar_version,
           'events', jsonb_agg(jsonb_build_object('routingKey', o.routing_key, 'aggregateId', o.aggregate_id,
                                                  'envelope', o.envelope) ORDER BY o.id)) AS body
    FROM mes.production_reports r
    JOIN mes.requests q ON q.tenant_id = r.tenant_id AND q.answer->>'reportId' = r.id::text
    JOIN mes.factories f ON f.tenant_id = r.tenant_id AND f.factory_id = r.factory_id
    JOIN mes.outbox o ON o.aggregate_id = r.work_order_id::text AND o.envelope->'data'->>'report_id' = r.id::text
   GROUP BY q.tenant_id, q.request_id, r.id, r.report_time, f.tenant_id, f.factory_id`;

/** Writes a script per report of the database, with a request, a report and events of its own at every call. */
export async function writeScripts(database: string, folder: string): Promise<readonly string[]> {
  const models = await ask<Model>(database, modelsSql);
  mkdirSync(folder, { recursive: true });
  return models.map((model, at) => {
    const file = path.join(folder, `report-${at + 1}.sql`);
    writeFileSync(file, scriptOf(model));
    return file;
  });
}

function scriptOf({ request_id, id, event_ids, body }: Model): string {
  const fresh = new Map([
    [request_id, [':seq', `'-'`, ':who']],
    [id, uuid('0')],
    ...event_ids.map((eventId, at) => [eventId, uuid(String(at + 1))] as const),
  ]);
  const marked = new RegExp(`(${[...fresh.keys()].join('|')})`);
  const parts = JSON.stringify([body])
    .split(marked)
    .flatMap((part) => fresh.get(part) ?? [literal(part)]);
  // Counters instead of random numbers: ids grow with time here as they do in the application.
  return [
    '\\set seq :seq + 1',
    '\\set who 10000000 + :client_id',
    `SELECT mes.report_production((${parts.join(' || ')})::jsonb);`,
    '',
  ].join('\n');
}

/** Digits only: eight from the counter, eight from the client. */
const uuid = (kind: string): string[] => [':seq', `'-0000-7000-8000-000${kind}'`, ':who'];

/** pgbench would take ":15" inside a text for a variable of its own. */
const literal = (text: string): string =>
  `U&'${text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll(':', '\\003A')}'`;

export const isPgbenchThere = (): boolean => {
  try {
    execFileSync('pgbench', ['--version']);
    return true;
  } catch {
    return false;
  }
};

/** Calls for so many seconds, as the role and the tenant of the application; answers the calls per second. */
export async function runPgbench(
  options: Readonly<{ database: string; scripts: readonly string[]; clients: number; seconds: number; round: number }>,
): Promise<number> {
  const { database, scripts, clients, seconds, round } = options;
  const { url } = rolesOf(urlOf(database), 'mes').app;
  const words = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds)];
  const counter = ['-D', `seq=${10_000_000 + round * 1_000_000}`];
  const files = scripts.flatMap((script) => ['-f', script]);
  const { stdout } = await promisify(execFile)('pgbench', [...words, ...counter, ...files, url], {
    env: { ...process.env, PGOPTIONS: '-c app.tenant_id=tenant-001 -c app.factory_ids=factory-sh-01' },
    maxBuffer: 16 * 2 ** 20,
  });
  const rate = /tps = ([\d.]+) \(without initial connection time\)/.exec(stdout)?.[1];
  if (!rate || !/number of failed transactions: 0 /.test(stdout)) throw new Error(`pgbench: ${stdout.slice(0, 2000)}`);
  return Number(rate);
}
