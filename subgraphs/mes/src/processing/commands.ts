import { isEvent, type Envelope } from '@enghub/event-contracts/envelope';
import { deadLetterResolved } from '@enghub/event-contracts/events/dead-letter-resolved.v1';
import { eventDeadLettered } from '@enghub/event-contracts/events/event-dead-lettered.v1';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import { processingOf, type Known, type Processing } from './rules.ts';
import * as store from './store.ts';

const nothing: Known = { steps: [], waitingSince: null };

export const processingOfReport = async (id: string, { loaders }: Context): Promise<Processing> =>
  processingOf((await loaders.processingOfReport.load(id)) ?? nothing);

export const processingOfOrder = async (id: string, { loaders }: Context): Promise<Processing> =>
  processingOf((await loaders.processingOfOrder.load(id)) ?? nothing);

/** Remembers what failed for good about a report or an order, and what became of it. A letter's news arrives in its order. */
export async function hearOfLetter(event: Envelope, { db, claims }: Context): Promise<void> {
  if (isEvent(eventDeadLettered, event)) {
    const { about } = event.data;
    const concernsUs = [about['work_order_id'], about['report_id']].some((id) => id !== undefined && isId(id));
    if (!concernsUs || !isId(event.data.dead_letter_id)) return;
    await store.insertStep(db, { tenantId: claims.tenantId, factoryId: event.factory_id }, event.data);
  } else if (isEvent(deadLetterResolved, event)) {
    if (isId(event.data.dead_letter_id)) await store.settleStep(db, event.data);
  }
}
