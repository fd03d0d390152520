import type { EventContract } from '@enghub/event-contracts/define-event';
import { appendEvents, newEvent } from '@enghub/messaging/outbox';
import { newId } from '@enghub/subgraph-kit/ids';
import type { Context } from './context.ts';
import type { Db } from './database.ts';

/** An event that rules decided on: which contract it follows, and its data. */
export type Fact = Readonly<{ contract: EventContract; data: unknown }>;

/** Puts facts into the outbox of the running transaction; call it after the aggregate's row was written. */
export function publish(
  tx: Db,
  { claims, now }: Context,
  about: { factoryId: string; aggregateId: string },
  facts: readonly Fact[],
): Promise<void> {
  const at = now();
  const { tenantId, traceId } = claims;
  return appendEvents(
    tx,
    facts.map(({ contract, data }) =>
      newEvent(contract, data, { ...about, eventId: newId(), tenantId, traceId, sourceService: 'mes', at }),
    ),
  );
}
