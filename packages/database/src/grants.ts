/** What the roles of a namespace may touch. Asked first and granted only where something is missing. */
import type pg from 'pg';

const relayTables = ['outbox', 'mailbox'];

/** Whether a table, sequence or function lacks a grant, or one has too much. */
export async function grantsDiffer(owner: pg.Client, namespace: string): Promise<boolean> {
  const { rows } = await owner.query<{ differ: boolean }>(differSql, [
    namespace,
    `${namespace}_app`,
    `${namespace}_relay`,
    relayTables,
  ]);
  return rows[0]?.differ ?? true;
}

/** Grants to the runtime role what it works with, and to the relay its two tables; takes back everything else. */
export async function grant(owner: pg.Client, namespace: string): Promise<void> {
  const app = `${namespace}_app`;
  const relay = `${namespace}_relay`;
  const { rows } = await owner.query<{ name: string; role: string }>(tablesSql, [namespace]);
  const named = (role: string): string =>
    rows
      .filter((table) => table.role === role)
      .map(({ name }) => `"${namespace}"."${name}"`)
      .join(', ');
  const [tables, closed, sequences] = [named('table'), named('closed'), named('sequence')];
  const relayed = rows.filter(({ name, role }) => role === 'table' && relayTables.includes(name));
  const relaySequences = rows.filter(
    ({ name, role }) => role === 'sequence' && relayTables.some((table) => name.startsWith(`${table}_`)),
  );
  const statements = [
    `GRANT USAGE ON SCHEMA ${namespace} TO ${app}, ${relay}`,
    // Partitions are read through their parent, where the policies are; a grant on one would go past them.
    closed && `REVOKE ALL ON ${closed} FROM PUBLIC, ${app}, ${relay}`,
    tables && `REVOKE ALL ON ${tables} FROM PUBLIC, ${relay}`,
    tables && `GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables} TO ${app}`,
    sequences && `GRANT USAGE, SELECT ON SEQUENCE ${sequences} TO ${app}`,
    `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${namespace} TO ${app}`,
    ...relayed.map(({ name }) => `GRANT SELECT, INSERT, UPDATE, DELETE ON "${namespace}"."${name}" TO ${relay}`),
    ...relaySequences.map(({ name }) => `GRANT USAGE, SELECT ON SEQUENCE "${namespace}"."${name}" TO ${relay}`),
  ];
  await owner.query(`BEGIN; ${statements.filter(Boolean).join('; ')}; COMMIT`);
}

/** A partition is a table nobody but its parent opens; so is Prisma's history. */
const kind = `
  CASE
    WHEN c.relkind = 'S' THEN 'sequence'
    WHEN c.relispartition OR c.relname = '_prisma_migrations' THEN 'closed'
    ELSE 'table'
  END`;

const tablesSql = `
  SELECT c.relname AS name, ${kind} AS role
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
   ORDER BY c.relname`;

const all = `'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'`;
const holds = (role: string, privileges: string[]): string =>
  privileges.map((privilege) => `has_table_privilege(${role}, oid, '${privilege}')`).join(' AND ');
const everyday = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

const differSql = `
  WITH found AS (
    SELECT c.oid, c.relname, ${kind} AS role
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'S'))
  SELECT NOT has_schema_privilege($2, $1, 'USAGE') OR NOT has_schema_privilege($3, $1, 'USAGE')
    OR EXISTS (SELECT FROM found WHERE role = 'table' AND NOT (${holds('$2', everyday)}))
    OR EXISTS (SELECT FROM found WHERE role = 'closed'
        AND (has_table_privilege($2, oid, ${all}) OR has_table_privilege($3, oid, ${all})))
    OR EXISTS (SELECT FROM found WHERE role = 'table' AND relname = ANY ($4) AND NOT (${holds('$3', everyday)}))
    OR EXISTS (SELECT FROM found WHERE role = 'table' AND relname <> ALL ($4) AND has_table_privilege($3, oid, ${all}))
    OR EXISTS (SELECT FROM found WHERE CASE WHEN role = 'sequence' THEN NOT has_sequence_privilege($2, oid, 'USAGE') END)
    OR EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = $1 AND p.prokind = 'f' AND NOT has_function_privilege($2, p.oid, 'EXECUTE'))
    AS differ`;
