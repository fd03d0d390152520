/** Of what people are told, who, and how. Pure: the caller brings the clock and the data. */
import { equipmentDown } from '@enghub/event-contracts/eam/equipment-down.v1';
import { isEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { eventDeadLettered } from '@enghub/event-contracts/events/event-dead-lettered.v1';
import { integrationDegraded } from '@enghub/event-contracts/luaguage-bridge/integration-degraded.v1';
import { integrationRecovered } from '@enghub/event-contracts/luaguage-bridge/integration-recovered.v1';
import { defectReported } from '@enghub/event-contracts/mes/defect-reported.v1';
import { workOrderCompleted } from '@enghub/event-contracts/mes/work-order-completed.v1';
import { workOrderCreated } from '@enghub/event-contracts/mes/work-order-created.v1';
import { workOrderHeld } from '@enghub/event-contracts/mes/work-order-held.v1';
import { qualityHoldPlaced } from '@enghub/event-contracts/qms/quality-hold-placed.v1';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { Decimal } from 'decimal.js';

export type Kind =
  | 'WORK_ORDER_CREATED'
  | 'WORK_ORDER_HELD'
  | 'WORK_ORDER_COMPLETED'
  | 'DEFECT_REPORTED'
  | 'QUALITY_HOLD_PLACED'
  | 'EQUIPMENT_DOWN'
  | 'INTEGRATION_DEGRADED'
  | 'INTEGRATION_RECOVERED'
  | 'EVENT_DEAD_LETTERED';
export type Severity = 'INFO' | 'WARNING' | 'CRITICAL';

type KindRule = Readonly<{
  severity: Severity;
  /** Whoever holds one of them at the plant is told; names are the ERP's. */
  roles: readonly string[];
  /** For so long after the first one, more of the same only count. Null: each is told by itself. */
  burstMinutes: number | null;
}>;

const production = ['planner', 'production_manager'];
const quality = ['quality_supervisor', 'quality_engineer'];

export const kinds: Readonly<Record<Kind, KindRule>> = {
  WORK_ORDER_CREATED: { severity: 'INFO', roles: ['planner'], burstMinutes: null },
  WORK_ORDER_HELD: { severity: 'WARNING', roles: production, burstMinutes: null },
  WORK_ORDER_COMPLETED: { severity: 'INFO', roles: production, burstMinutes: null },
  DEFECT_REPORTED: { severity: 'WARNING', roles: quality, burstMinutes: 10 },
  QUALITY_HOLD_PLACED: { severity: 'CRITICAL', roles: [...quality, ...production], burstMinutes: null },
  EQUIPMENT_DOWN: { severity: 'CRITICAL', roles: ['maintainer', 'production_manager'], burstMinutes: null },
  INTEGRATION_DEGRADED: { severity: 'CRITICAL', roles: ['administrator'], burstMinutes: null },
  INTEGRATION_RECOVERED: { severity: 'INFO', roles: ['administrator'], burstMinutes: null },
  EVENT_DEAD_LETTERED: { severity: 'CRITICAL', roles: ['administrator'], burstMinutes: 10 },
};

export const allKinds = Object.keys(kinds) as readonly Kind[];

/** Everybody who may have to be found. */
export const addressedRoles: readonly string[] = [...new Set(Object.values(kinds).flatMap(({ roles }) => roles))];

/** What texts are filled with. */
export type Parameters = Readonly<Record<string, string | readonly string[]>>;

export type NewOccasion = Readonly<{
  kind: Kind;
  subject: string;
  parameters: Parameters;
  /** Who did it, and need not be told. */
  actorId: string | null;
}>;

export const heardEvents = [
  workOrderCreated,
  workOrderHeld,
  workOrderCompleted,
  defectReported,
  qualityHoldPlaced,
  equipmentDown,
  integrationDegraded,
  integrationRecovered,
  eventDeadLettered,
];

const MOST_OF_AN_ERROR = 300;

/** What an event is to people; null when nobody needs to be told. */
export function occasionOf(event: Envelope): NewOccasion | null {
  if (isEvent(workOrderCreated, event)) {
    const { work_order_id: workOrderId, number, product_id: productId, quantity, unit, created_by } = event.data;
    const dueDate = event.data.due_date ?? '';
    const parameters = { workOrderId, number, productId, quantity, unit, dueDate };
    return { kind: 'WORK_ORDER_CREATED', subject: workOrderId, actorId: created_by, parameters };
  }
  if (isEvent(workOrderHeld, event)) {
    const { work_order_id: workOrderId, number, cause, note, by } = event.data;
    const parameters = { workOrderId, number, cause, note: note ?? '' };
    return { kind: 'WORK_ORDER_HELD', subject: workOrderId, actorId: by, parameters };
  }
  if (isEvent(workOrderCompleted, event)) {
    const { work_order_id: workOrderId, number, product_id: productId, quantity, by } = event.data;
    const { good_qty: goodQuantity, scrap_qty: scrapQuantity } = event.data;
    const completionRate = percentOf(goodQuantity, quantity);
    const parameters = { workOrderId, number, productId, quantity, goodQuantity, scrapQuantity, completionRate };
    return { kind: 'WORK_ORDER_COMPLETED', subject: workOrderId, actorId: by, parameters };
  }
  if (isEvent(defectReported, event)) {
    const { work_order_id: workOrderId, work_order_number: number, operation_id: operationId } = event.data;
    const { operation_name: operation, defect_type, quantity, produced_by } = event.data;
    const parameters = { workOrderId, number, operationId, operation, quantity, defectTypes: [defect_type] };
    return { kind: 'DEFECT_REPORTED', subject: operationId, actorId: produced_by, parameters };
  }
  if (isEvent(qualityHoldPlaced, event)) {
    const { hold_id: holdId, reason, subjects, by } = event.data;
    const workOrderId = subjects.length === 1 && subjects[0]!.kind === 'WORK_ORDER' ? subjects[0]!.id : '';
    const parameters = { holdId, reason, workOrderId, subjectCount: String(subjects.length) };
    return { kind: 'QUALITY_HOLD_PLACED', subject: holdId, actorId: by, parameters };
  }
  if (isEvent(equipmentDown, event)) {
    const { downtime_id: downtimeId, equipment_id: equipmentId, equipment_code: equipment } = event.data;
    const { reason, planned, by } = event.data;
    // What was planned stands in the plan.
    if (planned) return null;
    const parameters = { downtimeId, equipmentId, equipment, reason };
    return { kind: 'EQUIPMENT_DOWN', subject: downtimeId, actorId: by, parameters };
  }
  if (isEvent(integrationDegraded, event) || isEvent(integrationRecovered, event)) {
    const { interface: name, since, last_error } = event.data;
    const kind = event.data.state === 'DEGRADED' ? 'INTEGRATION_DEGRADED' : 'INTEGRATION_RECOVERED';
    const parameters = { interface: name, since, lastError: last_error ?? '' };
    return { kind, subject: name, actorId: null, parameters };
  }
  if (isEvent(eventDeadLettered, event)) {
    const { consumer, event_type: eventType, dead_letter_id: deadLetterId, error } = event.data;
    const workOrderId = event.data.about['work_order_id'] ?? '';
    const parameters = { consumer, eventType, deadLetterId, workOrderId, error: error.slice(0, MOST_OF_AN_ERROR) };
    return { kind: 'EVENT_DEAD_LETTERED', subject: consumer, actorId: null, parameters };
  }
  return null;
}

function percentOf(part: string, whole: string): string {
  const of = new Decimal(whole);
  return of.isZero() ? '0' : new Decimal(part).div(of).times(100).toDecimalPlaces(2).toFixed();
}

const MOST_TYPES = 10;

/** One more of a burst: quantities add up, kinds of fault are named once. Of anything else the latest is told. */
export function joined(before: Parameters, added: Parameters): Parameters {
  if (added['quantity'] === undefined) return added;
  const types = [...listIn(before, 'defectTypes'), ...listIn(added, 'defectTypes')];
  return {
    ...added,
    quantity: new Decimal(textIn(before, 'quantity')).plus(textIn(added, 'quantity')).toFixed(),
    defectTypes: [...new Set(types)].slice(0, MOST_TYPES),
  };
}

const textIn = (parameters: Parameters, name: string): string => {
  const value = parameters[name];
  return typeof value === 'string' ? value : '0';
};
const listIn = (parameters: Parameters, name: string): readonly string[] => {
  const value = parameters[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
};

export type Channels = Readonly<{ inApp: boolean; viaLuaguage: boolean }>;
export type Preference = Channels & Readonly<{ kind: Kind }>;

/** Who chose nothing is told by every way. */
export const everyWay: Channels = { inApp: true, viaLuaguage: true };

export type PreferenceRefusal = 'CRITICAL_NEEDS_A_WAY' | 'KIND_TWICE';

export function choose(wanted: readonly Preference[]): Decision<readonly Preference[], never, PreferenceRefusal> {
  if (new Set(wanted.map(({ kind }) => kind)).size < wanted.length) return refuse('KIND_TWICE');
  const isSilenced = ({ kind, inApp, viaLuaguage }: Preference) =>
    kinds[kind].severity === 'CRITICAL' && !inApp && !viaLuaguage;
  return wanted.some(isSilenced) ? refuse('CRITICAL_NEEDS_A_WAY') : accept(wanted);
}

/** As the ERP takes it: its own names, and the completion rate as a number. */
export function messageOf(
  kind: Kind,
  parameters: Parameters,
): Readonly<{ type: string; data: Record<string, unknown> }> {
  const data = Object.entries(parameters).flatMap(([name, value]): [string, unknown][] => {
    if (value === '') return [];
    if (name === 'number') return [['work_order_number', value]];
    return [[snakeCase(name), name === 'completionRate' ? Number(value) : value]];
  });
  return { type: kind.toLowerCase(), data: Object.fromEntries(data) };
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export type DeliveryState = 'WAITING' | 'SENT' | 'REFUSED' | 'GIVEN_UP';

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
const GIVEN_UP_AFTER_MS = 3 * 24 * 60 * 60_000;

export type Attempt = Readonly<{ attempts: number; raisedAt: Date; at: Date }>;
export type Settled = Readonly<{ state: DeliveryState; nextAttemptAt: Date }>;

/** After an attempt that the ERP did not take: later, ever less often, and after three days no more. */
export function afterFailure({ attempts, raisedAt, at }: Attempt, isRefusal: boolean): Settled {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_PAUSE_MS);
  const isLate = at.getTime() - raisedAt.getTime() >= GIVEN_UP_AFTER_MS;
  const state = isRefusal ? 'REFUSED' : isLate ? 'GIVEN_UP' : 'WAITING';
  return { state, nextAttemptAt: new Date(at.getTime() + pause) };
}
