import { MAX_PAGE, readPage, toPage, type Page } from '@enghub/subgraph-kit/pages';
import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { fault } from '@enghub/subgraph-kit/fault';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { isStorable } from '@enghub/subgraph-kit/instants';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Envelope } from '@enghub/event-contracts/envelope';
import { fact } from '@enghub/event-contracts/fact';
import { notificationRaised } from '@enghub/event-contracts/luaguage-bridge/notification-raised.v1';
import { notificationRead } from '@enghub/event-contracts/luaguage-bridge/notification-read.v1';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { findHolders } from '../directory/commands.ts';
import { hearOfTenant } from '../sync/commands.ts';
import * as rules from './rules.ts';
import type { Kind, Preference } from './rules.ts';
import * as store from './store.ts';
import type { Notification, Occasion } from './store.ts';

const MINUTE_MS = 60_000;

/** Notes what people are to be told; finding and telling them is the post office's, so no event ever waits for the ERP. */
export async function hear(event: Envelope, context: Context): Promise<void> {
  const happened = rules.occasionOf(event);
  if (!happened) return;
  const { tenantId } = context.claims;
  const { kind, subject } = happened;
  const { burstMinutes } = rules.kinds[kind];
  const at = new Date(event.timestamp);
  await context.transaction(async (tx) => {
    if (burstMinutes !== null) {
      await store.lockSubject(tx, tenantId, kind, subject);
      const burstMs = burstMinutes * MINUTE_MS;
      const open = await store.openOccasion(tx, kind, subject, { at, burstMs });
      if (open) return addToBurst(tx, open, happened, at, context);
    }
    const occasion = { ...happened, id: newId(), factoryId: event.factory_id, count: 1, firstAt: at, lastAt: at };
    await store.insertOccasion(tx, tenantId, { ...occasion, addressedAt: null });
    await hearOfTenant({ ...context, db: tx });
  });
}

async function addToBurst(
  tx: Db,
  open: Occasion,
  { parameters }: rules.NewOccasion,
  at: Date,
  context: Context,
): Promise<void> {
  // Events of several orders come in any order.
  const firstAt = at < open.firstAt ? at : open.firstAt;
  const lastAt = at > open.lastAt ? at : open.lastAt;
  const count = open.count + 1;
  const grown = { ...open, parameters: rules.joined(open.parameters, parameters), count, firstAt, lastAt };
  await tell(tx, grown, await store.saveBurst(tx, grown), context);
}

/** Those who watch look again. */
async function tell(tx: Db, { id, kind, count, factoryId }: Occasion, recipientIds: string[], context: Context) {
  if (recipientIds.length === 0) return;
  const { severity } = rules.kinds[kind];
  const data = { occasion_id: id, kind, severity, count, recipient_ids: recipientIds, at: context.now().toISOString() };
  await publish(tx, context, { factoryId, aggregateId: id }, [fact(notificationRaised, data)]);
}

const OCCASIONS_AT_ONCE = 50;

/** Turns occasions into notifications of people. False when there is nothing left that could be done now. */
export async function addressOccasions(context: Context): Promise<boolean> {
  return context.transaction(async (tx) => {
    const occasions = await store.lockUnaddressed(tx, OCCASIONS_AT_ONCE);
    let addressed = 0;
    for (const occasion of occasions) if (await address(tx, occasion, context)) addressed += 1;
    return addressed > 0 && occasions.length === OCCASIONS_AT_ONCE;
  });
}

async function address(tx: Db, occasion: Occasion, context: Context): Promise<boolean> {
  const { kind, factoryId, actorId, parameters } = occasion;
  const holders = await findHolders(rules.kinds[kind].roles, factoryId, { db: tx });
  if (!holders) return false;
  const recipients = holders.filter((userId) => userId !== actorId);
  const chosen = new Map((await store.preferencesOf(tx, recipients, kind)).map((it) => [it.userId, it]));
  const addressed = recipients
    .map((recipientId) => ({ recipientId, channels: chosen.get(recipientId) ?? rules.everyWay }))
    .filter(({ channels }) => channels.inApp || channels.viaLuaguage)
    .map((it) => ({
      ...it,
      id: newId(),
      message: { ...rules.messageOf(kind, parameters), recipientId: it.recipientId },
    }));
  await store.insertNotifications(tx, context.claims.tenantId, occasion, addressed, context.now());
  const inApp = addressed.filter(({ channels }) => channels.inApp).map(({ recipientId }) => recipientId);
  await tell(tx, occasion, inApp, context);
  return true;
}

