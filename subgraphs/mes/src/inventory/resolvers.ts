import { readPage, toPage } from '@enghub/subgraph-kit/pages';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { readTimePage, timeKey } from '../time-cursor.ts';
import * as balances from './balance-store.ts';
import { commandResolvers } from './command-resolvers.ts';
import * as ledger from './ledger-store.ts';
import * as places from './place-store.ts';
import { suggestPick } from './picks.ts';
import { inventoryOf } from './reads.ts';

const MOST_DIFFERENCES = 200;

async function pageOfBalances(
  { db }: Context,
  args: Readonly<{ first: number; after?: string | null }>,
  filter: Parameters<typeof balances.pageOfBalances>[2],
) {
  const { first, after } = readPage(args, 1);
  const rows = await balances.pageOfBalances(db, { first, after: after?.[0] ?? null }, filter);
  return toPage(rows, first, ({ id }) => [id]);
}

/** Rows about one thing name its place, its material and its lot. */
const locationOf = async ({ locationId }: { locationId: string }, _args: unknown, { loaders }: Context) =>
  (await loaders.location.load(locationId))!;
const warehouseOf = async ({ warehouseId }: { warehouseId: string }, _args: unknown, { loaders }: Context) =>
  (await loaders.warehouse.load(warehouseId))!;
const materialOf = ({ materialId }: { materialId: string }) => ({ id: materialId });
const lotOf = ({ lotId }: { lotId: string | null }, _args: unknown, { loaders }: Context) =>
  lotId === null ? null : loaders.lot.load(lotId);

export const resolvers: Resolvers = {
  Query: {
    warehouses: (_, { factoryId }, { loaders }) => loaders.warehousesOf.load(factoryId),
    materialStockSettings: async (_, { factoryId, materialId }, { db }) => {
      const [settings] = await places.findSettings(db, [{ factoryId, materialId }]);
      return settings ?? null;
    },
    inventory: (_, { materialId, factoryId }, context) => inventoryOf(context, materialId, factoryId ?? null),
    stockMovements: async (_, { filter, ...args }, { db }) => {
      const page = readTimePage(args);
      const rows = await ledger.pageOfLedger(db, page, filter ?? {});
      return toPage(rows, page.first, ({ movedAt, id }) => timeKey(movedAt, id));
    },
    pickSuggestion: (_, { locationId, ...asked }, context) =>
      suggestPick({ ...asked, locationId: locationId ?? null }, context),
    stockShortfalls: (_, { factoryId, ...args }, context) =>
      pageOfBalances(context, { ...args, after: args.after ?? null }, { factoryIds: [factoryId], isNegative: true }),
    verifyStock: (_, { factoryId }, { db }) => balances.findDifferences(db, factoryId, MOST_DIFFERENCES),
  },

  Mutation: commandResolvers,

  Warehouse: {
    __resolveReference: ({ id }, { loaders }) => loaders.warehouse.load(id),
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
    locations: ({ id }, _args, { loaders }) => loaders.locationsOf.load(id),
  },

  StockLocation: {
    __resolveReference: ({ id }, { loaders }) => loaders.location.load(id),
    warehouse: warehouseOf,
    line: ({ lineId }, _args, { loaders }) => (lineId ? loaders.line.load(lineId) : null),
  },

  MaterialStockSettings: {
    material: materialOf,
    factory: async ({ factoryId }, _args, { loaders }) => (await loaders.factory.load(factoryId))!,
  },

  Material: {
    __resolveReference: ({ id }) => ({ id }),
    stock: ({ id }, { factoryId }, context) => inventoryOf(context, id, factoryId ?? null),
  },

  Inventory: {
    material: materialOf,
    balances: ({ factoryIds, materialId }, args, context) =>
      pageOfBalances(context, { ...args, after: args.after ?? null }, { factoryIds, materialId }),
  },

  StockBalance: { material: materialOf, warehouse: warehouseOf, location: locationOf, lot: lotOf },

  StockMovement: {
    __resolveReference: ({ id }, { loaders }) => loaders.ledgerEntry.load(id),
    material: materialOf,
    lot: lotOf,
    warehouse: warehouseOf,
    location: locationOf,
    workOrder: ({ workOrderId }, _args, { loaders }) => (workOrderId ? loaders.workOrder.load(workOrderId) : null),
    report: ({ reportId }, _args, { loaders }) => (reportId ? loaders.report.load(reportId) : null),
  },

  StockReservation: { material: materialOf, location: locationOf, lot: lotOf },
  PickLine: { location: locationOf, lot: lotOf },
  MaterialShortage: { material: materialOf },

  WorkOrder: {
    reservations: ({ id }, _args, { loaders }) => loaders.reservationsOf.load(id),
  },
};
