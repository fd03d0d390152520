/** Seals the audit trail after the fact, one chain for each tenant, so that no command waits for a chain. */
import { openSession } from '@enghub/messaging/database-session';
import type { Logger } from '@enghub/messaging/logger';
import { startLoop } from '@enghub/messaging/wake-up';
import { appendAnchors, type Anchor } from './anchors.ts';
import { entryColumns, sealNext, type EntryRow, type Head, type Seal } from './chain.ts';

export type SealerOptions = Readonly<{
  /** Connects as the namespace's relay role: it reads every tenant's entries and adds seals, and can change neither. */
  relayUrl: string;
  namespace: string;
  logger: Logger;
  /** Where heads are written to besides the log. */
  anchorFile?: string | undefined;
  anchorEveryMs?: number;
  /** How often it looks back for entries of transactions that took their time. */
  sweepEveryMs?: number;
  /** How long a statement may hold a position before its transaction has an id. */
  settleMs?: number;
}>;

export type Sealer = Readonly<{
  /** Seals what is there, writes the heads a last time, and lets another process take over. */
  stop(): Promise<void>;
}>;

const batchSize = 1_000;

/** What was there at one moment: settled once every transaction that might still add below it has ended. */
type Candidate = { readonly upTo: bigint; readonly at: number; xmax?: bigint };

