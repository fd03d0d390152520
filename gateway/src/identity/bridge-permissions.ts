import type { GraphQLDataSource } from '@apollo/gateway';
import { systemClaims } from '@enghub/subgraph-kit/claims';
import { z } from 'zod';
import { contextOf, viewerOf } from '../viewer.ts';
import { permissionsOutdated, type PermissionSource } from './permissions.ts';
import { newTraceId } from './request-traits.ts';

const QUERY = `query GatewayPermissions($userId: ID!) {
  userPermissions(userId: $userId) { tenantId userId roles factories permissions asOf }
}`;

const answerSchema = z.object({
  userPermissions: z
    .object({
      tenantId: z.string(),
      factories: z.array(z.string()),
      permissions: z.array(z.string()),
      asOf: z.coerce.date(),
    })
    .nullable(),
});

const outdatedSchema = z.object({ reason: z.literal('REAUTHENTICATION_REQUIRED'), changedAt: z.coerce.date() });

/** The bridge to the ERP knows every user; it is asked as the gateway itself, through a field that clients don't see. */
export function bridgePermissions(bridge: GraphQLDataSource): PermissionSource {
  return {
    async for(userId, tenantId) {
      const claims = systemClaims('gateway', { tenantId, factoryIds: ['*'], traceId: newTraceId() });
      const request = { query: QUERY, variables: { userId }, operationName: 'GatewayPermissions' };
      const context = contextOf(viewerOf(claims));
      const { data, errors } = await bridge.process({ request, context } as unknown as Parameters<
        typeof bridge.process
      >[0]);
      const [error] = errors ?? [];
      if (error) {
        const told = outdatedSchema.safeParse(error.extensions);
        throw told.success ? permissionsOutdated(told.data.changedAt) : new Error(`permissions: ${error.message}`);
      }
      const { userPermissions } = answerSchema.parse(data);
      // A token of one tenant says nothing about a user of another.
      if (userPermissions?.tenantId !== tenantId) return null;
      const { factories, permissions, asOf } = userPermissions;
      // "*" is how work of the system itself sees every plant; no user's list may say it.
      return { factories: factories.filter((it) => it !== '*'), permissions, asOf };
    },
  };
}
