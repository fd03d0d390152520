import { fact, type Fact } from '@enghub/event-contracts/fact';
import { deadLetterDiscardRequested } from '@enghub/event-contracts/mes/dead-letter-discard-requested.v1';
import { deadLetterReplayRequested } from '@enghub/event-contracts/mes/dead-letter-replay-requested.v1';
import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import type { EventService } from '../generated/graphql.ts';
import { once } from '../once.ts';
import { isNote } from '../text-rules.ts';

export type LetterInput = Readonly<{ requestId: string; service: EventService; deadLetterId: string }>;
export type LetterRefusal = 'LETTER_NOT_FOUND' | 'BAD_REASON' | 'BAD_REQUEST_ID' | 'REQUEST_ID_REUSED';

type Answer = Readonly<{ service: EventService; deadLetterId: string }>;
type Outcome = Decision<Answer & Readonly<{ replayed: boolean }>, never, LetterRefusal>;
type Wish = Readonly<{ command: 'replayDeadLetter' | 'discardDeadLetter'; reason: string | null }>;

export const replayDeadLetter = (input: LetterInput, context: Context): Promise<Outcome> =>
  ask(input, { command: 'replayDeadLetter', reason: null }, context);

export async function discardDeadLetter(
  { reason, ...input }: LetterInput & Readonly<{ reason: string }>,
  context: Context,
): Promise<Outcome> {
  if (reason.trim() === '' || !isNote(reason)) return refuse('BAD_REASON');
  return ask(input, { command: 'discardDeadLetter', reason }, context);
}

/** The letter is kept by one of the services: it hears of the wish by an event, and decides by the letter's state. */
async function ask({ requestId, ...answer }: LetterInput, wish: Wish, context: Context): Promise<Outcome> {
  const { command, reason } = wish;
  const { service, deadLetterId } = answer;
  if (!isId(deadLetterId)) return refuse('LETTER_NOT_FOUND');
  const request = { requestId, command, body: { ...answer, reason } };
  const outcome = await once<Answer, never>(request, context, async (tx) => {
    await audit(tx, context, {
      command,
      factoryId: null,
      entity: 'DeadLetter',
      entityId: deadLetterId,
      before: null,
      after: { service, wanted: command === 'replayDeadLetter' ? 'REPLAYING' : 'DISCARDED' },
      reason,
    });
    // In order with what was told about the letter.
    await publish(tx, context, { factoryId: null, aggregateId: deadLetterId }, [wishOf(answer, wish, context)]);
    return accept(answer);
  });
  return outcome.ok
    ? accept({ ...outcome.state.answer, replayed: outcome.state.replayed })
    : refuse(outcome.refusal.code);
}

function wishOf({ service, deadLetterId }: Answer, { command, reason }: Wish, { claims, now }: Context): Fact {
  const data = {
    service: service.toLowerCase().replaceAll('_', '-'),
    dead_letter_id: deadLetterId,
    factory_ids: [...claims.factoryIds],
    by: claims.userId,
    at: now().toISOString(),
  };
  return command === 'replayDeadLetter'
    ? fact(deadLetterReplayRequested, data)
    : fact(deadLetterDiscardRequested, { ...data, reason: reason ?? '' });
}
