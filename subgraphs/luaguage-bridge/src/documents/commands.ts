import { audit } from '@enghub/subgraph-kit/audit';
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { fault } from '@enghub/subgraph-kit/fault';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { readPage, toPage, type Page } from '@enghub/subgraph-kit/pages';
import { answerRequest, bookRequest, forgetRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { PpapStatus } from './ppap-rules.ts';
import * as rules from './rules.ts';
import type { AnnouncedFile, Kind, NewDocumentRefusal, Subject } from './rules.ts';
import * as store from './store.ts';
import type { Document, Version } from './store.ts';

type RequestRefusal = 'BAD_REQUEST_ID' | 'REQUEST_ID_REUSED';
type Place = Readonly<{ documentId: string; number: number }>;

export type Announced = Readonly<{
  version: Version | null;
  place: Place;
  document: Document | null;
  replayed: boolean;
}>;
export type UploadRefusal = NewDocumentRefusal | RequestRefusal | 'NOT_FOUND' | 'ARCHIVED' | 'FACTORY_NOT_FOUND';
export type UploadOutcome = Decision<Announced, never, UploadRefusal>;

export type NewUpload = Readonly<{
  requestId: string;
  kind: Kind;
  title: string;
  factoryId?: string | null | undefined;
  subjects?: readonly Subject[] | undefined;
  file: AnnouncedFile;
}>;

export async function requestUpload({ requestId, ...body }: NewUpload, context: Context): Promise<UploadOutcome> {
  const { claims, now, documents } = context;
  const factoryId = body.factoryId ?? null;
  if (factoryId !== null && !claims.factoryIds.includes(factoryId)) return refuse('FACTORY_NOT_FOUND');
  const draft = rules.draftDocument({ ...body, subjects: body.subjects ?? [] }, documents.maxBytes);
  if (!draft.ok) return draft;
  return once({ requestId, command: 'requestDocumentUpload', body }, context, async (tx) => {
    const id = newId();
    const about = { id, tenantId: claims.tenantId, factoryId, by: claims.userId, at: now() };
    await store.insertDocument(tx, draft.state, about);
    await expect(tx, { id, factoryId, number: 1 }, draft.state.file, context);
    const { file, ...rest } = draft.state;
    await auditOf(tx, 'requestDocumentUpload', { id, factoryId }, null, { ...rest, number: 1, ...file }, context);
    return accept({ documentId: id, number: 1 });
  });
}

export type NewVersionUpload = Readonly<{ requestId: string; documentId: string; file: AnnouncedFile }>;

export async function requestVersionUpload(
  { requestId, ...body }: NewVersionUpload,
  context: Context,
): Promise<UploadOutcome> {
  const announced = rules.announce(body.file, context.documents.maxBytes);
  if (!announced.ok) return announced;
  return once({ requestId, command: 'requestDocumentVersionUpload', body }, context, async (tx) => {
    const document = await lockVisible(tx, body.documentId);
    if (!document) return refuse('NOT_FOUND');
    if (document.archivedAt) return refuse('ARCHIVED');
    const { id, factoryId } = document;
    const number = await store.takeNumber(tx, id);
    await expect(tx, { id, factoryId, number }, announced.state, context);
    const after = { number, ...announced.state };
    await auditOf(tx, 'requestDocumentVersionUpload', document, null, after, context);
    return accept({ documentId: id, number });
  });
}

async function expect(
  tx: Db,
  { id, factoryId, number }: Readonly<{ id: string; factoryId: string | null; number: number }>,
  file: AnnouncedFile,
  { claims, now }: Context,
): Promise<void> {
  const expiresAt = new Date(now().getTime() + rules.UPLOAD_WITHIN_MS);
  const version = { documentId: id, factoryId, number, expiresAt, uploadedBy: claims.userId, ...file };
  await store.insertVersion(tx, version, claims.tenantId, now());
}

/** A refused request leaves no trace; one that was answered before is answered again, as things stand now. */
async function once(
  request: Readonly<{ requestId: string; command: string; body: unknown }>,
  context: Context,
  work: (tx: Db) => Promise<Decision<Place, never, 'NOT_FOUND' | 'ARCHIVED'>>,
): Promise<UploadOutcome> {
  const { claims, db } = context;
  const { requestId } = request;
  if (!/^[^\p{Cc}\p{Cs}]{1,100}$/u.test(requestId)) return refuse('BAD_REQUEST_ID');
  const outcome = await context.transaction(async (tx) => {
    const booked = await bookRequest<Place>(tx, claims, request);
    if (booked.kind === 'reused') return refuse('REQUEST_ID_REUSED');
    if (booked.kind === 'replayed') return accept({ place: booked.answer, replayed: true });
    const decision = await work(tx);
    if (!decision.ok) {
      await forgetRequest(tx, claims, requestId);
      return decision;
    }
    await answerRequest(tx, claims, requestId, decision.state);
    return accept({ place: decision.state, replayed: false });
  });
  if (!outcome.ok) return outcome;
  const { place } = outcome.state;
  const version = await store.findVersion(db, place.documentId, place.number);
  const [document = null] = await store.findDocuments(db, [place.documentId]);
  return accept({ ...outcome.state, version, document });
}

export type ChangeRefusal =
  'NOT_FOUND' | 'STALE_VERSION' | 'ARCHIVED' | 'BAD_SUBJECT' | 'TOO_MANY_SUBJECTS' | 'BAD_REASON';
export type ChangeOutcome = Decision<Document, never, ChangeRefusal>;

export type Seen = Readonly<{ id: string; version: number }>;
type Change = Readonly<{ command: string; reason?: string | null | undefined }>;

/** Nothing is decided on a document that is other than the client saw it. */
export async function change<Refusal extends string = never>(
  { id, version }: Seen,
  { command, reason }: Change,
  context: Context,
  work: (document: Document, tx: Db) => Promise<Refusal | null>,
): Promise<Decision<Document, never, Refusal | 'NOT_FOUND' | 'STALE_VERSION' | 'ARCHIVED'>> {
  return context.transaction(async (tx) => {
    const before = await lockVisible(tx, id);
    if (!before) return refuse('NOT_FOUND');
    if (before.version !== version) return refuse('STALE_VERSION');
    if (before.archivedAt) return refuse('ARCHIVED');
    const refusal = await work(before, tx);
    if (refusal !== null) return { ok: false, refusal };
    const [after = before] = await store.findDocuments(tx, [id]);
    if (after.version !== version) {
      await auditOf(tx, command, before, withoutFiles(before), withoutFiles(after), context, reason);
    }
    return accept(after);
  });
}

const withoutFiles = ({ versions: _, ...document }: Document): object => document;

export type LinkInput = Seen & Readonly<{ subject: Subject }>;

export async function link({ subject, ...seen }: LinkInput, context: Context): Promise<ChangeOutcome> {
  if (!rules.isSubject(subject)) return refuse('BAD_SUBJECT');
  return change(seen, { command: 'linkDocument' }, context, async (document, tx) => {
    const decision = rules.withLink(document.links, subject);
    if (!decision.ok) return decision.refusal;
    if (!decision.state) return null;
    await store.insertLinks(tx, document, [subject], context.claims.tenantId, context.now());
    await store.touch(tx, document.id);
    return null;
  });
}

export async function unlink({ subject, ...seen }: LinkInput, context: Context): Promise<ChangeOutcome> {
  return change<never>(seen, { command: 'unlinkDocument' }, context, async (document, tx) => {
    if (!rules.isLinked(document.links, subject)) return null;
    await store.deleteLink(tx, document.id, subject);
    await store.touch(tx, document.id);
    return null;
  });
}

export type ArchiveInput = Seen & Readonly<{ reason?: string | null | undefined }>;

export async function archive({ reason, ...seen }: ArchiveInput, context: Context): Promise<ChangeOutcome> {
  if (reason != null && !rules.isReason(reason)) return refuse('BAD_REASON');
  return change<never>(seen, { command: 'archiveDocument', reason }, context, async (document, tx) => {
    await store.saveArchived(tx, document.id, context.claims.userId, context.now());
    return null;
  });
}

/** Of which there is a file. */
async function lockVisible(tx: Db, id: string): Promise<Document | null> {
  const document = isId(id) ? await store.lockDocument(tx, id) : null;
  return document?.currentNumber == null ? null : document;
}

export async function auditOf(
  tx: Db,
  command: string,
  { id, factoryId }: Readonly<{ id: string; factoryId: string | null }>,
  before: object | null,
  after: object | null,
  context: Context,
  reason?: string | null,
): Promise<void> {
  await audit(tx, context, { command, factoryId, entity: 'Document', entityId: id, before, after, reason });
}

export type Wanted = Readonly<{
  subject?: Subject | null | undefined;
  kinds?: readonly Kind[] | null | undefined;
  factoryId?: string | null | undefined;
  ppapStatuses?: readonly PpapStatus[] | null | undefined;
  includeArchived?: boolean | undefined;
}>;

export async function listDocuments(
  args: Readonly<{ first: number; after?: string | null | undefined; filter?: Wanted | null | undefined }>,
  { db }: Context,
): Promise<Page<Document>> {
  const { first, after } = readPage({ first: args.first, after: args.after ?? null }, 1);
  const [before = null] = after ?? [];
  if (before !== null && !isId(before)) throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
  const { subject = null, kinds = null, factoryId = null, ppapStatuses = null } = args.filter ?? {};
  const includeArchived = args.filter?.includeArchived ?? false;
  // What nobody could link to, nothing is linked to.
  if ((subject && !rules.isSubject(subject)) || factoryId?.includes('\0')) return toPage<Document>([], first, () => []);
  const rows = await store.pageOf(db, { subject, kinds, factoryId, ppapStatuses, includeArchived }, { first, before });
  return toPage(rows, first, ({ id }) => [id]);
}

/** Where the bytes of an announced file go; null when they are no longer waited for. */
export function uploadOf(version: Version | null, { claims, now, documents }: Context) {
  if (version?.state !== 'AWAITING_UPLOAD' || version.expiresAt <= now()) return null;
  const { documentId, factoryId, number, expiresAt, contentType } = version;
  const grant = { documentId, factoryId, number, expiresAt, tenantId: claims.tenantId, userId: claims.userId };
  return {
    url: documents.urls.urlFor({ ...grant, method: 'PUT' }),
    method: 'PUT',
    headers: [{ name: 'Content-Type', value: contentType }],
    expiresAt,
  };
}

export function downloadUrlOf(
  { documentId, factoryId, number }: Version,
  { claims: { tenantId, userId }, now, documents }: Context,
): string {
  const expiresAt = new Date(now().getTime() + rules.DOWNLOAD_WITHIN_MS);
  return documents.urls.urlFor({ method: 'GET', tenantId, factoryId, userId, documentId, number, expiresAt });
}
