import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { audit } from '@enghub/subgraph-kit/audit';
import { fault } from '@enghub/subgraph-kit/fault';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { answerRequest, bookRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { forgetStock, postMovements, type Movement } from '../inventory/commands.ts';
import { findPolicies } from '../plant-policies/commands.ts';
import { findFactory } from '../stations/commands.ts';
import { isLabel, isNote } from '../text-rules.ts';
import * as rules from './activity-rules.ts';
import type { ActivityKind, Line, OutputLot } from './activity-rules.ts';
import * as activities from './activity-store.ts';
import type { ActivityLine, LotActivity } from './activity-store.ts';
import { createLots } from './commands.ts';
import { no, Refused, transactionOrRefusal, type LotRefusal } from './refused.ts';
import { daysAfter, plantDay, type Lot, type NewLot } from './rules.ts';
import * as store from './store.ts';

export type ActivityInput = Readonly<{
  requestId: string;
  factoryId: string;
  kind: ActivityKind;
  inputs: readonly Readonly<{ lotId: string; quantity: string; locationId?: string | null | undefined }>[];
  outputs: readonly OutputInput[];
  workOrderId?: string | null | undefined;
  shipment?:
    Readonly<{ reference?: string | null | undefined; customerId?: string | null | undefined }> | null | undefined;
  lossQuantity: string;
  reason?: string | null | undefined;
}>;

type OutputInput = Partial<Omit<NewLot, 'factoryId' | 'materialId' | 'workOrderId' | 'status' | 'number'>> &
  Readonly<{
    lotId?: string | null | undefined;
    number?: string | null | undefined;
    materialId?: string | null | undefined;
    status: Lot['status'];
    quantity: string;
    locationId?: string | null | undefined;
  }>;

type Recorded = Readonly<{ activity: LotActivity; expired: readonly Lot[]; replayed: boolean }>;
type Outcome = Decision<Recorded, never, LotRefusal>;

const MOST_LINES = 500;

export async function recordLotActivity(input: ActivityInput, context: Context): Promise<Outcome> {
  const { requestId, ...body } = input;
  if (!isLabel(requestId)) return refuse({ code: 'BAD_REQUEST_ID' });
  if (!context.claims.factoryIds.includes(input.factoryId)) return refuse({ code: 'FACTORY_NOT_FOUND' });
  if (input.inputs.length > MOST_LINES || input.outputs.length > MOST_LINES) return refuse({ code: 'BAD_COUNT' });
  if (input.reason != null && !isNote(input.reason)) throw fault('BAD_USER_INPUT', 'reason may have 1,000 characters.');
  const texts = [input.shipment?.reference, input.shipment?.customerId];
  if (!texts.every((text) => text == null || isLabel(text))) return refuse({ code: 'BAD_TEXT' });

  const request = { requestId, command: 'recordLotActivity', body };
  const decision = await transactionOrRefusal(context, (tx) => record(tx, context, input, request));
  if (decision.ok) await forgetStock(context, input.factoryId, decision.state.materialIds);
  return decision;
}

async function record(
  tx: Db,
  context: Context,
  input: ActivityInput,
  request: { requestId: string; command: string; body: unknown },
): Promise<Recorded & { materialIds: readonly string[] }> {
  const { claims, now } = context;
  const { factoryId, kind } = input;
  const booked = await bookRequest<{ activityId: string }>(tx, claims, request);
  if (booked.kind === 'reused') return no('REQUEST_ID_REUSED');
  if (booked.kind === 'replayed') {
    const [activity] = await activities.findActivities(tx, [booked.answer.activityId]);
    return { activity: activity ?? no('FACTORY_NOT_FOUND'), expired: [], replayed: true, materialIds: [] };
  }
  const factory = (await findFactory(tx, factoryId)) ?? no('FACTORY_NOT_FOUND');
  const { workOrderId = null } = input;
  if (workOrderId !== null && !(isId(workOrderId) && (await activities.hasOrder(tx, factoryId, workOrderId)))) {
    no('ORDER_NOT_FOUND');
  }

  const activity = await lotsOf(tx, input);
  const places = await activities.findPlaces(tx, factoryId);
  const known = new Set([null, ...places.map(({ id }) => id)]);
  if ([...activity.inputs, ...activity.outputs].some(({ locationId }) => !known.has(locationId)))
    no('LOCATION_NOT_FOUND');
  const placeFor = (...purposes: string[]) =>
    purposes.flatMap((purpose) => places.filter((place) => place.purpose === purpose))[0]?.id ?? null;
  const decision = rules.plan(
    {
      kind,
      ...activity,
      hasShipment: input.shipment != null,
      lossQuantity: input.lossQuantity,
      reason: input.reason ?? null,
    },
    {
      today: plantDay(now(), factory.timeZone),
      expiredLot: (await findPolicies(tx, factoryId))!.expiredLot,
      storage: placeFor('STORAGE', 'PRODUCTION'),
      production: placeFor('PRODUCTION', 'STORAGE'),
    },
  );
  if (!decision.ok) throw new Refused(decision.refusal);
  const { inputs, expired } = decision.state;
  const planned = await withShelfLife(tx, decision.state.outputs, kind, plantDay(now(), factory.timeZone));
  const outputs = await makeKnown(tx, context, planned);

  const recorded: LotActivity = {
    id: newId(),
    factoryId,
    kind,
    workOrderId,
    shipmentReference: input.shipment?.reference ?? null,
    customerId: input.shipment?.customerId ?? null,
    lossQuantity: input.lossQuantity,
    reason: input.reason ?? null,
    requestId: request.requestId,
    recordedBy: claims.userId,
    recordedAt: now(),
  };
  const lines = [...linesOf(recorded.id, 'INPUT', inputs), ...linesOf(recorded.id, 'OUTPUT', outputs)];
  await activities.insertActivity(tx, claims.tenantId, recorded, lines);
  await moveStock(tx, context, recorded, inputs, outputs, request.requestId);
  const after = { ...recorded, lots: lines };
  const entry = { command: 'recordLotActivity', factoryId, entity: 'LotActivity', entityId: recorded.id };
  await audit(tx, context, { ...entry, before: null, after, reason: recorded.reason });
  await answerRequest(tx, claims, request.requestId, { activityId: recorded.id });
  const materialIds = [...new Set([...inputs, ...outputs].map(({ lot }) => lot.materialId))];
  return { activity: recorded, expired, replayed: false, materialIds };
}

/** The lots that take part, locked, with what is on hand of them. */
async function lotsOf(tx: Db, input: ActivityInput): Promise<Pick<rules.Activity, 'inputs' | 'outputs'>> {
  const { factoryId } = input;
  for (const { locationId } of [...input.inputs, ...input.outputs]) {
    if (locationId != null && !isId(locationId)) no('LOCATION_NOT_FOUND');
  }
  const named = [...input.inputs.map(({ lotId }) => lotId), ...input.outputs.flatMap(({ lotId }) => lotId ?? [])];
  const malformed = named.find((id) => !isId(id));
  if (malformed !== undefined) no('NOT_FOUND', { lotId: malformed });
  const given = new Map((await store.findLots(tx, named)).map((lot) => [lot.id, lot]));
  for (const id of named) if (given.get(id)?.factoryId !== factoryId) no('NOT_FOUND', { lotId: id });

  // Goods under another number are of the material that went in.
  const [first] = input.inputs.map(({ lotId }) => given.get(lotId)!);
  const inherited = input.kind === 'SPLIT' || input.kind === 'MERGE' ? first?.materialId : undefined;
  const wanted = input.outputs.map((output) => (output.lotId == null ? wantedLot(output, input, inherited) : null));
  const keys = wanted.flatMap((lot) => (lot?.materialId ? [{ materialId: lot.materialId, number: lot.number }] : []));
  const byKey = new Map((await store.findLotsByKey(tx, factoryId, keys)).map((lot) => [keyOf(lot), lot.id]));

  const ids = [...new Set([...named, ...byKey.values()])];
  await activities.lockLots(tx, ids);
  const lots = new Map((await store.findLots(tx, ids)).map((lot) => [lot.id, lot]));
  const portions = await activities.findPortions(tx, ids);
  const onHand = (id: string | undefined) => portions.filter(({ lotId }) => lotId === id);
  return {
    inputs: input.inputs.map(({ lotId, quantity, locationId = null }) => {
      return { lot: lots.get(lotId)!, quantity, locationId, onHand: onHand(lotId) };
    }),
    outputs: input.outputs.map(({ lotId, quantity, locationId = null }, at) => {
      const id = lotId ?? byKey.get(keyOf(wanted[at]!));
      const lot = id === undefined ? null : lots.get(id)!;
      const unit = input.outputs[at]!.unit;
      if (lot && unit != null && unit !== lot.unit) no('UNIT_DIFFERS', { lotId: lot.id });
      return { lot, wanted: wanted[at]!, quantity, locationId, onHand: onHand(id) };
    }),
  };
}

const keyOf = ({ materialId, number }: { materialId: string | null; number: string }) =>
  `${number}\n${materialId ?? ''}`;

function wantedLot(output: OutputInput, { factoryId, workOrderId }: ActivityInput, inherited?: string): OutputLot {
  const { number, materialId, kind, unit, status, expiresOn, supplierId, supplierLot, gtin } = output;
  if (!number || !isLabel(number)) return no('BAD_NUMBER');
  if (materialId != null && !isLabel(materialId)) return no('BAD_TEXT');
  if (status !== 'AVAILABLE' && status !== 'QUARANTINE') return no('BAD_STATUS', { number });
  const about = { kind, unit, status, expiresOn, supplierId, supplierLot, gtin, workOrderId } as const;
  return { factoryId, number, materialId: materialId ?? inherited ?? null, ...about };
}

/** What comes in or is made keeps as long as the plant says of its material, where nobody says otherwise. */
async function withShelfLife(
  tx: Db,
  outputs: readonly Line<Lot | NewLot>[],
  kind: ActivityKind,
  today: string,
): Promise<readonly Line<Lot | NewLot>[]> {
  const fresh = outputs.flatMap(({ lot }) => ('id' in lot ? [] : [lot]));
  if (fresh.length === 0 || (kind !== 'RECEIVE' && kind !== 'TRANSFORM')) return outputs;
  const materialIds = [...new Set(fresh.map(({ materialId }) => materialId))];
  const materials = await store.findMaterialDefaults(tx, fresh[0]!.factoryId, materialIds);
  return outputs.map((line) => {
    const days = materials.find(({ materialId }) => materialId === line.lot.materialId)?.shelfLifeDays;
    if ('id' in line.lot || line.lot.expiresOn != null || !days) return line;
    return { ...line, lot: { ...line.lot, expiresOn: daysAfter(today, days) } };
  });
}

/** Lots that were not known become known; one that somebody else made a moment ago has another story than ours. */
async function makeKnown(tx: Db, context: Context, outputs: readonly Line<Lot | NewLot>[]): Promise<Line<Lot>[]> {
  const wanted = outputs.flatMap(({ lot }) => ('id' in lot ? [] : [lot]));
  if (wanted.length === 0) return outputs as Line<Lot>[];
  const created = await createLots(tx, context, 'recordLotActivity', wanted);
  if (!created.ok) return no(created.refusal);
  const fresh = new Map(created.state.map((lot) => [keyOf(lot), lot]));
  return outputs.map((line) => {
    const lot = 'id' in line.lot ? line.lot : fresh.get(keyOf(line.lot));
    return { ...line, lot: lot ?? no('NUMBER_TAKEN', { number: line.lot.number }) };
  });
}

const linesOf = (activityId: string, role: ActivityLine['role'], lines: readonly Line<Lot>[]): ActivityLine[] =>
  lines.map(({ lot, quantity, locationId }, position) => ({
    activityId,
    role,
    position,
    lotId: lot.id,
    quantity,
    locationId,
  }));

const movementKinds = {
  RECEIVE: ['ISSUE', 'RECEIVE'],
  TRANSFORM: ['CONSUME', 'PRODUCE'],
  SPLIT: ['RECLASSIFY', 'RECLASSIFY'],
  MERGE: ['RECLASSIFY', 'RECLASSIFY'],
  PACK: ['RECLASSIFY', 'RECLASSIFY'],
  UNPACK: ['RECLASSIFY', 'RECLASSIFY'],
  SHIP: ['SHIP', 'SHIP'],
} as const satisfies Record<ActivityKind, readonly [Movement['kind'], Movement['kind']]>;

/** Stock follows wherever the plant has places for it. */
async function moveStock(
  tx: Db,
  context: Context,
  activity: LotActivity,
  inputs: readonly Line<Lot>[],
  outputs: readonly Line<Lot>[],
  requestId: string,
): Promise<void> {
  const [leaving, entering] = movementKinds[activity.kind];
  const { workOrderId, reason, shipmentReference: reference } = activity;
  const movement = ({ lot, quantity }: Line<Lot>) => ({
    materialId: lot.materialId,
    lotId: lot.id,
    quantity,
    workOrderId,
    reason,
    reference,
    requestId,
  });
  const inStock = ({ locationId }: Line<Lot>) => locationId !== null;
  const movements = [
    ...inputs.filter(inStock).map((line) => ({ ...movement(line), kind: leaving, from: line.locationId })),
    ...outputs.filter(inStock).map((line) => ({ ...movement(line), kind: entering, to: line.locationId })),
  ];
  if (movements.length === 0) return;
  const posted = await postMovements(tx, context, activity.factoryId, movements);
  if (posted.ok) return;
  const { refusal } = posted;
  if (refusal.code === 'LOCATION_NOT_FOUND') return no('LOCATION_NOT_FOUND');
  const { limit, actual, lotId } = refusal;
  no('INSUFFICIENT_QUANTITY', { limit, actual, ...(lotId ? { lotId } : {}) });
}
