/** What keeps an order or an operation from going on. Pure: the caller brings what is known and the clock. */

export type BlockerKind =
  | 'STATE'
  | 'ORDER_STATE'
  | 'MATERIAL_SHORTAGE'
  | 'PREDECESSOR_NOT_DONE'
  | 'OPERATOR_NOT_QUALIFIED'
  | 'STATION_OCCUPIED'
  | 'QUALITY_HOLD'
  | 'EQUIPMENT_DOWN'
  | 'BOM_NOT_USABLE'
  | 'PPAP_NOT_APPROVED'
  | 'ENGINEERING_CHANGE'
  | 'OTHER';

export type BlockerSource = 'mes' | 'qms' | 'eam' | 'luaguage-bridge';

export type Blocker = Readonly<{
  kind: BlockerKind;
  source: BlockerSource;
  /** What to look up at the source. */
  reference: string | null;
  since: Date;
  owner: string | null;
  /** Fills the gaps of the message. */
  detail: Readonly<Record<string, string>>;
}>;

export type OrderAction = 'RELEASE' | 'START' | 'HOLD' | 'RESUME' | 'COMPLETE' | 'REOPEN' | 'CLOSE' | 'CANCEL';
export type OperationAction = 'START' | 'PAUSE' | 'RESUME' | 'FINISH' | 'SKIP' | 'REPORT';

/** Who would do it, and where. */
export type Who = Readonly<{ operatorId: string; stationId: string | null }>;
