import type { Db } from '../database.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { draft, type Ppap, type PpapStatus } from './ppap-rules.ts';
import type { AnnouncedFile, Kind, NewDocument, Subject, SubjectKind } from './rules.ts';

export type Version = AnnouncedFile &
  Readonly<{
    documentId: string;
    factoryId: string | null;
    number: number;
    state: 'AWAITING_UPLOAD' | 'STORED';
    expiresAt: Date;
    uploadedBy: string;
    storedAt: Date | null;
  }>;

export type Document = Readonly<{
  id: string;
  factoryId: string | null;
  kind: Kind;
  title: string;
  /** Null while no file of it has come: nobody sees it then. */
  currentNumber: number | null;
  lastNumber: number;
  /** Stored ones, newest first. */
  versions: readonly Version[];
  links: readonly Subject[];
  /** Null unless the kind is PPAP. */
  ppap: Ppap | null;
  createdBy: string;
  createdAt: Date;
  archivedBy: string | null;
  archivedAt: Date | null;
  version: number;
}>;

const whole = {
  versions: { where: { state: 'STORED' }, orderBy: { number: 'desc' } },
  links: { orderBy: [{ subjectKind: 'asc' }, { subjectId: 'asc' }] },
} satisfies Prisma.DocumentInclude;

type Row = Prisma.DocumentGetPayload<{ include: typeof whole }>;

const documentOf = ({ links, versions, ppapStatus, ppapAt, ppapBy, ppapReason, ...row }: Row): Document => ({
  ...row,
  ppap: ppapStatus === null ? null : ppapOf({ ppapStatus, ppapAt, ppapBy, ppapReason }),
  kind: row.kind as Kind,
  versions: versions.map(versionOf),
  links: links.map(({ subjectKind, subjectId }) => ({ kind: subjectKind as SubjectKind, id: subjectId })),
});

type PpapColumns = Readonly<{
  ppapStatus: string;
  ppapAt: Date | null;
  ppapBy: string | null;
  ppapReason: string | null;
}>;

const ppapOf = ({ ppapStatus, ppapAt, ppapBy, ppapReason }: PpapColumns): Ppap => ({
  ...{ status: ppapStatus as PpapStatus, since: ppapAt, changedBy: ppapBy, reason: ppapReason },
});

const columnsOf = ({ status, since, changedBy, reason }: Ppap): PpapColumns => ({
  ...{ ppapStatus: status, ppapAt: since, ppapBy: changedBy, ppapReason: reason },
});

const versionOf = (row: Row['versions'][number]): Version => ({ ...row, state: row.state as Version['state'] });

export async function insertDocument(
  tx: Db,
  { kind, title, subjects }: NewDocument,
  about: Readonly<{ id: string; tenantId: string; factoryId: string | null; by: string; at: Date }>,
): Promise<void> {
  const { id, tenantId, factoryId, by, at } = about;
  await tx.document.createMany({
    data: [
      {
        ...{ id, tenantId, factoryId, kind, title, lastNumber: 1, createdBy: by, createdAt: at },
        ...(kind === 'PPAP' && columnsOf(draft)),
      },
    ],
  });
  await insertLinks(tx, { id, factoryId }, subjects, tenantId, at);
}

export async function insertVersion(
  tx: Db,
  { documentId, factoryId, number, expiresAt, uploadedBy, ...file }: Omit<Version, 'state' | 'storedAt'>,
  tenantId: string,
  at: Date,
): Promise<void> {
  const { fileName, contentType, sizeBytes, sha256 } = file;
  const announced = { fileName, contentType, sizeBytes, sha256 };
  const row = { documentId, number, tenantId, factoryId, expiresAt, uploadedBy, requestedAt: at };
  await tx.documentVersion.createMany({ data: [{ ...row, ...announced, state: 'AWAITING_UPLOAD' }] });
}

/** The next number of a document, whose row is locked until the transaction ends. */
export async function takeNumber(tx: Db, id: string): Promise<number> {
  const [row] = await tx.document.updateManyAndReturn({ where: { id }, data: { lastNumber: { increment: 1 } } });
  return row!.lastNumber;
}

