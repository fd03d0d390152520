import type { EventContract } from '@enghub/event-contracts/define-event';
import { appendEvents, newEvent } from '@enghub/messaging/outbox';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from './context.ts';
import type { Db } from './database.ts';

/** Writes one event into the outbox, in the transaction of what it tells. */
export function publish<Data>(
  tx: Db,
  { claims, now }: Context,
  contract: EventContract<string, Data>,
  data: Data,
  about: Readonly<{ factoryId: string; aggregateId: string }>,
): Promise<void> {
  const circumstances = {
    eventId: newId(),
    tenantId: claims.tenantId,
    sourceService: 'eam',
    traceId: claims.traceId,
    at: now(),
  };
  return appendEvents(tx, [newEvent(contract, data, { ...circumstances, ...about })]);
}
