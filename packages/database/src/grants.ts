/** What the roles of a namespace may touch. Asked first and granted only where something is missing. */
import type pg from 'pg';

type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE' | 'REFERENCES' | 'TRIGGER';
type Kind = 'table' | 'append-only' | 'closed' | 'sequence';
type Relation = Readonly<{ name: string; kind: Kind; app: readonly Privilege[]; relay: readonly Privilege[] }>;
type Allowed = Readonly<{ app: readonly Privilege[]; relay: readonly Privilege[] }>;

const everyday: readonly Privilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const relayTables = ['outbox', 'mailbox', 'dead_letters', 'consumers'];

/** The relay's session also keeps history and forgets what is too old, seals the audit trail, which the runtime role itself must not do, and checks keys. */
const special: Readonly<Record<string, Allowed>> = {
  outbox_archive: { app: ['SELECT'], relay: ['SELECT', 'INSERT'] },
  inbox: { app: everyday, relay: ['SELECT', 'DELETE'] },
  requests: { app: everyday, relay: ['SELECT', 'DELETE'] },
  audit_entries: { app: ['SELECT', 'INSERT'], relay: ['SELECT'] },
  audit_seals: { app: ['SELECT'], relay: ['SELECT', 'INSERT'] },
  data_keys: { app: ['SELECT', 'INSERT'], relay: ['SELECT'] },
};

/** Partitions are read through their parent, where the policies are; a grant on one would go past them. */
function allowed({ name, kind }: Relation): Allowed {
  if (kind === 'table') return special[name] ?? { app: everyday, relay: relayTables.includes(name) ? everyday : [] };
  if (kind === 'append-only') return special[name] ?? { app: ['SELECT', 'INSERT'], relay: [] };
  return { app: [], relay: [] };
}

/** Whether a table, sequence or function lacks a grant, or one has too much. */
export async function grantsDiffer(owner: pg.Client, namespace: string): Promise<boolean> {
  const [app, relay] = [`${namespace}_app`, `${namespace}_relay`];
  const { rows } = await owner.query<{ differ: boolean }>(differSql, [namespace, app, relay]);
  if (rows[0]?.differ !== false) return true;
  return (await relationsOf(owner, namespace)).some(
    (relation) =>
      relation.kind !== 'sequence' &&
      (!same(relation.app, allowed(relation).app) || !same(relation.relay, allowed(relation).relay)),
  );
}

/** Grants to the runtime role what it works with, and to the relay its tables; takes back everything else. */
export async function grant(owner: pg.Client, namespace: string): Promise<void> {
  const [app, relay] = [`${namespace}_app`, `${namespace}_relay`];
  const relations = await relationsOf(owner, namespace);
  const on = ({ name }: Relation): string => `"${namespace}"."${name}"`;
  const tables = relations.filter(({ kind }) => kind !== 'sequence');
  const sequences = relations.filter(({ kind }) => kind === 'sequence');
  const relaySequences = sequences.filter(({ name }) => relayTables.some((table) => name.startsWith(`${table}_`)));
  const statements = [
    `GRANT USAGE ON SCHEMA ${namespace} TO ${app}, ${relay}`,
    tables.length > 0 && `REVOKE ALL ON ${tables.map(on).join(', ')} FROM PUBLIC, ${app}, ${relay}`,
    ...tables.flatMap((table) =>
      (['app', 'relay'] as const).map((role) => {
        const privileges = allowed(table)[role].join(', ');
        return privileges && `GRANT ${privileges} ON ${on(table)} TO ${namespace}_${role}`;
      }),
    ),
    sequences.length > 0 && `GRANT USAGE, SELECT ON SEQUENCE ${sequences.map(on).join(', ')} TO ${app}`,
    ...relaySequences.map((sequence) => `GRANT USAGE, SELECT ON SEQUENCE ${on(sequence)} TO ${relay}`),
    `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${namespace} TO ${app}`,
    `GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA ${namespace} TO ${relay}`,
  ];
  await owner.query(`BEGIN; ${statements.filter(Boolean).join('; ')}; COMMIT`);
}

const same = (held: readonly Privilege[], wanted: readonly Privilege[]): boolean =>
  held.length === wanted.length && wanted.every((privilege) => held.includes(privilege));

async function relationsOf(owner: pg.Client, namespace: string): Promise<Relation[]> {
  const { rows } = await owner.query<Relation>(relationsSql, [namespace, `${namespace}_app`, `${namespace}_relay`]);
  return rows;
}

// What a role holds on a single column it holds on the table, as far as we are concerned.
const held = (role: string): string => `
  ARRAY(SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])
          AS privilege
         WHERE has_table_privilege(${role}, c.oid, privilege)
            OR (privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                AND has_any_column_privilege(${role}, c.oid, privilege)))`;

/** A partition is a table nobody but its parent opens; so is Prisma's history. append_only() leaves its mark as a trigger. */
const relationsSql = `
  SELECT c.relname AS name,
         CASE
           WHEN c.relkind = 'S' THEN 'sequence'
           WHEN c.relispartition OR c.relname = '_prisma_migrations' THEN 'closed'
           WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only') THEN 'append-only'
           ELSE 'table'
         END AS kind,
         CASE WHEN c.relkind <> 'S' THEN ${held('$2')} END AS app,
         CASE WHEN c.relkind <> 'S' THEN ${held('$3')} END AS relay
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
   ORDER BY c.relname`;

const differSql = `
  SELECT NOT has_schema_privilege($2, $1, 'USAGE') OR NOT has_schema_privilege($3, $1, 'USAGE')
    OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND CASE WHEN c.relkind = 'S' THEN NOT has_sequence_privilege($2, c.oid, 'USAGE') END)
    OR EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = $1 AND p.prokind = 'f' AND NOT has_function_privilege($2, p.oid, 'EXECUTE'))
    OR EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = $1 AND p.prokind = 'p' AND NOT has_function_privilege($3, p.oid, 'EXECUTE'))
    AS differ`;
