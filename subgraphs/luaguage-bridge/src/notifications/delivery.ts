/** What the ERP is to send: taken, tried, settled. At least once on the wire; the notification's id is the ERP's key. */
import { fact } from '@enghub/event-contracts/fact';
import { notificationSent } from '@enghub/event-contracts/luaguage-bridge/notification-sent.v1';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import { afterFailure } from './rules.ts';
import * as store from './store.ts';
import type { Due, Message } from './store.ts';

/** Fails when the ERP did not take the message. */
export type Send = (tenantId: string, message: Message, key: string) => Promise<Readonly<{ notificationId: string }>>;

const AT_ONCE = 10;
/** Longer than the ERP's client tries. */
const LEASE_MS = 2 * 60_000;

/** Sends what is due. True when everything went well and more may be waiting. */
export async function deliver(send: Send, isRefusal: (error: unknown) => boolean, context: Context): Promise<boolean> {
  const at = context.now();
  const due = await store.takeDue(context.db, at, new Date(at.getTime() + LEASE_MS), AT_ONCE);
  const outcomes = await Promise.all(due.map((it) => deliverOne(it, send, isRefusal, context)));
  return due.length === AT_ONCE && outcomes.every(Boolean);
}

async function deliverOne(
  { id, kind, factoryId, message, attempts, raisedAt }: Due,
  send: Send,
  isRefusal: (error: unknown) => boolean,
  context: Context,
): Promise<boolean> {
  const { tenantId } = context.claims;
  let luaguageId: string;
  try {
    luaguageId = (await send(tenantId, message, id)).notificationId;
  } catch (error) {
    const settled = afterFailure({ attempts, raisedAt, at: context.now() }, isRefusal(error));
    await store.saveFailure(context.db, id, settled, textOf(error));
    return isRefusal(error);
  }
  const sentAt = context.now();
  const { recipientId } = message;
  const data = { notification_id: id, recipient_id: recipientId, kind, luaguage_id: luaguageId };
  await context.transaction(async (tx) => {
    await store.saveSent(tx, id, sentAt);
    const sent = fact(notificationSent, { ...data, at: sentAt.toISOString() });
    await publish(tx, context, { factoryId, aggregateId: id }, [sent]);
  });
  return true;
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 500);
