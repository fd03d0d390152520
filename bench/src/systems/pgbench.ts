/** pgbench calling the function that reportProduction calls, with what reportProduction gives it. */
import { rolesOf } from '@enghub/database/roles';
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
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
           'audit_id', r.id, 'command', 'reportProduction', 'user_id', r.reported_by, 'trace_id', 'bench',
           'events', jsonb_agg(jsonb_build_object('routingKey', o.routing_key, 'aggregateId', o.aggregate_id,
                                                  'envelope', o.envelope) ORDER BY o.id)) AS body
    FROM mes.production_reports r
    JOIN mes.requests q ON q.tenant_id = r.tenant_id AND q.answer->>'reportId' = r.id::text
    JOIN mes.factories f ON f.tenant_id = r.tenant_id AND f.factory_id = r.factory_id
    JOIN mes.outbox o ON o.aggregate_id = r.work_order_id::text AND o.envelope->'data'->>'report_id' = r.id::text
   GROUP BY q.tenant_id, q.request_id, r.id, r.report_time, f.tenant_id, f.factory_id`;

const script = `\\set seq :seq + 1
\\set who 10000000 + :client_id
\\set n random(1, :bodies)
SELECT mes.report_production(replace(replace(body, '{seq}', :seq::text), '{who}', :who::text)::jsonb)
  FROM public.bench_bodies WHERE n = :n;
`;

/**
 * Keeps the body of every report in a table, with gaps for the ids, and writes the script that fills them. One statement
 * for all, so that its clients prepare it once. Answers how many bodies there are.
 */
export async function preparePgbench(database: string, file: string): Promise<number> {
  const models = await ask<Model>(database, modelsSql);
  await ask(database, 'CREATE TABLE public.bench_bodies (n integer PRIMARY KEY, body text NOT NULL)');
  await ask(database, 'GRANT SELECT ON public.bench_bodies TO mes_app');
  for (const [at, model] of models.entries())
    await ask(database, 'INSERT INTO public.bench_bodies VALUES ($1, $2)', [at + 1, withGaps(model)]);
  writeFileSync(file, script);
  return models.length;
}

/** Counters instead of random numbers: ids grow with time here as they do in the application. */
function withGaps({ request_id, id, event_ids, body }: Model): string {
  const gaps = new Map([
    [request_id, '{seq}-{who}'],
    ...[id, ...event_ids].map((it, at) => [it, `{seq}-0000-7000-8000-000${at}{who}`] as const),
  ]);
  return [...gaps].reduce((text, [made, gap]) => text.replaceAll(made, gap), JSON.stringify([body]));
}

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
  options: Readonly<{
    database: string;
    script: string;
    bodies: number;
    clients: number;
    seconds: number;
    round: number;
  }>,
): Promise<number> {
  const { database, clients, seconds, round } = options;
  const { url } = rolesOf(urlOf(database), 'mes').app;
  const words = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds)];
  const variables = ['-D', `seq=${10_000_000 + round * 1_000_000}`, '-D', `bodies=${options.bodies}`];
  const { stdout } = await promisify(execFile)('pgbench', [...words, ...variables, '-f', options.script, url], {
    env: { ...process.env, PGOPTIONS: '-c app.tenant_id=tenant-001 -c app.factory_ids=factory-sh-01' },
    maxBuffer: 16 * 2 ** 20,
  });
  const rate = /tps = ([\d.]+) \(without initial connection time\)/.exec(stdout)?.[1];
  if (!rate || !/number of failed transactions: 0 /.test(stdout)) throw new Error(`pgbench: ${stdout.slice(0, 2000)}`);
  return Number(rate);
}
