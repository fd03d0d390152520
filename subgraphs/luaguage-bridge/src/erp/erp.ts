/** What the bridge knows of the ERP: asked now, remembered, or remembered from better days. */
import type { Cache, Cached } from '@enghub/cache/cache';
import type { Logger } from 'pino';
import type { Db } from '../database.ts';
import { bomAnswerKey, bomKey, materialKey, ppapKey, productKey, userKey } from './answer-keys.ts';
import type { ErpBom, ErpMaterial, ErpPpap, ErpProduct, ErpUser, Kept } from './answers.ts';
import type { ErpClient } from './client.ts';
import { erpUnavailable, isErpUnavailable } from './outage.ts';
import { answerFailed, dropAnswer, keepAnswer, lastAnswer, type AnswerKind } from './store.ts';

export type Known<Value> = Kept<Value> &
  Readonly<{
    source: 'ERP' | 'CACHE';
    /** False when it is older than we may keep it and the ERP could not be asked again. */
    isCurrent: boolean;
  }>;

/** Who asks: answers are kept per tenant. */
export type Asker = Readonly<{ tenantId: string; db: Db }>;

/** All of these throw `erpUnavailable` when there is no answer to give; a null value is "no such thing". */
export type Erp = Readonly<{
  product(asker: Asker, id: string): Promise<Known<ErpProduct | null>>;
  material(asker: Asker, id: string): Promise<Known<ErpMaterial | null>>;
  bom(asker: Asker, productId: string, version: string): Promise<Known<ErpBom | null>>;
  /** Current for two hours; what is older may be shown, but approves nothing. */
  ppap(asker: Asker, materialId: string): Promise<Known<ErpPpap | null>>;
  /** Never older than five minutes. */
  user(id: string): Promise<Kept<ErpUser | null>>;
  /** The ERP says that this is other than it was: the next question is asked afresh, wherever it is asked. */
  forget(changed: Changed): Promise<void>;
}>;

export type Changed =
  | Readonly<{ what: 'BOM'; tenantId: string; productId: string; version: string }>
  | Readonly<{ what: 'PPAP'; tenantId: string; materialId: string }>
  | Readonly<{ what: 'PERMISSIONS'; userId: string }>;

export type ErpTimes = Readonly<{
  /** Products, materials and BOMs younger than this are not asked for again. */
  keepMs: number;
  /** Part approvals older than this approve nothing. */
  keepPpapMs: number;
  /** Permissions older than this are no permissions. */
  keepUsersMs: number;
  /** Permissions older than this are asked for again while the known ones serve. */
  refreshUsersMs: number;
  /** How long "no such thing" holds. */
  keepUnknownMs: number;
  /** How long to wait for the ERP when an older answer could serve. */
  patienceMs: number;
  /** How long to wait for the ERP at all; below the deadline of those who ask us. */
  deadlineMs: number;
}>;

const MINUTE_MS = 60_000;
export const defaultTimes: ErpTimes = {
  keepMs: 30 * MINUTE_MS,
  keepPpapMs: 120 * MINUTE_MS,
  keepUsersMs: 5 * MINUTE_MS,
  refreshUsersMs: MINUTE_MS,
  keepUnknownMs: 30_000,
  patienceMs: 1_500,
  deadlineMs: 4_500,
};

