import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { answerRequest, bookRequest, findRequest, forgetRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from './context.ts';
import type { Db } from './database.ts';
import { isLabel } from './text-rules.ts';

type Request = Readonly<{ requestId: string; command: string; body: unknown }>;
type RequestRefusal = Readonly<{ code: 'BAD_REQUEST_ID' | 'REQUEST_ID_REUSED' }>;
type Answered<Answer> = Readonly<{ answer: Answer; replayed: boolean }>;

/** Does the work in a transaction unless this request was answered before; a refused request leaves no trace. */
export async function once<Answer, Refusal>(
  request: Request,
  context: Context,
  work: (tx: Db) => Promise<Decision<Answer, unknown, Refusal>>,
): Promise<Decision<Answered<Answer>, never, Refusal | RequestRefusal>> {
  const { claims, db, transaction } = context;
  if (!isLabel(request.requestId)) return refuse({ code: 'BAD_REQUEST_ID' });
  const known = await findRequest<Answer>(db, claims, request);
  if (known.kind === 'reused') return refuse({ code: 'REQUEST_ID_REUSED' });
  if (known.kind === 'replayed') return answered(known.answer, true);

  return transaction(async (tx) => {
    const booked = await bookRequest<Answer>(tx, claims, request);
    if (booked.kind === 'reused') return refuse({ code: 'REQUEST_ID_REUSED' });
    if (booked.kind === 'replayed') return answered(booked.answer, true);
    const decision = await work(tx);
    if (!decision.ok) {
      await forgetRequest(tx, claims, request.requestId);
      return decision;
    }
    await answerRequest(tx, claims, request.requestId, decision.state);
    return answered(decision.state, false);
  });
}

const answered = <Answer>(answer: Answer, replayed: boolean): Decision<Answered<Answer>, never, never> => ({
  ok: true,
  state: { answer, replayed },
  events: [],
});
