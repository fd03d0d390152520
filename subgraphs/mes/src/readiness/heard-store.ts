import { newId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type * as Prisma from '../generated/prisma/models.ts';
import type { TimePage } from '../time-cursor.ts';
import type { HeardBlocker, HeardKind, News, Subject, SubjectKind } from './heard-rules.ts';
import type { Standing } from './placing-rules.ts';
import type { BlockerSource } from './rules.ts';

export type StandingBlocker = Standing;

type Told = Readonly<{ tenantId: string; factoryId: string | null; toldAt: Date }>;

/**
 * Writes news down unless something newer is known; answers whether it was. Subjects of what is over are forgotten, so
 * that looking for what is in effect reads nothing else; the row stays for news that arrives late.
 */
export async function writeNews(tx: Db, news: News, { tenantId, factoryId, toldAt }: Told): Promise<boolean> {
  const { source, kind, reference, at, blocks, endsForGood } = news;
  const clearedAt = blocks ? null : at;
  const [written] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO heard_blockers AS known
      (id, tenant_id, factory_id, source, kind, reference, since, owner, detail, told_at, cleared_at)
    VALUES (${newId()}::uuid, ${tenantId}, ${factoryId}, ${source}, ${kind}, ${reference}, ${at},
            ${blocks?.owner ?? null}, ${JSON.stringify(blocks?.detail ?? {})}::jsonb, ${toldAt}, ${clearedAt})
    ON CONFLICT (tenant_id, factory_id, source, kind, reference) DO UPDATE
       SET told_at = greatest(known.told_at, EXCLUDED.told_at), cleared_at = EXCLUDED.cleared_at,
           since = CASE WHEN EXCLUDED.cleared_at IS NULL THEN EXCLUDED.since ELSE known.since END,
           owner = CASE WHEN EXCLUDED.cleared_at IS NULL THEN EXCLUDED.owner ELSE known.owner END,
           detail = CASE WHEN EXCLUDED.cleared_at IS NULL THEN EXCLUDED.detail ELSE known.detail END
     WHERE CASE WHEN ${endsForGood} AND known.cleared_at IS NOT NULL THEN false
                WHEN ${endsForGood} AND EXCLUDED.cleared_at IS NOT NULL THEN true
                WHEN EXCLUDED.cleared_at IS NOT NULL THEN EXCLUDED.told_at >= known.told_at
                ELSE EXCLUDED.told_at > known.told_at END
    RETURNING id::text`;
  if (!written) return false;
  await tx.heardBlockerSubject.deleteMany({ where: { blockerId: written.id } });
  if (blocks) await insertSubjects(tx, { blockerId: written.id, tenantId, factoryId }, blocks.subjects);
  return true;
}

type Owner = Readonly<{ blockerId: string; tenantId: string; factoryId: string | null }>;

async function insertSubjects(tx: Db, owner: Owner, subjects: readonly Subject[]): Promise<void> {
  await tx.heardBlockerSubject.createMany({
    data: subjects.map(({ kind, id }) => ({ ...owner, subjectKind: kind, subjectId: id })),
    skipDuplicates: true,
  });
}

/** A blocker that a person places. */
export async function insertBlocker(tx: Db, tenantId: string, blocker: StandingBlocker): Promise<void> {
  const { subjects, ...row } = blocker;
  await tx.heardBlocker.createMany({ data: [{ ...row, tenantId, toldAt: blocker.since }] });
  await insertSubjects(tx, { blockerId: blocker.id, tenantId, factoryId: blocker.factoryId }, subjects);
}

export async function clearBlocker(tx: Db, id: string, at: Date): Promise<void> {
  await tx.heardBlocker.updateMany({ where: { id }, data: { clearedAt: at, toldAt: at } });
  await tx.heardBlockerSubject.deleteMany({ where: { blockerId: id } });
}

type Row = Omit<HeardBlocker, 'subjects'> & Readonly<{ subjectKind: SubjectKind; subjectId: string }>;

/** What is in effect on any of these subjects; each with those of its subjects that were asked for. */
export async function findHeard(db: Db, subjectIds: readonly string[]): Promise<HeardBlocker[]> {
  if (subjectIds.length === 0) return [];
  const rows = await db.$queryRaw<Row[]>`
    SELECT b.id::text, b.kind, b.source, b.reference, b.since, b.owner, b.detail,
           s.subject_kind AS "subjectKind", s.subject_id AS "subjectId"
      FROM heard_blocker_subjects s JOIN heard_blockers b ON b.id = s.blocker_id
     WHERE s.subject_id = ANY(${[...new Set(subjectIds)]}) AND b.cleared_at IS NULL
     ORDER BY b.since, b.id`;
  const found = new Map<string, HeardBlocker & { subjects: Subject[] }>();
  for (const { subjectKind, subjectId, ...blocker } of rows) {
    const known = found.get(blocker.id) ?? { ...blocker, subjects: [] };
    known.subjects.push({ kind: subjectKind, id: subjectId });
    found.set(blocker.id, known);
  }
  return [...found.values()];
}

/** In effect in a plant, latest first. */
export async function pageOfBlockers(
  db: Db,
  factoryId: string,
  { first, before }: TimePage,
): Promise<StandingBlocker[]> {
  const rows = await db.heardBlocker.findMany({
    where: {
      clearedAt: null,
      AND: [
        { OR: [{ factoryId }, { factoryId: null }] },
        ...(before
          ? [{ since: { lte: before.at } }, { OR: [{ since: { lt: before.at } }, { id: { lt: before.id } }] }]
          : []),
      ],
    },
    orderBy: [{ since: 'desc' }, { id: 'desc' }],
    take: first + 1,
    include: { subjects: true },
  });
  return rows.map(toBlocker);
}

export async function findBlocker(db: Db, id: string): Promise<StandingBlocker | null> {
  const row = await db.heardBlocker.findFirst({ where: { id }, include: { subjects: true } });
  return row && toBlocker(row);
}

/** Loads one and keeps others from lifting it until the transaction ends. */
export async function loadForChange(tx: Db, id: string): Promise<StandingBlocker | null> {
  await tx.$queryRaw`SELECT 1 FROM heard_blockers WHERE id = ${id}::uuid FOR UPDATE`;
  return findBlocker(tx, id);
}

/** Which of these the plant has. Products and materials are the ERP's: nobody here can tell. */
export async function findSubjects(db: Db, factoryId: string, ids: readonly string[]): Promise<Subject[]> {
  return db.$queryRaw`
    SELECT 'WORK_ORDER' AS kind, id::text FROM work_orders WHERE factory_id = ${factoryId} AND id = ANY(${ids}::uuid[])
    UNION ALL
    SELECT 'OPERATION', id::text FROM work_order_operations
     WHERE factory_id = ${factoryId} AND id = ANY(${ids}::uuid[])
    UNION ALL
    SELECT 'STATION', id::text FROM stations WHERE factory_id = ${factoryId} AND id = ANY(${ids}::uuid[])
    UNION ALL
    SELECT 'LOT', id::text FROM lots WHERE factory_id = ${factoryId} AND id = ANY(${ids}::uuid[])`;
}

const toBlocker = (
  row: Prisma.HeardBlockerModel & { subjects: Prisma.HeardBlockerSubjectModel[] },
): StandingBlocker => ({
  id: row.id,
  factoryId: row.factoryId,
  source: row.source as BlockerSource,
  kind: row.kind as HeardKind,
  reference: row.reference,
  since: row.since,
  owner: row.owner,
  detail: row.detail as Record<string, string>,
  clearedAt: row.clearedAt,
  subjects: row.subjects.map(({ subjectKind, subjectId }) => ({ kind: subjectKind as SubjectKind, id: subjectId })),
});
