/** What the bridge knows of the ERP: asked now, remembered, or remembered from better days. */
import type { Cache, Cached, FetchOptions } from '@enghub/cache/cache';
import type { BaseContext } from '@enghub/subgraph-kit/context';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Logger } from 'pino';
import type { Db } from '../database.ts';
import { bomAnswerKey, bomKey, materialKey, ppapKey, productKey, userKey } from './answer-keys.ts';
import type { ErpBom, ErpMaterial, ErpPpap, ErpProduct, ErpUser, Kept } from './answers.ts';
import { changeOf } from './changes.ts';
import type { ErpClient } from './client.ts';
import { newsAbout } from './news-store.ts';
import { erpUnavailable, isErpUnavailable } from './outage.ts';
import { answerFailed, keepAnswer, lastAnswer, type AnswerKind, type NewsKind } from './store.ts';

export type Known<Value> = Kept<Value> &
  Readonly<{
    source: 'ERP' | 'CACHE';
    /** False when it is older than we may keep it and the ERP could not be asked again. */
    isCurrent: boolean;
  }>;

/** Who asks: answers are kept per tenant, and its plants are told when one is other than it was. */
export type Asker = Pick<BaseContext<Db>, 'claims' | 'db' | 'transaction' | 'now' | 'service'>;

/** `isAfresh`: not out of memory, although it may be younger than it need be. */
type How = Readonly<{ isAfresh?: boolean }>;

/**
 * All of these throw `erpUnavailable` when there is no answer to give; a null value is "no such thing". What was known
 * before the ERP said that it changed is asked for again, and is current for nobody until it was.
 */
export type Erp = Readonly<{
  product(asker: Asker, id: string): Promise<Known<ErpProduct | null>>;
  material(asker: Asker, id: string): Promise<Known<ErpMaterial | null>>;
  bom(asker: Asker, productId: string, version: string, how?: How): Promise<Known<ErpBom | null>>;
  /** Current for two hours; what is older may be shown, but approves nothing. */
  ppap(asker: Asker, materialId: string, how?: How): Promise<Known<ErpPpap | null>>;
  /** Never older than five minutes. */
  user(asker: Asker, id: string): Promise<Kept<ErpUser | null>>;
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
  /** After so long, and a fifth at most, they are asked for again by themselves. */
  checkPpapMs: number;
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
  checkPpapMs: 90 * MINUTE_MS,
  keepUsersMs: 5 * MINUTE_MS,
  refreshUsersMs: MINUTE_MS,
  keepUnknownMs: 30_000,
  patienceMs: 1_500,
  deadlineMs: 4_500,
};

