import type { Db } from '../database.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Channels, DeliveryState, Kind, NewOccasion, Parameters, Preference, Settled } from './rules.ts';

export type Occasion = NewOccasion &
  Readonly<{
    id: string;
    factoryId: string | null;
    count: number;
    firstAt: Date;
    lastAt: Date;
    addressedAt: Date | null;
  }>;

export type Notification = Readonly<{
  id: string;
  kind: Kind;
  factoryId: string | null;
  recipientId: string;
  parameters: Parameters;
  count: number;
  firstAt: Date;
  raisedAt: Date;
  readAt: Date | null;
  delivery: Delivery | null;
}>;

export type Delivery = Readonly<{
  state: DeliveryState;
  attempts: number;
  lastError: string | null;
  nextAttemptAt: Date;
  sentAt: Date | null;
}>;

export type Message = Readonly<{ type: string; recipientId: string; data: Record<string, unknown> }>;

/** Occasions about the same wait for each other until the transaction ends. */
export async function lockSubject(tx: Db, tenantId: string, kind: Kind, subject: string): Promise<void> {
  const key = JSON.stringify([tenantId, kind, subject]);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
}

/** The one that began so shortly before or after that both belong together. */
export async function openOccasion(
  tx: Db,
  kind: Kind,
  subject: string,
  { at, burstMs }: Readonly<{ at: Date; burstMs: number }>,
): Promise<Occasion | null> {
  const [after, before] = [new Date(at.getTime() - burstMs), new Date(at.getTime() + burstMs)];
  const row = await tx.notificationOccasion.findFirst({
    where: { kind, subject, firstAt: { gt: after, lt: before } },
    orderBy: { firstAt: 'desc' },
  });
  return row && lockOccasion(tx, row.id);
}

