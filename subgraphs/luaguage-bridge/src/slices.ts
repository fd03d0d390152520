/** The table of contents. */
import type { Slice } from '@enghub/subgraph-kit/start-subgraph';
import type { Context } from './context.ts';
import { consumers as notificationConsumers } from './notifications/consumers.ts';
import { resolvers as notifications } from './notifications/resolvers.ts';
import { resolvers as documents } from './documents/resolvers.ts';
import { resolvers as integrationStatus } from './integration-status/resolvers.ts';
import { resolvers as partApprovals } from './part-approvals/resolvers.ts';
import { resolvers as products } from './products/resolvers.ts';
import { consumers as syncConsumers } from './sync/consumers.ts';
import { resolvers as sync } from './sync/resolvers.ts';
import { resolvers as users } from './users/resolvers.ts';

export const slices: readonly Slice<Context>[] = [
  { resolvers: products },
  { resolvers: users },
  { resolvers: sync, consumers: syncConsumers },
  { resolvers: notifications, consumers: notificationConsumers },
  { resolvers: partApprovals },
  { resolvers: integrationStatus },
  { resolvers: documents },
];
