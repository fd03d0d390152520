import type { Fact } from '@enghub/event-contracts/fact';
import { appendEvents, newEvent, type OutboxEvent } from '@enghub/messaging/outbox';
import type { SqlExecutor } from '@enghub/messaging/sql-executor';
import type { BaseContext } from './context.ts';
import { newId } from './ids.ts';

type Teller = Pick<BaseContext<unknown>, 'claims' | 'now' | 'service'>;

/** Where the facts belong; events of one aggregate keep their order. */
type About = Readonly<{
  /** Null for what concerns all plants of the tenant. */
  factoryId: string | null;
  aggregateId: string;
}>;

/** The facts as events of this request. */
export function eventsOf({ claims, now, service }: Teller, about: About, facts: readonly Fact[]): OutboxEvent[] {
  const { tenantId, traceId } = claims;
  const at = now();
  return facts.map(({ contract, data }) =>
    newEvent(contract, data, { ...about, eventId: newId(), tenantId, traceId, sourceService: service, at }),
  );
}

/** Puts facts into the outbox of the running transaction; call it after the aggregate's row was written. */
export const publish = (tx: SqlExecutor, context: Teller, about: About, facts: readonly Fact[]): Promise<void> =>
  appendEvents(tx, eventsOf(context, about, facts));