/** As it stands once whoever addresses it is done. */
async function lockOccasion(tx: Db, id: string): Promise<Occasion | null> {
  await tx.$executeRaw`SELECT FROM notification_occasions WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.notificationOccasion.findUnique({ where: { id } });
  return row && toOccasion(row);
}

export async function insertOccasion(tx: Db, tenantId: string, occasion: Occasion): Promise<void> {
  const parameters = occasion.parameters as Prisma.InputJsonObject;
  await tx.notificationOccasion.createMany({ data: [{ ...occasion, tenantId, parameters }] });
}

/** Whoever was told already has it on top and unread again; answers who that is. */
export async function saveBurst(tx: Db, { id, parameters, count, firstAt, lastAt }: Occasion): Promise<string[]> {
  await tx.notificationOccasion.updateMany({
    where: { id },
    data: { parameters: parameters as Prisma.InputJsonObject, count, firstAt, lastAt },
  });
  await tx.notification.updateMany({ where: { occasionId: id }, data: { readAt: null, raisedAt: lastAt } });
  const told = await tx.notification.findMany({
    where: { occasionId: id, inApp: true },
    select: { recipientId: true },
    orderBy: { recipientId: 'asc' },
  });
  return told.map(({ recipientId }) => recipientId);
}

/** Oldest first; those that another process works on are left out. */
export async function lockUnaddressed(tx: Db, limit: number): Promise<Occasion[]> {
  const found = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM notification_occasions
     WHERE addressed_at IS NULL ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  if (found.length === 0) return [];
  const rows = await tx.notificationOccasion.findMany({
    where: { id: { in: found.map(({ id }) => id) } },
    orderBy: { id: 'asc' },
  });
  return rows.map(toOccasion);
}

export type Addressed = Readonly<{ id: string; recipientId: string; channels: Channels; message: Message }>;

export async function insertNotifications(
  tx: Db,
  tenantId: string,
  { id: occasionId, factoryId, kind, lastAt }: Occasion,
  addressed: readonly Addressed[],
  at: Date,
): Promise<void> {
  await tx.notification.createMany({
    data: addressed.map(({ id, recipientId, channels: { inApp } }) => ({
      ...{ id, tenantId, factoryId, occasionId, recipientId, kind, inApp },
      raisedAt: lastAt,
    })),
  });
  await tx.notificationDelivery.createMany({
    data: addressed
      .filter(({ channels }) => channels.viaLuaguage)
      .map(({ id, message }) => ({
        ...{ notificationId: id, tenantId, factoryId, state: 'WAITING', attempts: 0, nextAttemptAt: at },
        message: message as Prisma.InputJsonObject,
      })),
  });
  await tx.notificationOccasion.updateMany({ where: { id: occasionId }, data: { addressedAt: at } });
}

export type Due = Readonly<{
  id: string;
  kind: Kind;
  factoryId: string | null;
  message: Message;
  attempts: number;
  raisedAt: Date;
}>;

/** Takes what is due and counts the attempt; nobody else takes it before `until`. */
export async function takeDue(db: Db, at: Date, until: Date, limit: number): Promise<Due[]> {
  return db.$queryRaw<Due[]>`
    WITH due AS (
      SELECT notification_id FROM notification_deliveries
       WHERE state = 'WAITING' AND next_attempt_at <= ${at}
       ORDER BY next_attempt_at, notification_id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    UPDATE notification_deliveries d SET attempts = d.attempts + 1, next_attempt_at = ${until}
      FROM due, notifications n
     WHERE d.notification_id = due.notification_id AND n.id = d.notification_id
    RETURNING d.notification_id::text AS id, n.kind, n.factory_id AS "factoryId", d.message, d.attempts,
              n.raised_at AS "raisedAt"`;
}

/** Sooner than planned; the first due are the first. */
export async function makeDeliveriesDue(db: Db, at: Date, limit: number): Promise<void> {
  await db.$executeRaw`
    UPDATE notification_deliveries d SET next_attempt_at = ${at}
      FROM (SELECT notification_id FROM notification_deliveries
             WHERE state = 'WAITING' AND attempts > 0 AND next_attempt_at > ${at}
             ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) later
     WHERE d.notification_id = later.notification_id`;
}

export async function saveFailure(db: Db, id: string, settled: Settled, lastError: string): Promise<void> {
  await db.notificationDelivery.updateMany({
    where: { notificationId: id, state: 'WAITING' },
    data: { ...settled, lastError },
  });
}

export async function saveSent(tx: Db, id: string, sentAt: Date): Promise<void> {
  await tx.notificationDelivery.updateMany({ where: { notificationId: id }, data: { state: 'SENT', sentAt } });
}

export type InboxFilter = Readonly<{ unreadOnly: boolean; kinds: readonly Kind[] | null; factoryId: string | null }>;
export type InboxPage = Readonly<{ first: number; before: Readonly<{ at: Date; id: string }> | null }>;

/** Newest first; a row beyond `first` only tells that there is more. */
export async function pageOf(
  db: Db,
  recipientId: string,
  { unreadOnly, kinds, factoryId }: InboxFilter,
  { first, before }: InboxPage,
): Promise<Notification[]> {
  const rows = await db.notification.findMany({
    where: {
      ...mine(recipientId),
      ...(unreadOnly && { readAt: null }),
      ...(kinds && { kind: { in: [...kinds] } }),
      ...(factoryId !== null && { factoryId }),
      ...(before && { OR: [{ raisedAt: { lt: before.at } }, { raisedAt: before.at, id: { lt: before.id } }] }),
    },
    include,
    orderBy: [{ raisedAt: 'desc' }, { id: 'desc' }],
    take: first + 1,
  });
  return rows.map(toNotification);
}

export async function byIds(db: Db, recipientId: string, ids: readonly string[]): Promise<Notification[]> {
  const rows = await db.notification.findMany({ where: { ...mine(recipientId), id: { in: [...ids] } }, include });
  return rows.map(toNotification);
}

export const countUnread = (db: Db, recipientId: string): Promise<number> =>
  db.notification.count({ where: { ...mine(recipientId), readAt: null } });

/** All unread ones when no ids are given. */
export async function markRead(tx: Db, recipientId: string, ids: readonly string[] | null, at: Date): Promise<number> {
  const { count } = await tx.notification.updateMany({
    where: { ...mine(recipientId), readAt: null, ...(ids && { id: { in: [...ids] } }) },
    data: { readAt: at },
  });
  return count;
}

const mine = (recipientId: string) => ({ recipientId, inApp: true });

export async function preferencesOf(db: Db, userIds: readonly string[], kind?: Kind) {
  const rows = await db.notificationPreference.findMany({
    where: { userId: { in: [...userIds] }, ...(kind && { kind }) },
  });
  return rows.map(({ userId, kind: of, inApp, viaLuaguage }) => ({ userId, kind: of as Kind, inApp, viaLuaguage }));
}

export async function savePreference(
  tx: Db,
  tenantId: string,
  userId: string,
  { kind, inApp, viaLuaguage }: Preference,
): Promise<void> {
  const channels = { inApp, viaLuaguage };
  await tx.notificationPreference.upsert({
    where: { tenantId_userId_kind: { tenantId, userId, kind } },
    create: { tenantId, userId, kind, ...channels },
    update: channels,
  });
}

/** What was read before `before`, or is read elsewhere and on its way no more; then occasions of which nothing is left. */
export async function purge(db: Db, before: Date): Promise<number> {
  const { count } = await db.notification.deleteMany({
    where: {
      OR: [
        { readAt: { lt: before } },
        { inApp: false, raisedAt: { lt: before }, NOT: { delivery: { state: 'WAITING' } } },
      ],
    },
  });
  await db.notificationOccasion.deleteMany({
    where: { addressedAt: { lt: before }, lastAt: { lt: before }, notifications: { none: {} } },
  });
  return count;
}

const include = { occasion: true, delivery: true } as const;
type Row = Prisma.NotificationGetPayload<{ include: typeof include }>;

const toNotification = ({ occasion, delivery, ...row }: Row): Notification => ({
  id: row.id,
  kind: row.kind as Kind,
  factoryId: row.factoryId,
  recipientId: row.recipientId,
  parameters: occasion.parameters as Parameters,
  count: occasion.count,
  firstAt: occasion.firstAt,
  raisedAt: row.raisedAt,
  readAt: row.readAt,
  delivery: delivery && { ...delivery, state: delivery.state as DeliveryState },
});

const toOccasion = (row: Prisma.NotificationOccasionGetPayload<object>): Occasion => ({
  ...row,
  kind: row.kind as Kind,
  parameters: row.parameters as Parameters,
});
