/** What a system holds after a run, as the checker wants it: read with SQL, past everything that the run was about. */
import pg from 'pg';

export type ReportRow = Readonly<{
  id: string;
  /** What the client wrote into the row to know it again: the operator of a report, the reason of a correction. */
  key: string;
  orderId: string;
  operationId: string;
  stationId: string;
  good: number;
  scrap: number;
  correctionOf: string | null;
}>;

export type Facts = Readonly<{
  orders: readonly Readonly<{ id: string; version: number; good: number; scrap: number; reportCount: number }>[];
  operations: readonly Readonly<{ id: string; isLast: boolean; good: number; scrap: number }>[];
  reports: readonly ReportRow[];
  /** Events of reports, in the order in which the outbox has them. */
  outbox: readonly Readonly<{ reportId: string; orderId: string }>[];
  /** Opened by quality. */
  inspections: readonly Readonly<{ reportId: string; operationId: string }>[];
  /** The transactions in which quality counted reports: one that began after another had ended has the greater number. */
  counted: readonly Readonly<{ reportId: string; at: number }>[];
  tallies: readonly Readonly<{ operationId: string; good: number }>[];
  /** What the equipment's side has counted. */
  activities: readonly Readonly<{ reportId: string; good: number }>[];
  daily: readonly Readonly<{ stationId: string; good: number; scrap: number; reportCount: number }>[];
  deadLetters: readonly Readonly<{ queue: string; count: number }>[];
}>;

const namespaces = ['mes', 'qms', 'pp', 'eam', 'luaguage_bridge'] as const;

const queries = {
  orders: `SELECT id::text, version, good_quantity::float8 AS good, scrap_quantity::float8 AS scrap,
                  report_count AS "reportCount" FROM mes.work_orders`,
  operations: `SELECT id::text, is_last AS "isLast", good_quantity::float8 AS good, scrap_quantity::float8 AS scrap
                 FROM mes.work_order_operations`,
  reports: `SELECT id::text, coalesce(correction_reason, operator_id) AS key, work_order_id::text AS "orderId",
                   operation_id::text AS "operationId", station_id::text AS "stationId", good_quantity::float8 AS good,
                   scrap_quantity::float8 AS scrap, correction_of::text AS "correctionOf" FROM mes.production_reports`,
  outbox: `SELECT envelope->'data'->>'report_id' AS "reportId", aggregate_id AS "orderId" FROM mes.outbox
            WHERE routing_key IN ('mes.production-report.reported.v1', 'mes.production-report.corrected.v1') ORDER BY id`,
  inspections: `SELECT production_report_id::text AS "reportId", operation_id::text AS "operationId" FROM qms.inspections`,
  counted: `SELECT production_report_id::text AS "reportId", xmin::text::float8 AS at FROM qms.counted_reports`,
  tallies: `SELECT operation_id::text AS "operationId", good_quantity::float8 AS good FROM qms.operation_tallies`,
  activities: `SELECT activity_id::text AS "reportId", good_quantity::float8 AS good FROM eam.shift_activities
                WHERE kind = 'REPORT'`,
  daily: `SELECT station_id::text AS "stationId", sum(good_quantity)::float8 AS good, sum(scrap_quantity)::float8 AS scrap,
                 sum(report_count)::integer AS "reportCount" FROM mes.daily_production GROUP BY station_id`,
} as const;

export type Database = Readonly<{
  facts(): Promise<Facts>;
  /** Events that nobody has relayed, or that wait for their consumer in a table. */
  waiting(): Promise<number>;
  /** Effects that have arrived beside those that are due. */
  effects(): Promise<Readonly<{ due: number; counted: number; activities: number; activitiesDue: number }>>;
  close(): Promise<void>;
}>;

/** As the owner of the server: no row is hidden from it. */
export async function openDatabase(url: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 5_000, query_timeout: 60_000 });
  pool.on('error', () => undefined);
  const rows = async <Row>(text: string): Promise<Row[]> => (await pool.query(text)).rows as Row[];
  const deadLetters = async () =>
    Promise.all(
      namespaces.map((name) =>
        rows<{ queue: string; count: number }>(
          `SELECT consumer AS queue, count(*)::integer AS count FROM ${name}.dead_letters WHERE state = 'DEAD' GROUP BY 1`,
        ),
      ),
    );
  return {
    async facts() {
      const read: Record<string, unknown> = {};
      for (const [name, text] of Object.entries(queries)) read[name] = await rows(text);
      return { ...(read as Omit<Facts, 'deadLetters'>), deadLetters: (await deadLetters()).flat() };
    },
    async waiting() {
      const counts = namespaces.map(
        (name) => `(SELECT count(*) FROM ${name}.outbox WHERE sent_at IS NULL)
                 + (SELECT count(*) FROM ${name}.mailbox)`,
      );
      const [row] = await rows<{ events: number }>(`SELECT (${counts.join(' + ')})::integer AS events`);
      return row!.events;
    },
    async effects() {
      const [row] = await rows<{ due: number; counted: number; activities: number; activitiesDue: number }>(
        `SELECT (SELECT count(*) FROM mes.production_reports WHERE correction_of IS NULL)::integer AS due,
                (SELECT count(*) FROM qms.counted_reports)::integer AS counted,
                (SELECT count(*) FROM eam.shift_activities WHERE kind = 'REPORT')::integer AS activities,
                (SELECT count(*) FROM mes.production_reports)::integer AS "activitiesDue"`,
      );
      return row!;
    },
    close: () => pool.end(),
  };
}