export function createErp(options: {
  client: ErpClient;
  cache: Cache;
  now: () => Date;
  logger: Logger;
  times?: Partial<ErpTimes> | undefined;
}): Erp {
  const { client, cache, now, logger } = options;
  const times = { ...defaultTimes, ...options.times };

  const age = (kept: Kept<unknown>) => now().getTime() - kept.asOf.getTime();
  const isOldUnknown = (kept: Kept<unknown>) => kept.value === null && age(kept) >= times.keepUnknownMs;

  /** "No such thing" holds less long than a thing. */
  async function fetchThing<Value>(key: string, ttlMs: number, load: () => Promise<Value>): Promise<Cached<Value>> {
    const found = await cache.fetch(key, { ttlMs, load });
    return isOldUnknown(found) ? cache.fetch(key, { ttlMs: times.keepUnknownMs, load }) : found;
  }

  /** A good answer for the next start; not being able to keep it is no reason to withhold it. */
  async function keepForLater(asker: Asker, kind: AnswerKind, key: string, kept: Kept<object | null>): Promise<void> {
    const { tenantId, db } = asker;
    const { value, asOf } = kept;
    const question = { tenantId, kind, key };
    await (value === null ? dropAnswer(db, question) : keepAnswer(db, question, { value, asOf })).catch(
      (error: unknown) => logger.warn({ err: error, kind }, 'answer of the ERP not kept'),
    );
  }

  async function noteFailure({ tenantId, db }: Asker, kind: AnswerKind, key: string, error: unknown): Promise<never> {
    const reason = error instanceof Error ? error.message : String(error);
    await answerFailed(db, { tenantId, kind, key }, reason, now()).catch((cause: unknown) =>
      logger.warn({ err: cause, kind }, 'failure of the ERP not written down'),
    );
    throw error;
  }

  async function find<Value extends object>(
    asker: Asker,
    kind: AnswerKind,
    key: string,
    cacheKey: string | null,
    question: () => Promise<Value | null>,
  ): Promise<Known<Value | null>> {
    if (cacheKey === null) return { value: null, asOf: now(), source: 'ERP', isCurrent: true };
    const ttlMs = kind === 'PPAP' ? times.keepPpapMs : times.keepMs;
    const asking = fetchThing(cacheKey, ttlMs, async () => {
      const asOf = now();
      const value = await question().catch((error: unknown) => noteFailure(asker, kind, key, error));
      await keepForLater(asker, kind, key, { value, asOf });
      return value;
    });
    const found = await answerWithin(asking, times.patienceMs);
    if (found) return current(found);

    const last = await lastAnswer(asker.db, { tenantId: asker.tenantId, kind, key });
    if (last) return { ...(last as Kept<Value>), source: 'CACHE', isCurrent: kind === 'PPAP' && age(last) < ttlMs };
    const late = await answerWithin(asking, times.deadlineMs - times.patienceMs);
    if (late) return current(late);
    throw erpUnavailable('no answer, and none from before');
  }

  /** Null when it failed for now or takes longer; then it goes on for those who ask next. */
  async function answerWithin<Value>(asking: Promise<Cached<Value>>, ms: number): Promise<Cached<Value> | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), ms);
    });
    try {
      return await Promise.race([asking, late]);
    } catch (error) {
      if (!isErpUnavailable(error)) throw error;
      logger.warn({ err: error }, 'the ERP did not answer');
      return null;
    } finally {
      clearTimeout(timer);
      asking.catch(() => undefined);
    }
  }

  /** Known permissions serve for as long as they may and are asked for again meanwhile. */
  async function fetchUser(key: string, load: () => Promise<ErpUser | null>): Promise<Cached<ErpUser | null>> {
    const { keepUsersMs, refreshUsersMs, keepUnknownMs } = times;
    const known = await cache.fetch(key, { ttlMs: keepUsersMs, load });
    if (isOldUnknown(known)) return cache.fetch(key, { ttlMs: keepUnknownMs, load });
    if (known.value && age(known) >= refreshUsersMs) {
      const loadOrSay = () => load().catch(notRefreshed);
      // What is known remains while this fails.
      cache
        .fetch(key, { ttlMs: refreshUsersMs, staleIfErrorMs: keepUsersMs - refreshUsersMs, load: loadOrSay })
        .catch(() => undefined);
    }
    return known;
  }

  function notRefreshed(error: unknown): never {
    logger.warn({ err: error }, 'permissions not refreshed');
    throw error;
  }

  async function user(id: string): Promise<Kept<ErpUser | null>> {
    const key = userKey(id);
    if (key === null) return { value: null, asOf: now() };
    const found = await answerWithin(
      fetchUser(key, () => client.user(id)),
      times.deadlineMs,
    );
    if (!found) throw erpUnavailable('permissions cannot be checked');
    return found;
  }

  return {
    user,
    product: (asker, id) =>
      find(asker, 'PRODUCT', id, productKey(asker.tenantId, id), () => client.product(asker.tenantId, id)),
    material: (asker, id) =>
      find(asker, 'MATERIAL', id, materialKey(asker.tenantId, id), () => client.material(asker.tenantId, id)),
    ppap: (asker, id) => find(asker, 'PPAP', id, ppapKey(asker.tenantId, id), () => client.ppap(asker.tenantId, id)),
    async forget(changed) {
      for (const key of keysOf(changed)) if (key !== null) await cache.forget(key);
    },
    bom: (asker, productId, version) =>
      find(asker, 'BOM', bomAnswerKey(productId, version), bomKey(asker.tenantId, productId, version), () =>
        client.bom(asker.tenantId, productId, version),
      ),
  };
}

/** A product may have got another current version with its bill. */
function keysOf(changed: Changed): readonly (string | null)[] {
  switch (changed.what) {
    case 'BOM':
      return [
        bomKey(changed.tenantId, changed.productId, changed.version),
        productKey(changed.tenantId, changed.productId),
      ];
    case 'PPAP':
      return [ppapKey(changed.tenantId, changed.materialId)];
    case 'PERMISSIONS':
      return [userKey(changed.userId)];
  }
}

const current = <Value>({ value, asOf, source }: Cached<Value>): Known<Value> => ({
  value,
  asOf,
  source: source === 'FRESH' ? 'ERP' : 'CACHE',
  isCurrent: true,
});