export type Filter = Readonly<{
  unreadOnly?: boolean | null | undefined;
  kinds?: readonly Kind[] | null | undefined;
  factoryId?: string | null | undefined;
}>;

export async function listNotifications(
  args: Readonly<{ first: number; after?: string | null | undefined; filter?: Filter | null | undefined }>,
  { db, claims }: Context,
): Promise<Page<Notification>> {
  const { unreadOnly, kinds, factoryId } = args.filter ?? {};
  const { first, after } = readPage({ first: args.first, after: args.after ?? null }, 2);
  const filter = { unreadOnly: unreadOnly ?? false, kinds: kinds ?? null, factoryId: factoryId ?? null };
  const before = after && readKey(after);
  const rows = await store.pageOf(db, claims.userId, filter, { first, before });
  return toPage(rows, first, ({ raisedAt, id }) => [raisedAt.toISOString(), id]);
}

function readKey([time = '', id = '']: readonly string[]) {
  const at = new Date(time);
  if (!isStorable(at) || !isId(id)) throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
  return { at, id };
}

export const countUnread = ({ db, claims }: Context): Promise<number> => store.countUnread(db, claims.userId);

export async function newestUnread(first: number, { db, claims }: Context): Promise<readonly Notification[]> {
  if (first < 1 || first > MAX_PAGE) throw fault('BAD_USER_INPUT', `first must be between 1 and ${MAX_PAGE}.`);
  const filter = { unreadOnly: true, kinds: null, factoryId: null };
  return (await store.pageOf(db, claims.userId, filter, { first, before: null })).slice(0, first);
}

export async function findNotification(id: string, { db, claims }: Context): Promise<Notification | null> {
  if (!isId(id)) return null;
  const [found = null] = await store.byIds(db, claims.userId, [id]);
  return found;
}

type Marked = Readonly<{ markedCount: number; unreadCount: number }>;

export async function markRead(
  ids: readonly string[] | null,
  context: Context,
): Promise<Decision<Marked, never, 'TOO_MANY_IDS'>> {
  if (ids && ids.length > MAX_PAGE) return refuse('TOO_MANY_IDS');
  const { userId } = context.claims;
  return context.transaction(async (tx) => {
    const at = context.now();
    const markedCount = await store.markRead(tx, userId, ids && ids.filter(isId), at);
    const read = fact(notificationRead, { user_id: userId, count: markedCount, at: at.toISOString() });
    if (markedCount > 0) await publish(tx, context, { factoryId: null, aggregateId: userId }, [read]);
    return { ok: true, state: { markedCount, unreadCount: await store.countUnread(tx, userId) }, events: [] };
  });
}

export async function listPreferences({ db, claims }: Context): Promise<readonly Preference[]> {
  const chosen = new Map((await store.preferencesOf(db, [claims.userId])).map((it) => [it.kind, it]));
  return rules.allKinds.map((kind) => {
    const { inApp, viaLuaguage } = chosen.get(kind) ?? rules.everyWay;
    return { kind, inApp, viaLuaguage };
  });
}

export async function setPreferences(
  wanted: readonly Preference[],
  context: Context,
): Promise<Decision<readonly Preference[], never, rules.PreferenceRefusal>> {
  const decision = rules.choose(wanted);
  if (!decision.ok) return decision;
  const { tenantId, userId } = context.claims;
  return context.transaction(async (tx) => {
    const before = await listPreferences({ ...context, db: tx });
    // Always in the same order, so that two of one user's terminals never wait for each other.
    for (const kind of rules.allKinds) {
      const preference = decision.state.find((it) => it.kind === kind);
      if (preference) await store.savePreference(tx, tenantId, userId, preference);
    }
    const after = await listPreferences({ ...context, db: tx });
    if (JSON.stringify(before) !== JSON.stringify(after)) {
      await audit(tx, context, {
        command: 'setNotificationPreferences',
        factoryId: null,
        entity: 'NotificationPreference',
        entityId: userId,
        before: { preferences: before },
        after: { preferences: after },
      });
    }
    return { ok: true, state: after, events: [] };
  });
}

export const severityOf = (kind: Kind): rules.Severity => rules.kinds[kind].severity;

/** Removes what was read before, and what is left behind by it; answers how many notifications that were. */
export const purgeRead = (before: Date, { db }: Context): Promise<number> => store.purge(db, before);

/** By which roles people have to be found. */
export const { addressedRoles } = rules;

const ALL = 1_000_000;

/** What the ERP did not take is due again: all of it, or so many. */
export const deliverSoon = ({ db, now }: Pick<Context, 'db' | 'now'>, atMost = ALL): Promise<void> =>
  store.makeDeliveriesDue(db, now(), atMost);