export function startSealer(options: SealerOptions): Sealer {
  const { namespace, logger, anchorFile } = options;
  const { anchorEveryMs = 10 * 60_000, sweepEveryMs = 5_000, settleMs = 15_000 } = options;
  const session = openSession({ url: options.relayUrl, name: `sealer ${namespace}`, namespace, logger });
  const heads = new Map<string, Head & { anchored: boolean }>();
  let lockedGeneration = 0;
  let cursor = 0n;
  let allBelow = 0n;
  let sweptAt = 0;
  let anchoredAt = Date.now();
  let candidate: Candidate | undefined;

  /** A chain has one sealer. The lock belongs to the connection, and what we know is worth nothing without it. */
  async function isActive(): Promise<boolean> {
    if (lockedGeneration !== 0 && lockedGeneration === session.generation()) return true;
    lockedGeneration = 0;
    const lock = `SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked`;
    const [answer] = await session.query<{ locked: boolean }>(lock, [`enghub sealer ${namespace}`]);
    if (!answer?.locked) return false;
    const [row] = await session.query<{ below: string }>(
      'SELECT coalesce(max(all_below), 0) AS below FROM audit_seals',
    );
    allBelow = BigInt(row?.below ?? 0);
    cursor = allBelow;
    [sweptAt, candidate] = [0, undefined];
    heads.clear();
    lockedGeneration = session.generation();
    return true;
  }

  async function sealFrom(position: bigint): Promise<void> {
    for (let sealed = batchSize; sealed === batchSize;) {
      const entries = await session.query<EntryRow>(
        `SELECT ${entryColumns} FROM audit_entries e
          WHERE e.position >= $1 AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id)
          ORDER BY e.position LIMIT ${batchSize}`,
        [position.toString()],
      );
      sealed = entries.length;
      if (sealed > 0) await seal(entries);
    }
  }

  async function seal(entries: readonly EntryRow[]): Promise<void> {
    await learnHeads(entries.map(({ tenantId }) => tenantId).filter((tenantId) => !heads.has(tenantId)));
    const next = new Map<string, Head>(heads);
    const seals = entries.map((entry): Seal => {
      const made = sealNext(next.get(entry.tenantId), entry);
      next.set(entry.tenantId, made);
      return made;
    });
    await session.query(insertSql, [JSON.stringify(seals), allBelow.toString()]);
    for (const { tenantId, seq, hash } of seals) heads.set(tenantId, { seq, hash, anchored: false });
    const last = BigInt(entries.at(-1)!.position);
    if (last >= cursor) cursor = last + 1n;
  }

  async function learnHeads(tenantIds: readonly string[]): Promise<void> {
    if (tenantIds.length === 0) return;
    const known = await session.query<{ tenantId: string; seq: string; hash: string }>(
      `SELECT tenant.id AS "tenantId", s.seq, encode(s.hash, 'hex') AS hash
         FROM unnest($1::text[]) AS tenant(id),
              LATERAL (SELECT seq, hash FROM audit_seals WHERE tenant_id = tenant.id ORDER BY seq DESC LIMIT 1) s`,
      [[...new Set(tenantIds)]],
    );
    for (const { tenantId, seq, hash } of known) heads.set(tenantId, { seq: Number(seq), hash, anchored: true });
  }

  /**
   * Positions are given out before the commit, so one that comes late lies below what was sealed. We look back to where
   * nothing can come any more: below what we saw at a moment, once all transactions that had begun by then have ended.
   */
  async function sweep(): Promise<void> {
    const begunAt = Date.now();
    const [row] = await session.query<{ xmin: string; xmax: string; top: string }>(
      `SELECT pg_snapshot_xmin(s)::text AS xmin, pg_snapshot_xmax(s)::text AS xmax,
              (SELECT coalesce(max(position), -1) + 1 FROM audit_entries) AS top
         FROM pg_current_snapshot() AS s`,
    );
    const now = { xmin: BigInt(row!.xmin), xmax: BigInt(row!.xmax), top: BigInt(row!.top) };
    const settled = candidate?.xmax !== undefined && now.xmin >= candidate.xmax ? candidate.upTo : undefined;
    await sealFrom(allBelow);
    if (now.top > cursor) cursor = now.top;
    if (settled !== undefined) [allBelow, candidate] = [settled, undefined];
    candidate ??= { upTo: cursor, at: Date.now() };
    if (candidate.xmax === undefined && begunAt - candidate.at >= settleMs) candidate.xmax = now.xmax;
    sweptAt = begunAt;
  }

  async function anchor(): Promise<void> {
    anchoredAt = Date.now();
    const at = new Date().toISOString();
    const fresh = [...heads].filter(([, head]) => !head.anchored);
    const anchors = fresh.map(([tenantId, { seq, hash }]): Anchor => ({ namespace, tenantId, seq, hash, at }));
    for (const head of anchors) logger.info({ auditHead: head }, 'audit trail sealed');
    if (anchorFile && anchors.length > 0) await appendAnchors(anchorFile, anchors);
    for (const [tenantId, head] of fresh) heads.set(tenantId, { ...head, anchored: true });
  }

  async function round(): Promise<void> {
    if (!(await isActive())) return;
    try {
      if (Date.now() - sweptAt >= sweepEveryMs) await sweep();
      else await sealFrom(cursor);
    } catch (error) {
      // Whatever went wrong, what the table holds is the truth.
      heads.clear();
      throw error;
    }
    if (Date.now() - anchoredAt >= anchorEveryMs) await anchor();
  }

  const loop = startLoop(round, logger, `sealer ${namespace}`);
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    await loop.stop();
    try {
      if (lockedGeneration !== 0 && lockedGeneration === session.generation()) {
        await sealFrom(cursor);
        await anchor();
      }
    } catch (error) {
      logger.warn({ namespace, error: String(error) }, 'stopped with audit entries left unsealed');
    }
    await session.close();
  }

  return { stop: () => (stopped ??= stop()) };
}

const insertSql = `
  INSERT INTO audit_seals (tenant_id, seq, entry_id, entry_hash, previous_hash, hash, all_below, sealed_at)
  SELECT s."tenantId", s.seq, s."entryId", decode(s."entryHash", 'hex'), decode(s."previousHash", 'hex'),
         decode(s.hash, 'hex'), $2, clock_timestamp()
    FROM jsonb_to_recordset($1::jsonb) AS s("tenantId" text, seq bigint, "entryId" uuid, "entryHash" text,
                                            "previousHash" text, hash text)`;
