/** Who holds which role where: what the ERP lists, and what its permission answers say besides. */
import type { Context } from '../context.ts';
import type { ErpListedUser } from '../erp/answers.ts';
import * as store from './store.ts';

const LISTED_FOR_MS = 10 * 60_000;

/** Asks the ERP for the roles that it did not list lately. Fails when it cannot be asked; what was known remains. */
export async function refreshDirectory(roles: readonly string[], context: Context): Promise<void> {
  const { tenantId } = context.claims;
  const listed = await store.listedRoles(context.db, roles);
  const at = context.now();
  const due = roles.filter((role) => at.getTime() - (listed.get(role)?.getTime() ?? -Infinity) >= LISTED_FOR_MS);
  for (const role of due) {
    const users = await context.luaguage.usersWithRole(tenantId, role);
    await context.transaction(async (tx) => {
      if (users) {
        const holders = users.filter((user) => user.roles.includes(role));
        const each = holders.map(({ id, factoryIds }) => ({ userId: id, factoryIds }));
        await store.replaceRole(tx, { tenantId, role }, each, at);
      }
      await store.saveListed(tx, tenantId, role, at);
    });
  }
}

/** What a permission answer says of somebody: of the roles only those that people are found by are kept. */
export async function rememberUser(
  user: ErpListedUser & Readonly<{ asOf: Date }>,
  foundBy: readonly string[],
  context: Context,
): Promise<void> {
  const { id: userId, factoryIds, asOf } = user;
  const roles = [...new Set(user.roles)].filter((role) => foundBy.includes(role));
  const known = await store.rolesOf(context.db, userId);
  const said = roles.map((role) => ({ role, factoryIds }));
  if (isSame(known, said)) return;
  await context.transaction((tx) =>
    store.replaceUser(tx, context.claims.tenantId, { userId, factoryIds }, roles, asOf),
  );
}

const isSame = (one: readonly store.HeldRole[], other: readonly store.HeldRole[]): boolean =>
  asText(one) === asText(other);

const asText = (held: readonly store.HeldRole[]): string =>
  JSON.stringify(held.map(({ role, factoryIds }) => [role, ...[...factoryIds].sort()]).sort());

/** Null while the ERP never said who holds one of the roles, so that nobody is left out for good. */
export async function findHolders(
  roles: readonly string[],
  factoryId: string | null,
  { db }: Pick<Context, 'db'>,
): Promise<string[] | null> {
  const listed = await store.listedRoles(db, roles);
  return roles.every((role) => listed.has(role)) ? store.holdersOf(db, roles, factoryId) : null;
}

/** Anybody whom the ERP knows; null when it has told of nobody. */
export const someHolder = ({ db }: Pick<Context, 'db'>): Promise<string | null> => store.someHolder(db);
