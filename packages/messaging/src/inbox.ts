import type { Envelope } from '@enghub/event-contracts/envelope';
import type { SqlExecutor } from './sql-executor.ts';

/**
 * Claims an event for a consumer inside the transaction of its effect.
 * False means that the effect was committed before: do nothing.
 */
export async function claim(
  tx: SqlExecutor,
  consumer: string,
  event: Pick<Envelope, 'event_id' | 'tenant_id'>,
): Promise<boolean> {
  const claimed = await tx.$executeRaw`
    INSERT INTO inbox (consumer, event_id, tenant_id)
    VALUES (${consumer}, ${event.event_id}::uuid, ${event.tenant_id})
    ON CONFLICT (consumer, event_id) DO NOTHING`;
  return claimed === 1;
}
