/** What people say of lots themselves: that there are some, and whether they may be used. */
import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { isId } from '@enghub/subgraph-kit/ids';
import { publish } from '@enghub/subgraph-kit/publish';
import { answerRequest, bookRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import { forgetStock } from '../inventory/commands.ts';
import { findFactory } from '../stations/commands.ts';
import { isLabel } from '../text-rules.ts';
import { hasOrder, lockLots } from './activity-store.ts';
import { aggregateOf, createLots, entryOf } from './commands.ts';
import { no, Refused, transactionOrRefusal, type LotRefusal } from './refused.ts';
import * as rules from './rules.ts';
import type { Lot, LotStatus, NewLot } from './rules.ts';
import * as store from './store.ts';

type Common = Omit<NewLot, 'number' | 'kind' | 'status'> & Readonly<{ requestId: string; status: LotStatus }>;
type Outcome = Decision<Readonly<{ lots: readonly Lot[]; replayed: boolean }>, never, LotRefusal>;

export function createLot(
  input: Common & Readonly<{ number: string; kind: 'LOT' | 'SERIAL' }>,
  context: Context,
): Promise<Outcome> {
  const { number, kind, ...common } = input;
  return makeKnown('createLot', common, [{ number, kind }], context);
}

const MOST_SERIALS = 500;

export function registerSerials(
  input: Common & Readonly<{ numbers: readonly string[] }>,
  context: Context,
): Promise<Outcome> {
  const { numbers, ...common } = input;
  if (numbers.length < 1 || numbers.length > MOST_SERIALS || new Set(numbers).size < numbers.length) {
    return Promise.resolve(refuse({ code: 'BAD_COUNT' }));
  }
  const serials = numbers.map((number) => ({ number, kind: 'SERIAL' as const }));
  return makeKnown('registerSerials', common, serials, context);
}

/** All of them, or none. */
async function makeKnown(
  command: string,
  { requestId, status, ...common }: Common,
  numbers: readonly Pick<NewLot, 'number' | 'kind'>[],
  context: Context,
): Promise<Outcome> {
  const { claims } = context;
  const { factoryId, workOrderId } = common;
  if (!isLabel(requestId)) return refuse({ code: 'BAD_REQUEST_ID' });
  if (!claims.factoryIds.includes(factoryId)) return refuse({ code: 'FACTORY_NOT_FOUND' });
  if (status !== 'AVAILABLE' && status !== 'QUARANTINE') return refuse({ code: 'BAD_STATUS' });
  const wanted = numbers.map((lot) => ({ ...common, ...lot, status }));
  return transactionOrRefusal(context, async (tx) => {
    const request = { requestId, command, body: wanted };
    const booked = await bookRequest<{ lotIds: string[] }>(tx, claims, request);
    if (booked.kind === 'reused') return no('REQUEST_ID_REUSED');
    if (booked.kind === 'replayed') {
      const lots = await store.findLots(tx, booked.answer.lotIds);
      // The plant may have left the user's list since.
      return lots.length > 0 ? { lots: inOrder(lots, numbers), replayed: true } : no('FACTORY_NOT_FOUND');
    }
    if (!(await findFactory(tx, factoryId))) no('FACTORY_NOT_FOUND');
    if (workOrderId != null && !(isId(workOrderId) && (await hasOrder(tx, factoryId, workOrderId)))) {
      no('ORDER_NOT_FOUND');
    }
    const created = await createLots(tx, context, command, wanted);
    if (!created.ok) return no(created.refusal);
    const fresh = new Set(created.state.map(({ number }) => number));
    const taken = numbers.find(({ number }) => !fresh.has(number));
    if (taken) return no('NUMBER_TAKEN', { number: taken.number });
    const lots = inOrder(created.state, numbers);
    await answerRequest(tx, claims, requestId, { lotIds: lots.map(({ id }) => id) });
    return { lots, replayed: false };
  });
}

function inOrder(lots: readonly Lot[], numbers: readonly Pick<NewLot, 'number'>[]): Lot[] {
  const byNumber = new Map(lots.map((lot) => [lot.number, lot]));
  return numbers.flatMap(({ number }) => byNumber.get(number) ?? []);
}

export async function setLotStatus(
  input: Readonly<{ id: string; version: number; status: LotStatus; reason: string }>,
  context: Context,
): Promise<Decision<Lot, never, LotRefusal>> {
  const { id, version, status, reason } = input;
  if (!isId(id)) return refuse({ code: 'NOT_FOUND' });
  const decision = await transactionOrRefusal(context, async (tx) => {
    await lockLots(tx, [id]);
    const [lot] = await store.findLots(tx, [id]);
    if (!lot) return no('NOT_FOUND');
    if (lot.version !== version) return no('STALE_VERSION', { lotId: id });
    const changed = rules.setStatus(lot, status, reason, context.claims.userId, context.now());
    if (!changed.ok) throw new Refused({ code: changed.refusal, lotId: id });
    const saved = { ...changed.state, version: version + 1 };
    await store.saveStatus(tx, saved);
    await publish(tx, context, aggregateOf(lot), changed.events);
    await audit(tx, context, {
      ...entryOf(lot),
      command: 'setLotStatus',
      before: { status: lot.status, statusReason: lot.statusReason },
      after: { status, statusReason: reason },
      reason,
    });
    return saved;
  });
  // What may be used of the material has changed.
  if (decision.ok) await forgetStock(context, decision.state.factoryId, [decision.state.materialId]);
  return decision;
}
