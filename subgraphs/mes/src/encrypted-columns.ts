import type { EncryptedColumns } from '@enghub/encryption/encrypted-columns';

/** What people write about people, and what hours and materials cost. See docs/decisions/0024-encrypted-columns.md. */
export const encryptedColumns = {
  noteText: { table: 'hand_over_notes', column: 'text', rowId: ['id'] },
  qualificationReason: { table: 'operator_qualifications', column: 'reason', rowId: ['id'] },
  revocationReason: { table: 'operator_qualifications', column: 'revoked_because', rowId: ['id'] },
  rates: { table: 'cost_rates', column: 'rates', rowId: ['id'] },
  orderCost: { table: 'work_order_costs', column: 'cost', rowId: ['work_order_id', 'version'] },
} satisfies EncryptedColumns;
