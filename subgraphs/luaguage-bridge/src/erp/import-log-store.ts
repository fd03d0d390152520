/** What came from the ERP or went there, record by record. */
import { newId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';

export type SyncKind = 'SALES_ORDER' | 'PRODUCT' | 'BOM' | 'MATERIAL' | 'PPAP' | 'ORDER_STATUS';
export type ImportOutcome = 'CREATED' | 'UPDATED' | 'SENT' | 'REFUSED' | 'FAILED';
export type LogEntry = Readonly<{
  kind: SyncKind;
  externalId: string | null;
  outcome: ImportOutcome;
  error: string | null;
}>;
export async function log(db: Db, tenantId: string, at: Date, entries: readonly LogEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await db.importLogEntry.createMany({ data: entries.map((entry) => ({ id: newId(), tenantId, at, ...entry })) });
}
