/** What a part approval is good for. Pure. */
import type { Known } from '../erp/erp.ts';
import type { ErpPpap } from '../erp/answers.ts';

export type PartApproval = Readonly<{
  materialId: string;
  outcome: 'APPROVED' | 'NOT_APPROVED' | 'UNVERIFIED';
  asOf: Date | null;
}>;

/** Null: the ERP could not be asked, and has not been heard before. */
export function judge(materialId: string, known: Known<ErpPpap | null> | null): PartApproval {
  if (!known?.isCurrent) return { materialId, outcome: 'UNVERIFIED', asOf: known?.asOf ?? null };
  const outcome = known.value?.status === 'APPROVED' ? 'APPROVED' : 'NOT_APPROVED';
  return { materialId, outcome, asOf: known.asOf };
}
