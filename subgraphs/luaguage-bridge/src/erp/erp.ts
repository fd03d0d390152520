/** What the bridge knows of the ERP: asked now, remembered, or remembered from better days. */
import type { Logger } from 'pino';
import type { Db } from '../database.ts';
import type { ErpBom, ErpMaterial, ErpProduct, ErpUser } from './answers.ts';
import { createAnswerCache, type Kept } from './answer-cache.ts';
import type { ErpClient } from './client.ts';
import { erpUnavailable, isErpUnavailable } from './outage.ts';
import { dropAnswer, keepAnswer, lastAnswer, type AnswerKind } from './store.ts';

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
  /** Never older than five minutes. */
  user(id: string): Promise<Kept<ErpUser | null>>;
}>;

export type ErpTimes = Readonly<{
  /** Products, materials and BOMs younger than this are not asked for again. */
  keepMs: number;
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
  keepUsersMs: 5 * MINUTE_MS,
  refreshUsersMs: MINUTE_MS,
  keepUnknownMs: 30_000,
  patienceMs: 1_500,
  deadlineMs: 4_500,
};

export function createErp(options: {
  client: ErpClient;
  now: () => Date;
  logger: Logger;
  times?: Partial<ErpTimes> | undefined;
}): Erp {
  const { client, now, logger } = options;
  const times = { ...defaultTimes, ...options.times };
  const things = createAnswerCache<object | null>(now);
  const users = createAnswerCache<ErpUser | null>(now);

  const age = (kept: Kept<unknown>) => now().getTime() - kept.asOf.getTime();
  const isYoung = (kept: Kept<unknown>, keepMs: number) =>
    age(kept) < (kept.value === null ? Math.min(times.keepUnknownMs, keepMs) : keepMs);

  /** A good answer for the next start; not being able to keep it is no reason to withhold it. */
  async function keepForLater(asker: Asker, kind: AnswerKind, key: string, kept: Kept<object | null>): Promise<void> {
    const { tenantId, db } = asker;
    const { value, asOf } = kept;
    const question = { tenantId, kind, key };
    await (value === null ? dropAnswer(db, question) : keepAnswer(db, question, { value, asOf })).catch(
      (error: unknown) => logger.warn({ err: error, kind }, 'answer of the ERP not kept'),
    );
  }

  async function find<Value extends object>(
    asker: Asker,
    kind: AnswerKind,
    key: string,
    question: () => Promise<Value | null>,
  ): Promise<Known<Value | null>> {
    const cacheKey = JSON.stringify([asker.tenantId, kind, key]);
    const known = things.known(cacheKey) as Kept<Value | null> | null;
    if (known && isYoung(known, times.keepMs)) return { ...known, source: 'CACHE', isCurrent: true };

    const asking = things.ask(cacheKey, async () => {
      const asOf = now();
      const value = await question();
      await keepForLater(asker, kind, key, { value, asOf });
      return value;
    }) as Promise<Kept<Value | null>>;
    const fresh = await answerWithin(asking, times.patienceMs);
    if (fresh) return { ...fresh, source: 'ERP', isCurrent: true };

    const last = known?.value ? known : await lastAnswer(asker.db, { tenantId: asker.tenantId, kind, key });
    if (last) return { ...(last as Kept<Value>), source: 'CACHE', isCurrent: false };
    const late = await answerWithin(asking, times.deadlineMs - times.patienceMs);
    if (late) return { ...late, source: 'ERP', isCurrent: true };
    throw erpUnavailable('no answer, and none from before');
  }

  /** Null when it failed for now or takes longer; then it goes on for those who ask next. */
  async function answerWithin<Value>(asking: Promise<Kept<Value>>, ms: number): Promise<Kept<Value> | null> {
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

  async function user(id: string): Promise<Kept<ErpUser | null>> {
    const known = users.known(id);
    const asksAgainAfter = known?.value ? times.refreshUsersMs : times.keepUnknownMs;
    if (known && age(known) < asksAgainAfter) return known;

    const asking = users.ask(id, () => client.user(id));
    if (known?.value && isYoung(known, times.keepUsersMs)) {
      asking.catch((error: unknown) => logger.warn({ err: error }, 'permissions not refreshed'));
      return known;
    }
    const fresh = await answerWithin(asking, times.deadlineMs);
    if (!fresh) throw erpUnavailable('permissions cannot be checked');
    return fresh;
  }

  return {
    user,
    product: (asker, id) => find(asker, 'PRODUCT', id, () => client.product(id)),
    material: (asker, id) => find(asker, 'MATERIAL', id, () => client.material(id)),
    bom: (asker, productId, version) =>
      find(asker, 'BOM', JSON.stringify([productId, version]), () => client.bom(productId, version)),
  };
}
