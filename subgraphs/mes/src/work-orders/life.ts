/** The steps of an order's life, from release to closed books. */
import type { Context } from '../context.ts';
import { forgetStock, releaseReservations } from '../inventory/commands.ts';
import { findPolicies } from '../plant-policies/commands.ts';
import { pendingReportCount } from '../production-reporting/commands.ts';
import { unapproved } from '../readiness/commands.ts';
import { askForBom, type BomSource } from './bill-of-materials.ts';
import { change, noteOf, stale, type Change, type CommandInput, type Outcome } from './change.ts';
import { findOrder, outputLotOf, starting } from './commands.ts';
import { goodLimit } from './limit-rules.ts';
import * as operations from './operation-store.ts';
import { refusing } from './refusals.ts';
import { allocateMaterials, type BomLine } from './release-rules.ts';
import * as rules from './rules.ts';
import type { HoldCause } from './rules.ts';

type Optional<Value> = Value | null | undefined;

/**
 * Hands a planned order to the floor with what is now decided: the plant's policies, how much may be reported, and the
 * materials. The ERP is asked before the transaction, which must not wait for it.
 */
export async function releaseWorkOrder(input: CommandInput, context: Context): Promise<Outcome> {
  const seen = await findOrder(context.db, input.id);
  if (!seen) return refusing('NOT_FOUND');
  if (seen.version !== input.version) return stale(context, seen);
  const foreseen = rules.release(seen, context.claims.userId, context.now());
  if (!foreseen.ok) return refusing(foreseen.refusal);
  let lines: readonly BomLine[] = [];
  let source: BomSource | null = null;
  // What a rework order works on is the finished product: nothing of the bill is used again.
  if (seen.type === 'PRODUCTION') {
    const { outcome, bom } = await askForBom(context, seen.productId, seen.bomVersion);
    if (outcome === 'UNKNOWN_PRODUCT') return refusing('PRODUCT_UNKNOWN');
    if (!bom) return refusing('BOM_UNAVAILABLE');
    ({ lines } = bom);
    source = { source: bom.source, asOf: bom.asOf };
    const blockers = await unapproved(
      context,
      lines.map(({ materialId }) => materialId),
    );
    if (blockers.size > 0) return refusing({ code: 'PPAP_UNVERIFIED', blockers: [...blockers.values()] });
  }
  return change(input, context, {
    command: 'releaseWorkOrder',
    action: 'RELEASE',
    uses: lines.map(({ materialId }) => materialId),
    decide: rules.release,
    alsoSave: async (tx, order) => {
      const policies = (await findPolicies(tx, order.factoryId))!;
      await operations.fixAtRelease(tx, order.id, {
        policies,
        goodLimit: goodLimit(order.quantity, policies.overproduction),
        bom: source,
      });
      const owner = { tenantId: context.claims.tenantId, factoryId: order.factoryId };
      const own = await operations.findOperationsOf(tx, [order.id]);
      await operations.insertMaterials(tx, owner, allocateMaterials(own, lines));
      return { policies, outputLotId: await outputLotOf(tx, context, order, 'RELEASE') };
    },
  });
}

export const startWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  change(input, context, starting(context));

export function holdWorkOrder(
  input: CommandInput & { cause: HoldCause; note?: Optional<string> },
  context: Context,
): Promise<Outcome> {
  const why = { cause: input.cause, note: noteOf('note', input.note) };
  return change(input, context, {
    command: 'holdWorkOrder',
    decide: (order, by, at) => rules.hold(order, why, by, at),
    reason: why.note,
  });
}

export const resumeWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  change(input, context, { command: 'resumeWorkOrder', action: 'RESUME', decide: rules.resume });

export const completeWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  ending(input, context, { command: 'completeWorkOrder', decide: rules.complete });

export function reopenWorkOrder(input: CommandInput & { reason: string }, context: Context): Promise<Outcome> {
  const reason = noteOf('reason', input.reason)!;
  if (reason.trim() === '') return Promise.resolve(refusing('REASON_REQUIRED'));
  return change(input, context, {
    command: 'reopenWorkOrder',
    decide: (order, by, at) => rules.reopen(order, reason, by, at),
    reason,
  });
}

export const closeWorkOrder = (input: CommandInput, context: Context): Promise<Outcome> =>
  closing('closeWorkOrder', input, { quantity: '0', note: null }, context);

export const closeWorkOrderWithLoss = (
  input: CommandInput & { lossQuantity: string; note?: Optional<string> },
  context: Context,
): Promise<Outcome> =>
  closing('closeWorkOrderWithLoss', input, { quantity: input.lossQuantity, note: noteOf('note', input.note) }, context);

type Loss = Readonly<{ quantity: string; note: string | null }>;

const closing = (command: string, input: CommandInput, loss: Loss, context: Context): Promise<Outcome> =>
  ending(input, context, {
    command,
    decide: async (order, by, at, tx) => rules.close(order, loss, await pendingReportCount(tx, order.id), by, at),
    reason: loss.note,
  });

export async function cancelWorkOrder(
  input: CommandInput & { reason?: Optional<string> },
  context: Context,
): Promise<Outcome> {
  const reason = noteOf('reason', input.reason);
  return ending(input, context, {
    command: 'cancelWorkOrder',
    decide: (order, by, at) => rules.cancel(order, reason, by, at),
    reason,
  });
}

/** An order that takes no more material gives back what was kept for it. */
async function ending(input: CommandInput, context: Context, how: Omit<Change, 'alsoSave'>): Promise<Outcome> {
  let given: readonly string[] = [];
  const outcome = await change(input, context, {
    ...how,
    alsoSave: async (tx, order) => {
      given = await releaseReservations(tx, order.id);
    },
  });
  if (outcome.ok && given.length > 0) await forgetStock(context, outcome.state.factoryId, given);
  return outcome;
}