/** So that what was asked for together is not asked for together ever after. */
const CHECK_SPREAD = 0.2;

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
  /** Each at a moment of its own, before it is too old to go by. */
  const nextCheckOf = (kind: AnswerKind, asOf: Date) =>
    kind === 'PPAP' ? new Date(asOf.getTime() + times.checkPpapMs * (1 + Math.random() * CHECK_SPREAD)) : null;

  /** "No such thing" holds less long than a thing. */
  async function fetchThing<Value>(key: string, options: FetchOptions<Value>): Promise<Cached<Value>> {
    const found = await cache.fetch(key, options);
    return isOldUnknown(found) ? cache.fetch(key, { ...options, ttlMs: times.keepUnknownMs }) : found;
  }

  /** What another bridge has in its memory may be from before the news: in doubt, the ERP is asked. */
  async function fetchSince<Value>(
    about: Readonly<{ db: Db; tenantId: string; kind: NewsKind; key: string }>,
    cacheKey: string,
    fetch: (how: Readonly<{ maxAgeMs?: number }>) => Promise<Cached<Value>>,
  ): Promise<Cached<Value>> {
    const found = await fetch({});
    const { db, ...question } = about;
    const heardAt = await newsAbout(db, question).catch((error: unknown) => {
      logger.warn({ err: error }, 'not known whether the ERP said that something changed');
      return undefined;
    });
    if (heardAt === undefined && found.source !== 'FRESH') return fetch({ maxAgeMs: 0 });
    if (!heardAt || found.asOf >= heardAt) return found;
    await cache.forget(cacheKey);
    return fetch({});
  }

  /** A good answer for the next start; not being able to keep it is no reason to withhold it. */
  async function keepForLater(asker: Asker, kind: AnswerKind, key: string, kept: Kept<object | null>): Promise<void> {
    const question = { tenantId: asker.claims.tenantId, kind, key };
    const nextCheckAt = nextCheckOf(kind, kept.asOf);
    const change = changeOf(kind, key, kept.value, now().toISOString());
    const keeping =
      change === null
        ? keepAnswer(asker.db, question, kept, nextCheckAt)
        : // Told or not kept: otherwise the next answer would look like what was known already.
          asker.transaction(async (tx) => {
            if (!(await keepAnswer(tx, question, kept, nextCheckAt))) return;
            await publish(tx, asker, { factoryId: null, aggregateId: change.aggregateId }, [change.told]);
          });
    await keeping.catch((error: unknown) => logger.warn({ err: error, kind }, 'answer of the ERP not kept'));
  }

  async function noteFailure({ claims, db }: Asker, kind: AnswerKind, key: string, error: unknown): Promise<never> {
    const reason = error instanceof Error ? error.message : String(error);
    await answerFailed(db, { tenantId: claims.tenantId, kind, key }, reason, now()).catch((cause: unknown) =>
      logger.warn({ err: cause, kind }, 'failure of the ERP not written down'),
    );
    throw error;
  }

  async function find<Value extends object>(
    asker: Asker,
    { kind, key, cacheKey }: Readonly<{ kind: AnswerKind; key: string; cacheKey: string | null }>,
    question: () => Promise<Value | null>,
    { isAfresh = false }: How = {},
  ): Promise<Known<Value | null>> {
    if (cacheKey === null) return { value: null, asOf: now(), source: 'ERP', isCurrent: true };
    const about = { tenantId: asker.claims.tenantId, kind, key };
    const ttlMs = kind === 'PPAP' ? times.keepPpapMs : times.keepMs;
    const load = async () => {
      const asOf = now();
      const value = await question().catch((error: unknown) => noteFailure(asker, kind, key, error));
      await keepForLater(asker, kind, key, { value, asOf });
      return value;
    };
    const asking = fetchSince({ ...about, db: asker.db }, cacheKey, (how) =>
      fetchThing(cacheKey, { ttlMs, load, ...how, ...(isAfresh && { maxAgeMs: 0 }) }),
    );
    const found = await answerWithin(asking, isAfresh ? times.deadlineMs : times.patienceMs);
    if (found) return current(found);

    const [last, heardAt] = await Promise.all([lastAnswer(asker.db, about), newsAbout(asker.db, about)]);
    if (last) {
      const isOutdated = heardAt !== null && last.asOf < heardAt;
      const isCurrent = kind === 'PPAP' && age(last) < ttlMs && !isOutdated;
      return { ...(last as Kept<Value>), source: 'CACHE', isCurrent };
    }
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
  async function fetchUser(
    key: string,
    { maxAgeMs = times.keepUsersMs }: Readonly<{ maxAgeMs?: number }>,
    load: () => Promise<ErpUser | null>,
  ): Promise<Cached<ErpUser | null>> {
    const { keepUsersMs, refreshUsersMs, keepUnknownMs } = times;
    const known = await cache.fetch(key, { ttlMs: keepUsersMs, maxAgeMs, load });
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

  async function user({ claims, db }: Asker, id: string): Promise<Kept<ErpUser | null>> {
    const key = userKey(id);
    if (key === null) return { value: null, asOf: now() };
    const asking = fetchSince({ db, tenantId: claims.tenantId, kind: 'USER', key: id }, key, (how) =>
      fetchUser(key, how, () => client.user(id)),
    );
    const found = await answerWithin(asking, times.deadlineMs);
    if (!found) throw erpUnavailable('permissions cannot be checked');
    return found;
  }

  return {
    user,
    product: (asker, id) => {
      const { tenantId } = asker.claims;
      const about = { kind: 'PRODUCT', key: id, cacheKey: productKey(tenantId, id) } as const;
      return find(asker, about, () => client.product(tenantId, id));
    },
    material: (asker, id) => {
      const { tenantId } = asker.claims;
      const about = { kind: 'MATERIAL', key: id, cacheKey: materialKey(tenantId, id) } as const;
      return find(asker, about, () => client.material(tenantId, id));
    },
    ppap: (asker, id, how) => {
      const { tenantId } = asker.claims;
      const about = { kind: 'PPAP', key: id, cacheKey: ppapKey(tenantId, id) } as const;
      return find(asker, about, () => client.ppap(tenantId, id), how);
    },
    bom: (asker, productId, version, how) => {
      const { tenantId } = asker.claims;
      const [key, cacheKey] = [bomAnswerKey(productId, version), bomKey(tenantId, productId, version)];
      return find(asker, { kind: 'BOM', key, cacheKey }, () => client.bom(tenantId, productId, version), how);
    },
    async forget(changed) {
      for (const key of keysOf(changed)) if (key !== null) await cache.forget(key);
    },
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