/** Locked until the transaction ends; also one that nobody sees yet. */
export async function lockDocument(tx: Db, id: string): Promise<Document | null> {
  await tx.$executeRaw`SELECT FROM documents WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.document.findUnique({ where: { id }, include: whole });
  return row && documentOf(row);
}

export async function findDocuments(db: Db, ids: readonly string[]): Promise<Document[]> {
  const where = { id: { in: [...ids] }, currentNumber: { not: null } };
  return (await db.document.findMany({ where, include: whole })).map(documentOf);
}

export async function findVersion(db: Db, documentId: string, number: number): Promise<Version | null> {
  const row = await db.documentVersion.findUnique({ where: { documentId_number: { documentId, number } } });
  return row && versionOf(row);
}

/** False when it is stored already or no longer expected. */
export async function markStored(tx: Db, { documentId, number }: Version, at: Date): Promise<boolean> {
  const { count } = await tx.documentVersion.updateMany({
    where: { documentId, number, state: 'AWAITING_UPLOAD' },
    data: { state: 'STORED', storedAt: at },
  });
  return count === 1;
}

export async function saveCurrent(tx: Db, id: string, currentNumber: number, ppap: Ppap | null): Promise<void> {
  const data = { currentNumber, ...(ppap && columnsOf(ppap)), version: { increment: 1 } };
  await tx.document.updateMany({ where: { id }, data });
}

export async function savePpap(tx: Db, id: string, ppap: Ppap): Promise<void> {
  await tx.document.updateMany({ where: { id }, data: { ...columnsOf(ppap), version: { increment: 1 } } });
}

export async function saveArchived(tx: Db, id: string, by: string, at: Date): Promise<void> {
  const data = { archivedBy: by, archivedAt: at, version: { increment: 1 } };
  await tx.document.updateMany({ where: { id }, data });
}

type Linked = Pick<Document, 'id' | 'factoryId'>;

export async function insertLinks(
  tx: Db,
  { id: documentId, factoryId }: Linked,
  subjects: readonly Subject[],
  tenantId: string,
  at: Date,
): Promise<void> {
  const data = subjects.map(({ kind, id }) => ({
    ...{ documentId, tenantId, factoryId, subjectKind: kind, subjectId: id, linkedAt: at },
  }));
  await tx.documentLink.createMany({ data });
}

export async function deleteLink(tx: Db, documentId: string, { kind, id }: Subject): Promise<void> {
  await tx.documentLink.deleteMany({ where: { documentId, subjectKind: kind, subjectId: id } });
}

export const touch = (tx: Db, id: string) =>
  tx.document.updateMany({ where: { id }, data: { version: { increment: 1 } } });

export type Filter = Readonly<{
  subject: Subject | null;
  kinds: readonly Kind[] | null;
  factoryId: string | null;
  ppapStatuses: readonly PpapStatus[] | null;
  includeArchived: boolean;
}>;

/** One more than a page has, newest first. */
export async function pageOf(
  db: Db,
  { subject, kinds, factoryId, ppapStatuses, includeArchived }: Filter,
  { first, before }: Readonly<{ first: number; before: string | null }>,
): Promise<Document[]> {
  const rows = await db.document.findMany({
    where: {
      currentNumber: { not: null },
      ...(before !== null && { id: { lt: before } }),
      ...(kinds && { kind: { in: [...kinds] } }),
      ...(factoryId !== null && { factoryId }),
      ...(ppapStatuses && { ppapStatus: { in: [...ppapStatuses] } }),
      ...(!includeArchived && { archivedAt: null }),
      ...(subject && { links: { some: { subjectKind: subject.kind, subjectId: subject.id } } }),
    },
    include: whole,
    orderBy: { id: 'desc' },
    take: first + 1,
  });
  return rows.map(documentOf);
}

/** By subject: at most so many of each, newest first. */
export async function findOfSubjects(
  db: Db,
  { kind: subjectKind, ids: subjectIds }: Readonly<{ kind: SubjectKind; ids: readonly string[] }>,
  kinds: readonly Kind[] | null,
  most: number,
): Promise<ReadonlyMap<string, readonly Document[]>> {
  const links = await db.$queryRaw<{ subjectId: string; documentId: string }[]>`
    SELECT wanted.id AS "subjectId", newest.document_id::text AS "documentId"
      FROM unnest(${[...subjectIds]}::text[]) AS wanted (id)
      CROSS JOIN LATERAL (
        SELECT l.document_id FROM document_links l JOIN documents d ON d.id = l.document_id
         WHERE l.tenant_id = (SELECT current_tenant()) AND l.subject_kind = ${subjectKind} AND l.subject_id = wanted.id
           AND d.current_number IS NOT NULL AND d.archived_at IS NULL
           AND (${kinds === null} OR d.kind = ANY (${[...(kinds ?? [])]}::text[]))
         ORDER BY l.document_id DESC LIMIT ${most}) AS newest`;
  const ids = [...new Set(links.map(({ documentId }) => documentId))];
  const byId = new Map((await findDocuments(db, ids)).map((it) => [it.id, it]));
  const found = new Map<string, Document[]>();
  for (const { subjectId, documentId } of links) {
    const document = byId.get(documentId);
    if (document) found.set(subjectId, [...(found.get(subjectId) ?? []), document]);
  }
  return found;
}

/** Announced files that did not come in time. */
export async function findAbandoned(db: Db, before: Date, limit: number): Promise<Version[]> {
  const where = { state: 'AWAITING_UPLOAD', expiresAt: { lt: before } };
  return (await db.documentVersion.findMany({ where, orderBy: { expiresAt: 'asc' }, take: limit })).map(versionOf);
}

/** With the document, if there is nothing else of it. */
export async function deleteAbandoned(tx: Db, { documentId, number }: Version): Promise<void> {
  await tx.$executeRaw`SELECT FROM documents WHERE id = ${documentId}::uuid FOR UPDATE`;
  await tx.documentVersion.deleteMany({ where: { documentId, number, state: 'AWAITING_UPLOAD' } });
  await tx.document.deleteMany({ where: { id: documentId, currentNumber: null, versions: { none: {} } } });
}
