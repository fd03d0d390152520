/** What keeps an order or an operation from going on. Pure: the caller brings what is known and the clock. */
import { Decimal } from 'decimal.js';
import { heardOn, type HeardBlocker, type Subject } from './heard-rules.ts';
import { shortages, type MaterialNeed } from './shortage-rules.ts';

export type BlockerKind =
  | 'STATE'
  | 'ORDER_STATE'
  | 'HAS_REPORTS'
  | 'NOT_SKIPPABLE'
  | 'REPORTS_PENDING'
  | 'MATERIAL_SHORTAGE'
  | 'PREDECESSOR_NOT_DONE'
  | 'OPERATOR_NOT_QUALIFIED'
  | 'STATION_OCCUPIED'
  | 'STATION_RETIRED'
  | 'QUALITY_HOLD'
  | 'EQUIPMENT_DOWN'
  | 'BOM_NOT_USABLE'
  | 'PPAP_NOT_APPROVED'
  | 'PPAP_UNVERIFIED'
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

export type OrderStatus =
  'DRAFT' | 'PLANNED' | 'RELEASED' | 'IN_PROGRESS' | 'HELD' | 'COMPLETED' | 'CLOSED' | 'CANCELLED';
export type OperationStatus = 'PENDING' | 'IN_PROGRESS' | 'PAUSED' | 'FINISHED' | 'SKIPPED';

/** The part of an order that readiness is about. */
export type OrderToJudge = Readonly<{
  id: string;
  number: string;
  status: OrderStatus;
  productId: string;
  bomVersion: string | null;
  quantity: string;
  outputLotId: string | null;
  reportCount: number;
}>;

export type OperationToJudge = Readonly<{
  id: string;
  workOrderId: string;
  sequence: number;
  name: string;
  status: OperationStatus;
  stationId: string | null;
  afterIds: readonly string[];
  withIds: readonly string[];
  transferQuantity: string | null;
  predecessorMode: 'BLOCK' | 'WARN' | 'ALLOW';
  requiredSkills: readonly string[];
  /** Good pieces that are there for what follows: with those that came with a back-order, less those that left or were sent back. */
  made: string;
  /** Pieces taken from the operations before, less those that come here again. */
  processed: string;
  startedAt: Date | null;
}>;

/** All that is known of an order beyond its own row. */
export type OrderFacts = Readonly<{
  operations: readonly OperationToJudge[];
  materials: readonly MaterialNeed[];
  /** Materials that it will have once it is released. */
  uses: readonly string[];
  /** Those of them that the ERP has not approved for new orders. */
  unapproved: readonly Blocker[];
  /** What may be taken of each material, if the plant keeps stock and minds a shortage. */
  stock: ReadonlyMap<string, string> | null;
  /** Whether a station that runs as many jobs as it can refuses another. */
  stationsCanBeFull: boolean;
  heard: readonly HeardBlocker[];
  /** Reports that wait for approval. */
  pendingReports: number;
}>;

export type StationFacts = Readonly<{
  id: string;
  code: string;
  /** Jobs at once, in the shift that runs now. */
  capacity: number;
  retiredAt: Date | null;
  /** Operations that somebody is on there. */
  running: readonly string[];
  heard: readonly HeardBlocker[];
}>;

/** A skill that the operator lacks, and since when. */
export type MissingSkill = Readonly<{ skill: string; since: Date | null }>;

/** What is in the way of an order, its own state aside. */
export function judgeOrder(order: OrderToJudge, facts: OrderFacts, action: OrderAction, now: Date): Blocker[] {
  switch (action) {
    case 'RELEASE':
      return [
        ...heardOn(facts.heard, subjectsOf(order, facts), { release: order.bomVersion ?? '' }),
        ...facts.unapproved,
      ];
    case 'START':
      return [...heardOn(facts.heard, subjectsOf(order, facts)), ...shortagesOf(order, facts, facts.operations, now)];
    case 'RESUME':
      return heardOn(facts.heard, subjectsOf(order, facts));
    case 'CANCEL':
      return order.reportCount > 0 ? [own('HAS_REPORTS', now, { order: order.number })] : [];
    case 'CLOSE':
      return facts.pendingReports > 0
        ? [own('REPORTS_PENDING', now, { order: order.number, count: `${facts.pendingReports}` })]
        : [];
    case 'HOLD':
    case 'COMPLETE':
    case 'REOPEN':
      return [];
  }
}

/** From which states of its own an operation takes an action; several people may start on one operation. */
export const operationStates: Readonly<Record<OperationAction, readonly OperationStatus[]>> = {
  START: ['PENDING', 'IN_PROGRESS'],
  PAUSE: ['IN_PROGRESS'],
  RESUME: ['PAUSED'],
  FINISH: ['IN_PROGRESS', 'PAUSED'],
  SKIP: ['PENDING'],
  REPORT: ['PENDING', 'IN_PROGRESS', 'PAUSED'],
};

/** In which states of its order an operation can be worked on. An operation that starts takes a released order along. */
const orderStatesFor: Readonly<Record<OperationAction, readonly OrderStatus[]>> = {
  START: ['RELEASED', 'IN_PROGRESS'],
  RESUME: ['IN_PROGRESS'],
  REPORT: ['IN_PROGRESS'],
  PAUSE: ['IN_PROGRESS', 'HELD'],
  FINISH: ['IN_PROGRESS'],
  SKIP: ['RELEASED', 'IN_PROGRESS', 'HELD'],
};

