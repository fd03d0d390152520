/** Who may decide on a report that waits. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isNote } from '../text-rules.ts';

/** What a decision looks at and changes. */
export type Waiting = Readonly<{
  status: 'AWAITING' | 'APPROVED' | 'DECLINED';
  version: number;
  decidedBy: string | null;
  decidedAt: Date | null;
  decisionReason: string | null;
}>;

export type ApprovalRefusal = 'STALE_VERSION' | 'ALREADY_DECIDED' | 'FOUR_EYES' | 'BAD_REASON';

/** Four eyes: whoever was signed in when it was reported decides nothing about it. */
export function decide(
  waiting: Waiting & Readonly<{ reportedBy: string }>,
  verdict: Readonly<{ status: 'APPROVED' | 'DECLINED'; version: number; reason: string | null }>,
  by: string,
  at: Date,
): Decision<Waiting, never, ApprovalRefusal> {
  if (waiting.status !== 'AWAITING') return refuse('ALREADY_DECIDED');
  if (waiting.version !== verdict.version) return refuse('STALE_VERSION');
  if (waiting.reportedBy === by) return refuse('FOUR_EYES');
  const reason = verdict.reason?.trim() ? verdict.reason : null;
  if (reason === null ? verdict.status === 'DECLINED' : !isNote(reason)) return refuse('BAD_REASON');
  return accept({
    status: verdict.status,
    version: waiting.version + 1,
    decidedBy: by,
    decidedAt: at,
    decisionReason: reason,
  });
}
