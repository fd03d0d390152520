/** What a part approval is good for. Pure. */
/** What is known of a material's approval; `isCurrent` says that it is young enough to go by. */
type Heard = Readonly<{
  value: Readonly<{ status: 'APPROVED' | 'PENDING' | 'REJECTED' }> | null;
  asOf: Date;
  isCurrent: boolean;
}>;

export type PartApproval = Readonly<{
  materialId: string;
  outcome: 'APPROVED' | 'NOT_APPROVED' | 'UNVERIFIED';
  asOf: Date | null;
}>;

/** Null: the ERP could not be asked, and has not been heard before. */
export function judge(materialId: string, known: Heard | null): PartApproval {
  if (!known?.isCurrent) return { materialId, outcome: 'UNVERIFIED', asOf: known?.asOf ?? null };
  const outcome = known.value?.status === 'APPROVED' ? 'APPROVED' : 'NOT_APPROVED';
  return { materialId, outcome, asOf: known.asOf };
}
