/** What happens when somebody uses a signed URL. */
import type { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import { auditOf } from './commands.ts';
import { draft } from './ppap-rules.ts';
import * as rules from './rules.ts';
import type { Grant } from './signed-urls.ts';
import * as store from './store.ts';
import type { Version } from './store.ts';

const scopes = { GET: 'document:view', PUT: 'document:edit' } as const;

/** A URL is worth what its user may do now, not what they could do when they got it. */
export async function mayUse({ userId, tenantId, factoryId, method }: Grant, { loaders }: Context): Promise<boolean> {
  const user = await loaders.user.load(userId);
  if (user?.tenantId !== tenantId || !user.permissions.includes(scopes[method])) return false;
  return factoryId === null || user.factoryIds.includes(factoryId) || user.factoryIds.includes('*');
}

export const versionOf = ({ documentId, number }: Grant, { db }: Context): Promise<Version | null> =>
  store.findVersion(db, documentId, number);

export type StoreRefusal = 'NOT_FOUND' | 'ARCHIVED' | 'ALREADY_STORED';

/** Null once it is stored. */
export async function storeVersion(version: Version, path: string, context: Context): Promise<StoreRefusal | null> {
  const { claims, documents, now } = context;
  const { documentId, number, fileName, contentType, sizeBytes, sha256 } = version;
  const place = { tenantId: claims.tenantId, documentId, number };
  // Whoever else sends this version sends the same bytes, or does not come so far.
  await documents.storage.keep(place, { path, contentType, sizeBytes, sha256 });
  const refusal = await context.transaction(async (tx): Promise<StoreRefusal | null> => {
    const document = await store.lockDocument(tx, documentId);
    if (!document) return 'NOT_FOUND';
    if (document.archivedAt) return 'ARCHIVED';
    if (!(await store.markStored(tx, version, now()))) return 'ALREADY_STORED';
    const current = rules.newest(document.currentNumber, number);
    const ppap = current === number && document.ppap ? draft : document.ppap;
    await store.saveCurrent(tx, document.id, current, ppap);
    const after = { number, fileName, contentType, sizeBytes, sha256, state: 'STORED' };
    const command = number === 1 ? 'requestDocumentUpload' : 'requestDocumentVersionUpload';
    await auditOf(tx, command, document, null, after, context);
    return null;
  });
  if (refusal !== null) {
    // Nobody can store it any more; but if somebody did before, these are their bytes.
    const known = await store.findVersion(context.db, documentId, number);
    if (known?.state !== 'STORED') await documents.storage.remove(place);
  }
  return refusal;
}

export const contentOf = ({ documentId, number }: Version, { claims, documents }: Context): Promise<Readable> =>
  documents.storage.read({ tenantId: claims.tenantId, documentId, number });

const AT_ONCE = 100;
/** Who began in time may still be sending. */
const GRACE_MS = 60 * 60_000;

/** Forgets files that were announced and never came; answers how many. */
export async function purgeAbandoned(context: Context): Promise<number> {
  const { claims, db, documents, now } = context;
  const abandoned = await store.findAbandoned(db, new Date(now().getTime() - GRACE_MS), AT_ONCE);
  for (const version of abandoned) {
    const { documentId, number } = version;
    // Bytes whose last step was lost with the process that took it.
    await documents.storage.remove({ tenantId: claims.tenantId, documentId, number });
    await context.transaction((tx) => store.deleteAbandoned(tx, version));
  }
  return abandoned.length;
}
