/** What may happen to an operation on the floor. Pure: the caller brings the clock and the data. */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { operationFinished } from '@enghub/event-contracts/mes/operation-finished.v1';
import { operationPaused } from '@enghub/event-contracts/mes/operation-paused.v1';
import { operationResumed } from '@enghub/event-contracts/mes/operation-resumed.v1';
import { operationStarted } from '@enghub/event-contracts/mes/operation-started.v1';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';

export type Status = 'PENDING' | 'IN_PROGRESS' | 'PAUSED' | 'FINISHED' | 'SKIPPED';
export type Verb = 'start' | 'resume' | 'pause' | 'finish' | 'reopen' | 'assign';

/** What dispatching moves of an operation. */
export type Dispatched = Readonly<{
  id: string;
  workOrderId: string;
  sequence: number;
  stationId: string | null;
  equipmentClass: string | null;
  status: Status;
  /** Moves with every step and when the operation is planned anew. */
  version: number;
  plannedStartAt: Date | null;
  plannedEndAt: Date | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
}>;

/** From which states a verb may be said. Whoever starts on an operation that runs joins those who are on it. */
export const transitions: Readonly<Record<Verb, readonly Status[]>> = {
  start: ['PENDING', 'IN_PROGRESS'],
  resume: ['PAUSED'],
  pause: ['IN_PROGRESS'],
  finish: ['IN_PROGRESS', 'PAUSED'],
  reopen: ['FINISHED'],
  assign: ['PENDING', 'IN_PROGRESS', 'PAUSED'],
};

/** In which states the order must be. A pause and its end of work is possible while the order is held. */
const orderStates: Readonly<Record<Verb, readonly string[]>> = {
  start: ['RELEASED', 'IN_PROGRESS'],
  resume: ['IN_PROGRESS'],
  pause: ['IN_PROGRESS', 'HELD'],
  finish: ['IN_PROGRESS'],
  reopen: ['IN_PROGRESS'],
  assign: ['PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD'],
};

export type StateRefusal = 'ORDER_NOT_RUNNING' | 'ILLEGAL_TRANSITION';
type Step = Decision<Dispatched, Fact, StateRefusal>;

function check(operation: Dispatched, orderStatus: string, verb: Verb): StateRefusal | null {
  if (!orderStates[verb].includes(orderStatus)) return 'ORDER_NOT_RUNNING';
  return transitions[verb].includes(operation.status) ? null : 'ILLEGAL_TRANSITION';
}

/** Only the first job starts the operation; those who join change nothing about it. */
export function start(operation: Dispatched, orderStatus: string, stationId: string, by: string, at: Date): Step {
  const refusal = check(operation, orderStatus, 'start');
  if (refusal) return refuse(refusal);
  const placed = { ...operation, stationId: operation.stationId ?? stationId };
  if (operation.status === 'IN_PROGRESS') return accept(placed);
  const next: Dispatched = { ...placed, status: 'IN_PROGRESS', startedAt: operation.startedAt ?? at };
  return accept(next, fact(operationStarted, { ...step(next, by, at), station_id: stationId }));
}

export function resume(operation: Dispatched, orderStatus: string, stationId: string, by: string, at: Date): Step {
  const refusal = check(operation, orderStatus, 'resume');
  if (refusal) return refuse(refusal);
  const next: Dispatched = { ...operation, status: 'IN_PROGRESS', stationId: operation.stationId ?? stationId };
  const data = { ...step(next, by, at), station_id: stationId, reason: null };
  return accept(next, fact(operationResumed, data));
}

/** The operation rests once nobody is on it any more. */
export function pause(operation: Dispatched, orderStatus: string, stillRunning: number, by: string, at: Date): Step {
  const refusal = check(operation, orderStatus, 'pause');
  if (refusal) return refuse(refusal);
  return stillRunning > 0 ? accept(operation) : rest(operation, by, at);
}

const rest = (operation: Dispatched, by: string, at: Date): Step =>
  accept<Dispatched, Fact>({ ...operation, status: 'PAUSED' }, fact(operationPaused, step(operation, by, at)));

/** A hold stops work that is under way; what nobody was clocked on stays as it is. */
export const restWhenHeld = (operation: Dispatched, stillRunning: number, by: string, at: Date): Step =>
  operation.status === 'IN_PROGRESS' && stillRunning === 0 ? rest(operation, by, at) : accept(operation);

export function finish(operation: Dispatched, orderStatus: string, by: string, at: Date): Step {
  const refusal = check(operation, orderStatus, 'finish');
  if (refusal) return refuse(refusal);
  const { goodQuantity: good_qty, scrapQuantity: scrap_qty, reworkQuantity: rework_qty } = operation;
  const data = { ...step(operation, by, at), good_qty, scrap_qty, rework_qty };
  return accept({ ...operation, status: 'FINISHED', finishedAt: at }, fact(operationFinished, data));
}

export function reopen(operation: Dispatched, orderStatus: string, reason: string, by: string, at: Date): Step {
  const refusal = check(operation, orderStatus, 'reopen');
  if (refusal) return refuse(refusal);
  const data = { ...step(operation, by, at), reason };
  return accept({ ...operation, status: 'IN_PROGRESS', finishedAt: null }, fact(operationResumed, data));
}

export type Plan = Readonly<{ stationId: string | null; plannedStartAt: Date | null; plannedEndAt: Date | null }>;

export function assign(
  operation: Dispatched,
  orderStatus: string,
  plan: Plan,
  running: number,
): Decision<Dispatched, never, StateRefusal | 'BAD_INTERVAL' | 'JOBS_RUNNING'> {
  const refusal = check(operation, orderStatus, 'assign');
  if (refusal) return refuse(refusal);
  if (plan.plannedStartAt && plan.plannedEndAt && plan.plannedEndAt <= plan.plannedStartAt) {
    return refuse('BAD_INTERVAL');
  }
  // Whoever works there would be working elsewhere than planned.
  if (plan.stationId !== operation.stationId && running > 0) return refuse('JOBS_RUNNING');
  return accept({ ...operation, ...plan });
}

type Place = Readonly<{ id: string; factoryId: string; equipmentClass?: string | null }>;

/** Work goes to the planned station or to another one of its class; without either, to any station of the plant. */
export function fits(operation: Dispatched, station: Place, planned: Place | null, factoryId: string): boolean {
  if (station.factoryId !== factoryId) return false;
  if (station.id === operation.stationId) return true;
  const wanted = operation.equipmentClass ?? planned?.equipmentClass ?? null;
  return wanted === null ? operation.stationId === null : station.equipmentClass === wanted;
}

const step = (operation: Dispatched, by: string, at: Date) => ({
  work_order_id: operation.workOrderId,
  operation_id: operation.id,
  sequence: operation.sequence,
  station_id: operation.stationId,
  at: at.toISOString(),
  by,
});
