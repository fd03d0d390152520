import { toPage } from '@enghub/subgraph-kit/pages';
import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { gs1Of, gs1RefusalIn, readLotKey } from '../gs1/commands.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import * as activityStore from './activity-store.ts';
import * as manage from './manage.ts';
import { messages } from './messages.ts';
import { recordLotActivity } from './record-activity.ts';
import type { LotRefusal } from './refused.ts';
import * as store from './store.ts';
import { traceLot } from './trace.ts';
import * as traceStore from './trace-store.ts';

const refusal = ({ claims }: Context, { code, lotId, number, limit, actual }: LotRefusal) => ({
  __typename: 'LotRefusal' as const,
  lotId: lotId ?? null,
  number: number ?? null,
  limit: limit ?? null,
  actual: actual ?? null,
  ...refusalIn(claims.language, messages, code, { number: number ?? '', limit: limit ?? '', actual: actual ?? '' }),
});

const lotOf = async ({ lotId }: { lotId: string }, _args: unknown, { loaders }: Context) =>
  (await loaders.lot.load(lotId))!;

const locationOf = ({ locationId }: { locationId: string | null }, _args: unknown, { loaders }: Context) =>
  locationId ? loaders.location.load(locationId) : null;

export const resolvers: Resolvers = {
  Query: {
    lot: (_, { id }, { loaders }) => loaders.lot.load(id),
    lotByNumber: async (_, { factoryId, materialId, number }, { db }) => {
      const lots = await store.findByNumber(db, factoryId, number, materialId ?? null);
      return lots.length === 1 ? lots[0]! : null;
    },
    lotByGs1: async (_, { factoryId, data }, { claims, db, now }) => {
      const read = readLotKey(data, now());
      if (!read.ok) return gs1RefusalIn(claims.language, read.refusal);
      const { gtin, number } = read.state;
      const lots = gtin
        ? await store.findByGtin(db, factoryId, gtin, number)
        : await store.findByNumber(db, factoryId, number, null);
      return lots.length === 1 ? { __typename: 'Lot', ...lots[0]! } : null;
    },
    lots: async (_, { factoryId, filter, ...args }, { db }) => {
      const page = readTimePage(args);
      const rows = await store.pageOfLots(db, factoryId, page, filter ?? {});
      return toPage(rows, page.first, ({ createdAt, id }) => timeKey(createdAt, id));
    },
    lotActivities: async (_, { lotId, ...args }, { db }) => {
      const page = readTimePage(args);
      const rows = isId(lotId) ? await activityStore.pageOfActivities(db, lotId, page) : [];
      return toPage(rows, page.first, ({ recordedAt, id }) => timeKey(recordedAt, id));
    },
  },

  Mutation: {
    createLot: async (_, { input }, context) => {
      const { kind, status, ...lot } = input;
      const about = { ...lot, kind: kind ?? 'LOT', status: status ?? 'AVAILABLE' } as const;
      const decision = await manage.createLot(about, context);
      if (!decision.ok) return refusal(context, decision.refusal);
      const { lots, replayed } = decision.state;
      return { __typename: 'CreateLotPayload', lot: lots[0]!, replayed };
    },
    registerSerials: async (_, { input }, context) => {
      const decision = await manage.registerSerials({ ...input, status: input.status ?? 'AVAILABLE' }, context);
      if (!decision.ok) return refusal(context, decision.refusal);
      const { lots, replayed } = decision.state;
      return { __typename: 'RegisterSerialsPayload', lots: [...lots], replayed };
    },
    setLotStatus: async (_, { input }, context) => {
      const decision = await manage.setLotStatus(input, context);
      return decision.ok
        ? { __typename: 'SetLotStatusPayload', lot: decision.state }
        : refusal(context, decision.refusal);
    },
    recordLotActivity: async (_, { input }, context) => {
      const activity = {
        ...input,
        inputs: input.inputs ?? [],
        outputs: (input.outputs ?? []).map((line) => ({ ...line, status: line.status ?? ('AVAILABLE' as const) })),
        lossQuantity: input.lossQuantity ?? '0',
      };
      const decision = await recordLotActivity(activity, context);
      if (!decision.ok) return refusal(context, decision.refusal);
      const { activity: recorded, expired, replayed } = decision.state;
      return { __typename: 'RecordLotActivityPayload', activity: recorded, expired: [...expired], replayed };
    },
  },

  Lot: {
    __resolveReference: ({ id }, { loaders }) => loaders.lot.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    material: ({ materialId }) => ({ id: materialId }),
    gs1: (lot, _args, { now }) => gs1Of(lot, now()),
    workOrder: ({ workOrderId }, _args, { loaders }) => (workOrderId ? loaders.workOrder.load(workOrderId) : null),
    onHand: async ({ id }, _args, { loaders }) => (await loaders.lotOnHand.load(id))?.quantity ?? '0',
    trace: ({ id }, { direction, depth }, { db }) => traceLot(db, id, direction, depth ?? 1_000),
  },

  LotTrace: {
    workOrders: async ({ lotIds }, { open }, { db, loaders }) => {
      const ids = await traceStore.findOrderIds(db, lotIds, open ?? false);
      return Promise.all(ids.map(async (id) => (await loaders.workOrder.load(id))!));
    },
    stock: ({ lotIds }, _args, { db }) => traceStore.findStock(db, lotIds),
    shipments: ({ lotIds }, _args, { db }) => traceStore.findShipments(db, lotIds),
  },
  TracedLot: { lot: lotOf },
  TracedEdge: {
    from: async ({ from }, _args, { loaders }) => (await loaders.lot.load(from))!,
    to: async ({ to }, _args, { loaders }) => (await loaders.lot.load(to))!,
    activity: ({ activityId }, _args, { loaders }) => (activityId ? loaders.lotActivity.load(activityId) : null),
  },
  TracedStock: { lot: lotOf, location: locationOf },
  TracedShipment: { lot: lotOf },

  LotActivity: {
    inputs: async ({ id }, _args, { loaders }) =>
      (await loaders.lotActivityLines.load(id)).filter(({ role }) => role === 'INPUT'),
    outputs: async ({ id }, _args, { loaders }) =>
      (await loaders.lotActivityLines.load(id)).filter(({ role }) => role === 'OUTPUT'),
    workOrder: ({ workOrderId }, _args, { loaders }) => (workOrderId ? loaders.workOrder.load(workOrderId) : null),
  },
  LotActivityLot: { lot: lotOf, location: locationOf },

  WorkOrder: {
    outputLot: ({ outputLotId }, _args, { loaders }) => (outputLotId ? loaders.lot.load(outputLotId) : null),
  },
};
