import { refusalIn } from '@enghub/subgraph-kit/refusal-messages';
import type { Context } from '../context.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { messages } from './messages.ts';
import * as commands from './movement-commands.ts';
import type { MovementOutcome } from './movements.ts';
import type { Outcome } from './once.ts';
import * as places from './place-store.ts';
import { defineMaterialStock, defineStockLocation, defineWarehouse } from './places.ts';
import { receiveStock } from './receipts.ts';
import type { InventoryRefusal } from './refusals.ts';
import { releaseReservation, reserveMaterials, type Reserved } from './reservations.ts';

const refusal = ({ claims }: Context, { code, limit, actual }: InventoryRefusal) => ({
  __typename: 'InventoryRefusal' as const,
  ...refusalIn(claims.language, messages, code, { limit: limit ?? '', actual: actual ?? '' }),
  limit: limit ?? null,
  actual: actual ?? null,
});

/** Every command that moves stock answers alike. */
const moves =
  <Input>(command: (input: Input, context: Context) => Promise<MovementOutcome>) =>
  async (_: unknown, { input }: { input: Input }, context: Context) => {
    const outcome = await command(input, context);
    if (!outcome.ok) return refusal(context, outcome.refusal);
    const { answer, replayed } = outcome.state;
    const rows = await context.loaders.entriesOf.loadMany(answer.movementIds);
    const movements = rows.flatMap((entries) => {
      if (entries instanceof Error) throw entries;
      return entries;
    });
    return { __typename: 'StockMovementPayload' as const, movements, warnings: answer.warnings, replayed };
  };

const reserves =
  <Input>(command: (input: Input, context: Context) => Promise<Outcome<Reserved>>) =>
  async (_: unknown, { input }: { input: Input }, context: Context) => {
    const outcome = await command(input, context);
    if (!outcome.ok) return refusal(context, outcome.refusal);
    const { answer, replayed } = outcome.state;
    const { loaders } = context;
    const workOrder = await loaders.workOrder.clear(answer.workOrderId).load(answer.workOrderId);
    // The plant may have left the user's list since.
    if (!workOrder) return refusal(context, { code: 'ORDER_NOT_FOUND' });
    const reservations = await loaders.reservationsOf.clear(workOrder.id).load(workOrder.id);
    const { shortages } = answer;
    return { __typename: 'ReservationPayload' as const, workOrder, reservations, shortages, replayed };
  };

export const commandResolvers = {
  defineWarehouse: async (_, { input }, context) => {
    const outcome = await defineWarehouse(input, context);
    if (!outcome.ok) return refusal(context, outcome.refusal);
    const { answer, replayed } = outcome.state;
    const [warehouse] = await places.findWarehouses(context.db, [answer.warehouseId]);
    if (!warehouse) return refusal(context, { code: 'FACTORY_NOT_FOUND' });
    return { __typename: 'DefineWarehousePayload', warehouse, replayed };
  },
  defineStockLocation: async (_, { input }, context) => {
    const outcome = await defineStockLocation(input, context);
    if (!outcome.ok) return refusal(context, outcome.refusal);
    const { answer, replayed } = outcome.state;
    const [location] = await places.findLocations(context.db, [answer.locationId]);
    if (!location) return refusal(context, { code: 'WAREHOUSE_NOT_FOUND' });
    return { __typename: 'DefineStockLocationPayload', location, replayed };
  },
  defineMaterialStock: async (_, { input }, context) => {
    const { tracking = 'NONE', issueMethod = 'BACKFLUSH' } = input;
    const outcome = await defineMaterialStock({ ...input, tracking, issueMethod }, context);
    if (!outcome.ok) return refusal(context, outcome.refusal);
    const { answer, replayed } = outcome.state;
    const [settings] = await places.findSettings(context.db, [answer]);
    if (!settings) return refusal(context, { code: 'FACTORY_NOT_FOUND' });
    return { __typename: 'DefineMaterialStockPayload', settings, replayed };
  },

  receiveStock: (parent, { input }, context) =>
    moves(receiveStock)(parent, { input: { ...input, quarantine: input.quarantine ?? false } }, context),
  issueMaterial: moves(commands.issueMaterial),
  consumeMaterial: moves(commands.consumeMaterial),
  returnMaterial: moves(commands.returnMaterial),
  transferStock: moves(commands.transferStock),
  scrapStock: moves(commands.scrapStock),
  adjustStock: moves(commands.adjustStock),
  reclassifyStock: moves(commands.reclassifyStock),
  shipStock: moves(commands.shipStock),

  reserveMaterials: reserves(reserveMaterials),
  releaseReservation: reserves(releaseReservation),
} satisfies MutationResolvers;
