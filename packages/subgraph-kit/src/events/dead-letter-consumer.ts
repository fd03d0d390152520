/** Settles the dead letters that this service keeps, as administrators ask for it. */
import { isEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { deadLetterDiscardRequested } from '@enghub/event-contracts/mes/dead-letter-discard-requested.v1';
import { deadLetterReplayRequested } from '@enghub/event-contracts/mes/dead-letter-replay-requested.v1';
import { discardDeadLetter, resolutionOf, reviveDeadLetter } from '@enghub/messaging/dead-letters';
import { claim } from '@enghub/messaging/inbox';
import { appendEvents } from '@enghub/messaging/outbox';
import { audit } from '../audit.ts';
import type { Claims } from '../claims.ts';
import type { BaseContext } from '../context.ts';
import { isId } from '../ids.ts';
import type { SqlTransaction } from '../requests.ts';
import { lockLetter } from './store.ts';

type Context = BaseContext<SqlTransaction>;

export const deadLetterConsumer = (service: string, contextFor: (claims: Claims) => Context) => ({
  name: 'dead-letters',
  routingKeys: [deadLetterReplayRequested.routingKey, deadLetterDiscardRequested.routingKey],
  // It is claimed here: the transaction is one of the plants of whoever asks, which the event itself is not bound to.
  isRepeatable: true,
  handle: async (event: Envelope, { claims }: Pick<Context, 'claims'>): Promise<void> => {
    const isDiscard = isEvent(deadLetterDiscardRequested, event);
    if (!isDiscard && !isEvent(deadLetterReplayRequested, event)) return;
    const { service: keeper, dead_letter_id: id, factory_ids: factoryIds, by } = event.data;
    if (keeper !== service || !isId(id)) return;
    const context = contextFor({ ...claims, factoryIds, userId: by });
    await context.transaction(async (tx) => {
      if (!(await claim(tx, `${service}.dead-letters`, event))) return;
      const letter = await lockLetter(tx, id);
      if (letter?.state !== 'DEAD') return;
      const { factoryId } = letter;
      const about = { factoryId, entity: 'DeadLetter', entityId: id, before: { state: 'DEAD' } };
      if (isDiscard) {
        const { reason } = event.data;
        await discardDeadLetter(tx, id, by, reason);
        await audit(tx, context, { ...about, command: 'discardDeadLetter', after: { state: 'DISCARDED' }, reason });
        const outcome = { outcome: 'DISCARDED', by, reason } as const;
        const told = resolutionOf(letter, letter.envelope, outcome, context.now());
        await appendEvents(tx, told ? [told] : []);
      } else if (await reviveDeadLetter(tx, id, by)) {
        await audit(tx, context, { ...about, command: 'replayDeadLetter', after: { state: 'REPLAYING' } });
      }
    });
  },
});
