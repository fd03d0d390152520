/** What reports run into, under the names that people look for. Pure. */

export type ConflictKind =
  | 'OVER_LIMIT'
  | 'MORE_THAN_PREDECESSOR'
  | 'SUCCESSOR_USED_MORE'
  | 'OVERLAPPING_TIME'
  | 'OVER_CAPACITY'
  | 'DUPLICATE_REQUEST'
  | 'STALE_VERSION'
  | 'ORDER_STATE'
  | 'READING_OUT_OF_ORDER';

export type ConflictOutcome = 'REFUSED' | 'WARNED' | 'SENT_TO_APPROVAL';

export type ReportConflict = Readonly<{
  id: string;
  factoryId: string;
  kind: ConflictKind;
  outcome: ConflictOutcome;
  workOrderId: string | null;
  operationId: string | null;
  stationId: string | null;
  reportId: string | null;
  requestId: string | null;
  userId: string;
  limit: string | null;
  actual: string | null;
  at: Date;
}>;

const kinds: Readonly<Record<string, ConflictKind>> = {
  OVER_LIMIT: 'OVER_LIMIT',
  MORE_THAN_PREDECESSOR: 'MORE_THAN_PREDECESSOR',
  SUCCESSOR_USED_MORE: 'SUCCESSOR_USED_MORE',
  STATION_OVERLAP: 'OVERLAPPING_TIME',
  REQUEST_ID_REUSED: 'DUPLICATE_REQUEST',
  STALE_VERSION: 'STALE_VERSION',
  ORDER_ON_HOLD: 'ORDER_STATE',
  ORDER_NOT_IN_PROGRESS: 'ORDER_STATE',
  BOOKS_CLOSED: 'ORDER_STATE',
  OPERATION_FINISHED: 'ORDER_STATE',
  OPERATION_SKIPPED: 'ORDER_STATE',
  READING_OUT_OF_ORDER: 'READING_OUT_OF_ORDER',
};

/** The conflict behind a refusal; null when it was a mistake of the sender alone. */
export const kindOf = (refusalCode: string): ConflictKind | null => kinds[refusalCode] ?? null;
