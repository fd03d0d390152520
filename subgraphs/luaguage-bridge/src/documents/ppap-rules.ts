/** How a part approval on file is asked for and decided. Pure: the caller brings the clock and the data. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';

export type PpapStatus = 'DRAFT' | 'SUBMITTED' | 'APPROVED' | 'INTERIM_APPROVED' | 'REJECTED';
export type PpapDecision = 'APPROVE' | 'APPROVE_INTERIM' | 'REJECT';

export type Ppap = Readonly<{
  status: PpapStatus;
  since: Date | null;
  changedBy: string | null;
  reason: string | null;
}>;
type Step = Readonly<{ by: string; at: Date; reason: string | null }>;

export type PpapRefusal = 'NO_PPAP' | 'NOT_SUBMITTABLE' | 'NOT_SUBMITTED' | 'REASON_MISSING';

/** Also of a version that is new: an approval is of what was looked at. */
export const draft: Ppap = { status: 'DRAFT', since: null, changedBy: null, reason: null };

const moved = (status: PpapStatus, { by, at, reason }: Step): Ppap => ({ status, since: at, changedBy: by, reason });

export function submit(ppap: Ppap | null, step: Step): Decision<Ppap, never, PpapRefusal> {
  if (!ppap) return refuse('NO_PPAP');
  if (ppap.status !== 'DRAFT' && ppap.status !== 'REJECTED') return refuse('NOT_SUBMITTABLE');
  return accept(moved('SUBMITTED', step));
}

const outcomes: Readonly<Record<PpapDecision, PpapStatus>> = {
  APPROVE: 'APPROVED',
  APPROVE_INTERIM: 'INTERIM_APPROVED',
  REJECT: 'REJECTED',
};

export function decide(ppap: Ppap | null, decision: PpapDecision, step: Step): Decision<Ppap, never, PpapRefusal> {
  if (!ppap) return refuse('NO_PPAP');
  if (ppap.status !== 'SUBMITTED') return refuse('NOT_SUBMITTED');
  if (decision !== 'APPROVE' && !step.reason?.trim()) return refuse('REASON_MISSING');
  return accept(moved(outcomes[decision], step));
}