/** What is in the way of an operation, its own state aside. */
export function judgeOperation(
  order: OrderToJudge,
  facts: OrderFacts,
  operation: OperationToJudge,
  action: OperationAction,
  at: Readonly<{ station: StationFacts | null; missing: readonly MissingSkill[]; operatorId: string | null }>,
  now: Date,
): Blocker[] {
  const blockers: Blocker[] = [];
  if (!orderStatesFor[action].includes(order.status)) {
    blockers.push(own('ORDER_STATE', now, { order: order.number, status: order.status }, order.id));
  }
  if (action === 'SKIP' && !canBeLeftOut(operation, facts.operations)) {
    blockers.push(own('NOT_SKIPPABLE', now, {}, operation.id));
  }
  if (action !== 'START' && action !== 'RESUME') return blockers;

  const { station } = at;
  const subjects = [...subjectsOf(order, facts), { kind: 'OPERATION' as const, id: operation.id }];
  const onStation = station ? heardOn(station.heard, [{ kind: 'STATION', id: station.id }]) : [];
  blockers.push(...unique([...heardOn(facts.heard, subjects), ...onStation]));
  if (action === 'START') {
    const users = order.status === 'RELEASED' ? facts.operations : [operation];
    blockers.push(...waitsFor(operation, facts.operations, now), ...shortagesOf(order, facts, users, now));
  }
  for (const { skill, since } of at.missing) {
    blockers.push(own('OPERATOR_NOT_QUALIFIED', since ?? now, { operator: at.operatorId ?? '', skill }, skill));
  }
  if (station?.retiredAt) {
    blockers.push(own('STATION_RETIRED', station.retiredAt, { station: station.code }, station.id));
  }
  // Whoever joins others on their operation needs no place of their own.
  const others = station?.running.filter((id) => id !== operation.id) ?? [];
  if (station && facts.stationsCanBeFull && others.length >= station.capacity) {
    const { code, capacity } = station;
    const detail = { station: code, running: `${others.length}`, capacity: `${capacity}` };
    blockers.push(own('STATION_OCCUPIED', now, detail, station.id));
  }
  return blockers;
}

/** An operation that nobody has begun has made nothing, unless the pieces came with a back-order. */
const canBeLeftOut = ({ id, made }: OperationToJudge, all: readonly OperationToJudge[]): boolean =>
  new Decimal(made).isZero() && all.some((it) => it.id !== id && it.status !== 'SKIPPED');

/** One for each operation before this one that has not made enough, and for each beside it that has not started. */
function waitsFor(operation: OperationToJudge, all: readonly OperationToJudge[], now: Date): Blocker[] {
  if (operation.predecessorMode !== 'BLOCK') return [];
  const byId = new Map(all.map((it) => [it.id, it]));
  const before = operation.afterIds.flatMap((id) => byId.get(id) ?? []);
  const beside = operation.withIds.flatMap((id) => byId.get(id) ?? []);
  return [
    ...before.filter((it) => !isDone(it) && !hasMadeEnough(it, operation)).map((it) => notDone(it, operation, now)),
    ...beside
      .filter((it) => it.status === 'PENDING')
      .map((it) => own('PREDECESSOR_NOT_DONE', now, { sequence: `${it.sequence}`, name: it.name }, it.id)),
  ];
}

const isDone = ({ status }: OperationToJudge): boolean => status === 'FINISHED' || status === 'SKIPPED';

const hasMadeEnough = ({ made }: OperationToJudge, { transferQuantity, processed }: OperationToJudge): boolean =>
  transferQuantity === null ? new Decimal(made).gt(processed) : new Decimal(made).gte(transferQuantity);

function notDone(predecessor: OperationToJudge, { transferQuantity }: OperationToJudge, now: Date): Blocker {
  const { id, sequence, name, made, startedAt } = predecessor;
  const detail = {
    ...{ sequence: `${sequence}`, name, made: new Decimal(made).toFixed() },
    ...(transferQuantity === null ? {} : { needed: transferQuantity }),
  };
  return own('PREDECESSOR_NOT_DONE', startedAt ?? now, detail, id);
}

function shortagesOf(
  order: OrderToJudge,
  { materials, stock }: OrderFacts,
  users: readonly OperationToJudge[],
  now: Date,
): Blocker[] {
  if (!stock) return [];
  return shortages(order.quantity, users, materials, stock).map(({ material, ...detail }) =>
    own('MATERIAL_SHORTAGE', now, { material, ...detail }, material),
  );
}

/** Whatever, if it is blocked, blocks the order. */
const subjectsOf = ({ id, productId, outputLotId }: OrderToJudge, { materials, uses }: OrderFacts): Subject[] => [
  { kind: 'WORK_ORDER', id },
  { kind: 'PRODUCT', id: productId },
  ...(outputLotId === null ? [] : [{ kind: 'LOT' as const, id: outputLotId }]),
  ...materials.map(({ materialId }) => ({ kind: 'MATERIAL' as const, id: materialId })),
  ...uses.map((material) => ({ kind: 'MATERIAL' as const, id: material })),
];

const unique = (blockers: readonly Blocker[]): Blocker[] => [
  ...new Map(blockers.map((it) => [`${it.source} ${it.kind} ${it.reference}`, it])).values(),
];

export const own = (
  kind: BlockerKind,
  since: Date,
  detail: Blocker['detail'],
  reference: string | null = null,
): Blocker => ({ kind, source: 'mes', reference, since, owner: null, detail });
