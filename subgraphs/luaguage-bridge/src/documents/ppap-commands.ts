import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import type { Context } from '../context.ts';
import { change, type ChangeRefusal, type Seen } from './commands.ts';
import { decide, submit, type Ppap, type PpapDecision, type PpapRefusal } from './ppap-rules.ts';
import { isReason } from './rules.ts';
import { savePpap, type Document } from './store.ts';

export type PpapOutcome = Decision<Document, never, ChangeRefusal | PpapRefusal>;
type Written = Seen & Readonly<{ reason?: string | null | undefined }>;
type Step = Readonly<{ by: string; at: Date; reason: string | null }>;

export const submitPpap = (input: Written, context: Context): Promise<PpapOutcome> =>
  move(input, 'submitPpap', context, submit);

export const decidePpap = (
  { decision, ...input }: Written & Readonly<{ decision: PpapDecision }>,
  context: Context,
): Promise<PpapOutcome> => move(input, 'decidePpap', context, (ppap, step) => decide(ppap, decision, step));

async function move(
  { reason = null, ...seen }: Written,
  command: string,
  context: Context,
  decision: (ppap: Ppap | null, step: Step) => Decision<Ppap, never, PpapRefusal>,
): Promise<PpapOutcome> {
  if (reason !== null && !isReason(reason)) return refuse('BAD_REASON');
  const { claims, now } = context;
  return change<PpapRefusal>(seen, { command, reason }, context, async ({ id, ppap }, tx) => {
    const outcome = decision(ppap, { by: claims.userId, at: now(), reason });
    if (!outcome.ok) return outcome.refusal;
    await savePpap(tx, id, outcome.state);
    return null;
  });
}
