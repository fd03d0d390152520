import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { answerRequest, bookRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { isLabel } from '../text-rules.ts';
import type { InventoryRefusal } from './refusals.ts';

export type Attempt<Answer> = Decision<Answer, never, InventoryRefusal>;
export type Outcome<Answer> = Attempt<Readonly<{ answer: Answer; replayed: boolean }>>;

/** Undoes what the transaction did so far: a refused request leaves no trace and may be sent again. */
class Refused extends Error {
  readonly refusal: InventoryRefusal;

  constructor(refusal: InventoryRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** Does what a request asks for the first time it comes, and answers the same whenever it comes again. */
export async function once<Answer extends object>(
  command: string,
  { requestId, ...body }: Readonly<{ requestId: string }>,
  context: Context,
  act: (tx: Db) => Promise<Attempt<Answer>>,
): Promise<Outcome<Answer>> {
  if (!isLabel(requestId)) return refuse({ code: 'BAD_REQUEST_ID' });
  const { claims } = context;
  try {
    return await context.transaction(async (tx): Promise<Outcome<Answer>> => {
      const booked = await bookRequest<Answer>(tx, claims, { requestId, command, body });
      if (booked.kind === 'reused') return refuse({ code: 'REQUEST_ID_REUSED' });
      if (booked.kind === 'replayed') return accept({ answer: booked.answer, replayed: true });
      const decision = await act(tx);
      if (!decision.ok) throw new Refused(decision.refusal);
      await answerRequest(tx, claims, requestId, decision.state);
      return accept({ answer: decision.state, replayed: false });
    });
  } catch (error) {
    if (error instanceof Refused) return refuse(error.refusal);
    throw error;
  }
}
