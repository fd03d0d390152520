/** What the ERP said is other than it was, and what the bridge is to ask again by itself. */
import type { Db } from '../database.ts';
import type { AnswerKind, NewsKind } from './store.ts';

type About = Readonly<{ tenantId: string; kind: NewsKind; key: string }>;

/** From here on what was known of it is outdated, in every bridge and after every restart; and it is asked for again. */
export async function keepNews(tx: Db, { tenantId, kind, key }: About, heardAt: Date): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO luaguage_bridge.erp_news AS known (tenant_id, kind, key, heard_at)
    VALUES (${tenantId}, ${kind}, ${key}, ${heardAt})
    ON CONFLICT (tenant_id, kind, key) DO UPDATE SET heard_at = greatest(known.heard_at, excluded.heard_at)`;
  await tx.erpAnswer.updateMany({ where: { tenantId, kind, key }, data: { nextCheckAt: heardAt } });
}

/** When it last changed as far as the ERP said; null when it never did. */
export async function newsAbout(db: Db, about: About): Promise<Date | null> {
  const row = await db.erpNews.findUnique({ where: { tenantId_kind_key: about } });
  return row?.heardAt ?? null;
}

/** Everything of this kind is asked for again. */
export async function checkAll(tx: Db, tenantId: string, kind: AnswerKind, at: Date): Promise<void> {
  await tx.erpAnswer.updateMany({
    where: { tenantId, kind, OR: [{ nextCheckAt: null }, { nextCheckAt: { gt: at } }] },
    data: { nextCheckAt: at },
  });
}

/** Takes keys that are due for itself until `until`, the longest due first; another bridge takes the rest. */
export async function takeChecks(
  db: Db,
  of: Readonly<{ tenantId: string; kind: AnswerKind }>,
  now: Date,
  until: Date,
  limit: number,
): Promise<string[]> {
  const taken = await db.$queryRaw<{ key: string }[]>`
    UPDATE luaguage_bridge.erp_answers a SET next_check_at = ${until}
      FROM (SELECT tenant_id, kind, key FROM luaguage_bridge.erp_answers
             WHERE tenant_id = ${of.tenantId} AND kind = ${of.kind} AND next_check_at <= ${now}
             ORDER BY next_check_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) due
     WHERE a.tenant_id = due.tenant_id AND a.kind = due.kind AND a.key = due.key
    RETURNING a.key`;
  return taken.map(({ key }) => key);
}

/** One that the ERP answered lately, to see by whether it still does; null when it never told of any. */
export async function findLatest(db: Db, kind: AnswerKind): Promise<string | null> {
  const row = await db.erpAnswer.findFirst({ where: { kind }, orderBy: { asOf: 'desc' }, select: { key: true } });
  return row?.key ?? null;
}

/** Those of the keys about which the ERP never told anything. */
export async function findUnknown(db: Db, kind: AnswerKind, keys: readonly string[]): Promise<string[]> {
  const rows = await db.erpAnswer.findMany({ where: { kind, key: { in: [...keys] } }, select: { key: true } });
  const known = new Set(rows.map(({ key }) => key));
  return keys.filter((key) => !known.has(key));
}

/** What the ERP last said of each that it ever told of. */
export async function findValues(db: Db, kind: AnswerKind, keys: readonly string[]): Promise<unknown[]> {
  const rows = await db.erpAnswer.findMany({ where: { kind, key: { in: [...keys] } }, select: { answer: true } });
  return rows.map(({ answer }) => answer);
}
