/** Reports of a plant that has run for a year, written straight into the table: nobody waits for ten million commands. */
import pg from 'pg';
import { ask, urlOf } from './database.ts';

const DAYS = 360;
const ROWS_AT_ONCE = 500_000;

/** The shift that the boards of the bench ask for; its own reports are as many at every size. */
export const SHIFT = { shiftDate: '2025-06-18', shift: 'day', reports: 500 } as const;

/** Takes the bench plant's operations by turns, at its station and at 39 others, evenly over the year before the shift. */
export async function fillHistory(database: string, from: number, upTo: number): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(database) });
  await client.connect();
  try {
    await client.query(`SELECT mes.ensure_month_partitions('mes.production_reports', '2024-06-01', '2025-06-01')`);
    // The operations are taken from their own table: looking each up again for the foreign key takes half of the time.
    await client.query(`SET session_replication_role = replica`);
    await client.query(`SET synchronous_commit = off`);
    for (let first = from; first < upTo; first += ROWS_AT_ONCE) {
      await client.query(historySql, [first, Math.min(first + ROWS_AT_ONCE, upTo), DAYS]);
    }
    await client.query('VACUUM (ANALYZE) mes.production_reports');
  } finally {
    await client.end();
  }
}

const historySql = `
  WITH operations AS (
    SELECT o.id, o.work_order_id, o.tenant_id, o.factory_id, o.station_id,
           row_number() OVER (ORDER BY o.id) - 1 AS place, count(*) OVER () AS places
      FROM mes.work_order_operations o
  )
  INSERT INTO mes.production_reports
    (id, report_time, tenant_id, factory_id, work_order_id, operation_id, station_id, shift_date, shift, good_quantity,
     scrap_quantity, rework_quantity, operator_id, reported_by, created_at)
  SELECT (substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7' || substr(rest, 1, 3) || '-8' || substr(rest, 4, 3) || '-'
           || substr(rest, 7, 12))::uuid, at, tenant_id, factory_id, work_order_id, id,
         CASE WHEN n % 40 = 0 THEN station_id ELSE ('00000000-0000-7000-8000-' || lpad((n % 40)::text, 12, '0'))::uuid END,
         at::date, CASE WHEN extract(hour FROM at) < 12 THEN 'day' ELSE 'night' END, 1, 0, 0, 'ID1', 'ID1', at
    FROM generate_series($1::bigint, $2::bigint - 1) AS n
    JOIN operations ON place = n % places
   CROSS JOIN LATERAL (
     SELECT timestamptz '2024-06-20 00:00Z' + $3 * interval '1 day' * ((n - $1)::float8 / ($2 - $1)) AS at, md5(n::text) AS rest
   ) t
   CROSS JOIN LATERAL (SELECT lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS ms) u`;

/** What the board's own shift holds, whatever else the table holds. */
export async function fillShift(database: string): Promise<void> {
  await ask(database, `SELECT mes.ensure_month_partitions('mes.production_reports', '2025-06-01', '2025-06-01')`);
  await ask(database, shiftSql, [SHIFT.shiftDate, SHIFT.shift, SHIFT.reports]);
}

const shiftSql = `
  INSERT INTO mes.production_reports
    (id, report_time, tenant_id, factory_id, work_order_id, operation_id, station_id, shift_date, shift, good_quantity,
     scrap_quantity, rework_quantity, operator_id, reported_by, created_at)
  SELECT gen_random_uuid(), at, o.tenant_id, o.factory_id, o.work_order_id, o.id, o.station_id, $1::date, $2, 1, 0, 0, 'ID1', 'ID1', at
    FROM generate_series(1, $3::int) AS n
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS places
            FROM mes.work_order_operations) o ON o.place = n % o.places
   CROSS JOIN LATERAL (SELECT ($1::date + interval '1 hour') + n * interval '1 minute' AS at) t`;
