/** The two roles of a namespace: what they may do, how they log in, and the proof that they may do no more. */
import { createHmac } from 'node:crypto';
import pg from 'pg';

export type Role = Readonly<{ name: string; url: string; password: string | null }>;

/** The runtime role, under row-level security, and the relay, which sees the tables of events and requests of all tenants. */
export function rolesOf(ownerUrl: string, namespace: string): { app: Role; relay: Role } {
  const role = (name: string): Role => {
    const url = new URL(ownerUrl);
    const password = passwordOf(name, url);
    url.username = name;
    url.password = password ?? '';
    for (const parameter of ['schema', 'options']) url.searchParams.delete(parameter);
    return { name, url: url.toString(), password };
  };
  const relay = role(`${namespace}_relay`);
  const separator = relay.url.includes('?') ? '&' : '?';
  // The relay carries the events of every factory; the policies ask for this setting.
  return {
    app: role(`${namespace}_app`),
    relay: { ...relay, url: `${relay.url}${separator}options=-c%20app.factory_ids%3D*` },
  };
}

/** The same role at a replica, which has the roles and passwords of its primary: what else its URL says about users is not used. */
export function atReplica(roleUrl: string, replicaUrl: string): string {
  const role = new URL(roleUrl);
  const url = new URL(replicaUrl);
  url.username = role.username;
  url.password = role.password;
  for (const parameter of ['schema', 'options']) url.searchParams.delete(parameter);
  return url.toString();
}

/** Derived, so that every process knows it and nobody stores it. None where the server asks for none. */
function passwordOf(name: string, ownerUrl: URL): string | null {
  const key = process.env.DATABASE_ROLE_SECRET || decodeURIComponent(ownerUrl.password);
  return key ? createHmac('sha256', key).update(name).digest('hex') : null;
}

/** Makes the role or brings it up to date. Roles belong to the whole cluster: others may be doing the same. */
export async function ensureRole(owner: pg.Client, role: Role, namespace: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { rowCount } = await owner.query('SELECT FROM pg_roles WHERE rolname = $1', [role.name]);
      const password = role.password === null ? '' : ` PASSWORD '${role.password}'`;
      await owner.query(`${rowCount ? 'ALTER' : 'CREATE'} ROLE ${role.name} LOGIN${password}`);
      await owner.query(`ALTER ROLE ${role.name} SET search_path = ${namespace}`);
      return;
    } catch (error) {
      if (attempt === 20 || !isCollision(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20 * attempt));
    }
  }
}

function isCollision(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    code === '42710' ||
    code === '23505' ||
    (code === 'XX000' && /tuple concurrently/.test(message ?? '')) ||
    code === '40001'
  );
}

export type RoleState = 'ready' | 'outdated';

/** Logs in as the role. Answers 'outdated' when ensureRole() can help, throws when the role is dangerous. */
export async function inspectRole(role: Role, namespace: string): Promise<RoleState> {
  const client = new pg.Client({ connectionString: role.url, connectionTimeoutMillis: 15_000 });
  try {
    await client.connect();
  } catch (error) {
    const { code } = error as { code?: string };
    // No such role, wrong password, not yet allowed in.
    if (code === '28000' || code === '28P01' || code === '42501') return 'outdated';
    throw error;
  }
  try {
    const { rows } = await client.query<Powers>(powersSql, [namespace, role.name]);
    const powers = rows[0];
    if (!powers) throw new Error(`PostgreSQL does not know ${role.name}, as which we are logged in`);
    if (powers.excess !== null) {
      throw new Error(
        `Role ${role.name} ${powers.excess}, so row-level security would not hold. ` +
          `Take that away from it, or drop the role: it is made again.`,
      );
    }
    return powers.searchPath === namespace ? 'ready' : 'outdated';
  } finally {
    await client.end();
  }
}

type Powers = { excess: string | null; searchPath: string };

/** Every role counts that the login role is a member of: it could become that role with SET ROLE. */
const powersSql = `
  WITH held AS (SELECT * FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER'))
  SELECT
    CASE
      WHEN current_user <> $2 THEN 'is not who the server takes us for (' || current_user || ')'
      WHEN EXISTS (SELECT FROM held WHERE rolsuper) THEN 'is a superuser'
      WHEN EXISTS (SELECT FROM held WHERE rolbypassrls) THEN 'may bypass row-level security (BYPASSRLS)'
      WHEN EXISTS (SELECT FROM held WHERE rolcreaterole) THEN 'may create roles'
      WHEN EXISTS (SELECT FROM held WHERE rolreplication) THEN 'may replicate the whole database'
      WHEN EXISTS (SELECT FROM pg_database d JOIN held h ON h.oid = d.datdba WHERE d.datname = current_database())
        THEN 'owns the database'
      WHEN EXISTS (SELECT FROM pg_namespace n JOIN held h ON h.oid = n.nspowner WHERE n.nspname = $1)
        THEN 'owns the schema ' || $1
      WHEN EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN held h ON h.oid = c.relowner
         WHERE n.nspname = $1) THEN 'owns tables of ' || $1
      WHEN EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = $1 AND has_schema_privilege(n.oid, 'CREATE'))
        THEN 'may create tables in ' || $1
      WHEN EXISTS (SELECT FROM held WHERE rolname IN ('pg_read_all_data', 'pg_write_all_data'))
        THEN 'may read or write all data'
    END AS excess,
    current_setting('search_path') AS "searchPath"`;
