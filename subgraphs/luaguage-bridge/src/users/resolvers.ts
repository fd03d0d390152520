import { fault } from '@enghub/subgraph-kit/fault';
import { rememberUser } from '../directory/commands.ts';
import { newsAbout } from '../erp/news-store.ts';
import { addressedRoles } from '../notifications/commands.ts';
import { GraphQLError } from 'graphql';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import type { KnownUser } from '../loaders.ts';

/** As `systemClaims('gateway', …)` writes it. */
const GATEWAY = 'system:gateway';

export const resolvers: Resolvers = {
  Query: {
    me: (_, _args, context) => ofOwnTenant(context.claims.userId, context),
    user: (_, { id }, context) => ofOwnTenant(id, context),
    userPermissions: async (_, { userId }, context) => {
      const { claims, loaders } = context;
      if (claims.userId !== GATEWAY) throw fault('FORBIDDEN', 'Only the gateway asks for permissions.');
      const user = await loaders.user.load(userId).catch((error: unknown) => reauthenticate(error, userId, context));
      if (user?.tenantId === claims.tenantId) remember(user, context);
      return user && { ...user, userId: user.id, factories: user.factoryIds };
    },
  },

  User: { __resolveReference: ({ id }, context) => ofOwnTenant(id, context) },
};

/** Whom notifications may find. Nobody's permissions wait for it: the next answer says it again. */
function remember(user: KnownUser, context: Context): void {
  rememberUser(user, addressedRoles, context).catch(() => undefined);
}

/** Another tenant's user looks like one who does not exist. */
async function ofOwnTenant(id: string, { claims, loaders }: Context): Promise<KnownUser | null> {
  const user = await loaders.user.load(id);
  return user?.tenantId === claims.tenantId ? user : null;
}

/** Whoever remembers permissions from before `changedAt` is told that those hold no more. */
async function reauthenticate(error: unknown, userId: string, { claims, db }: Context): Promise<never> {
  if (!(error instanceof GraphQLError)) throw error;
  const changedAt = await newsAbout(db, { tenantId: claims.tenantId, kind: 'USER', key: userId }).catch(() => null);
  throw new GraphQLError('REAUTHENTICATION_REQUIRED: the permissions of this user cannot be checked.', {
    extensions: {
      ...error.extensions,
      reason: 'REAUTHENTICATION_REQUIRED',
      ...(changedAt && { changedAt: changedAt.toISOString() }),
    },
  });
}
