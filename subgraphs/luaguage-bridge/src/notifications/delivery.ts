/** What the ERP is to send: taken, tried, settled. At least once on the wire; the notification's id is the ERP's key. */
import { fact } from '@enghub/event-contracts/fact';
import { notificationSent } from '@enghub/event-contracts/luaguage-bridge/notification-sent.v1';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import { isErpUnavailable, isRefusal } from '../erp/outage.ts';
import { afterFailure } from './rules.ts';
import * as store from './store.ts';
import type { Due } from './store.ts';

const AT_ONCE = 10;
/** Longer than the ERP's client tries. */
const LEASE_MS = 2 * 60_000;

/** Sends what is due. True when everything went well and more may be waiting. */
export async function deliver(context: Context): Promise<boolean> {
  const at = context.now();
  const due = await store.takeDue(context.db, at, new Date(at.getTime() + LEASE_MS), AT_ONCE);
  const outcomes = await Promise.all(due.map((it) => deliverOne(it, context)));
  return due.length === AT_ONCE && outcomes.every(Boolean);
}

async function deliverOne(due: Due, context: Context): Promise<boolean> {
  const { id, kind, factoryId, message, attempts, raisedAt } = due;
  const { luaguage, claims, db, now } = context;
  let luaguageId: string;
  try {
    luaguageId = (await luaguage.sendNotification(claims.tenantId, message, id)).notificationId;
  } catch (error) {
    if (!isErpUnavailable(error)) throw error;
    const settled = afterFailure({ attempts, raisedAt, at: now() }, isRefusal(error));
    await store.saveFailure(db, id, settled, error.message.slice(0, 500));
    return isRefusal(error);
  }
  const sentAt = now();
  const { recipientId } = message;
  const data = { notification_id: id, recipient_id: recipientId, kind, luaguage_id: luaguageId };
  await context.transaction(async (tx) => {
    await store.saveSent(tx, id, sentAt);
    const sent = fact(notificationSent, { ...data, at: sentAt.toISOString() });
    await publish(tx, context, { factoryId, aggregateId: id }, [sent]);
  });
  return true;
}
