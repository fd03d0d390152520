/** Whether a read replica may be read: it answers, it follows our primary, and it is not too far behind. */
import pg from 'pg';
import { isRefusedStatement } from './bound-connections.ts';
import { createFreshness, positionOf } from './replica-freshness.ts';

export type ReplicaState =
  | 'IN_USE'
  /** It answers, and what it shows is too old. */
  | 'BEHIND'
  /** It does not answer. */
  | 'AWAY'
  /** What answers there is no streaming replica of this primary. */
  | 'UNFIT';

export type ReplicaStatus = Readonly<{
  state: ReplicaState;
  since: Date;
  /** Everything that was committed so long ago is there; null while that is not known. */
  behindAtMostMs: number | null;
}>;

export type ReplicaWatch = Readonly<{
  /** Costs nothing: it is looked at meanwhile. */
  mayBeRead(): boolean;
  /** Runs the work, or gives it up as soon as the replica is known to be away. */
  whileItAnswers<Value>(work: () => Promise<Value>): Promise<Value>;
  status(): ReplicaStatus;
  stop(): Promise<void>;
}>;

export type ReplicaTimes = Readonly<{
  /** Older rows are nobody's to read. */
  maxBehindMs: number;
  /** How often it is looked at. */
  everyMs: number;
  /** How long it may take to say how it is. */
  answerMs: number;
}>;

export const replicaTimes: ReplicaTimes = { maxBehindMs: 2_000, everyMs: 500, answerMs: 1_000 };

export type ReplicaWatchOptions = Readonly<{
  primaryUrl: string;
  replicaUrl: string;
  times?: Partial<ReplicaTimes>;
  /** Hears of each change, and of the error behind it if there is one. */
  onChange?: ((status: ReplicaStatus, error?: unknown) => void) | undefined;
  /** Its connections are worth nothing any more. */
  onLost: () => void;
}>;

const FIRST_HOLD_MS = 1_000;
const LONGEST_HOLD_MS = 30_000;

const askPrimary = `SELECT pg_current_wal_lsn()::text AS position,
  (SELECT system_identifier::text FROM pg_control_system()) AS system`;
const askReplica = `SELECT pg_last_wal_replay_lsn()::text AS position, pg_is_in_recovery() AS follows,
  (SELECT system_identifier::text FROM pg_control_system()) AS system`;

export function watchReplica(options: ReplicaWatchOptions): ReplicaWatch {
  const { maxBehindMs, everyMs, answerMs } = { ...replicaTimes, ...options.times };
  const [primary, replica] = [options.primaryUrl, options.replicaUrl].map((url) => onlyConnection(url, answerMs)) as [
    pg.Pool,
    pg.Pool,
  ];
  const freshness = createFreshness();
  const readers = new Set<() => void>();
  let found: 'FOLLOWS' | 'AWAY' | 'UNFIT' = 'AWAY';
  let system: string | null = null;
  let failures = 0;
  let failedAt = -Infinity;
  let holdUntil = -Infinity;
  let told: ReplicaState | null = null;
  let since = new Date();

  function stateNow(): ReplicaState {
    const now = performance.now();
    if (found !== 'FOLLOWS') return found;
    if (now < holdUntil) return 'AWAY';
    const completeUntil = freshness.completeUntil();
    return completeUntil === null || now - completeUntil > maxBehindMs ? 'BEHIND' : 'IN_USE';
  }

  function status(): ReplicaStatus {
    const state = current();
    const completeUntil = freshness.completeUntil();
    const behindAtMostMs = completeUntil === null ? null : Math.round(performance.now() - completeUntil);
    return { state, since, behindAtMostMs };
  }

  /** Rows grow old and waiting ends between two looks, so whoever asks may be the first to notice. */
  function current(error?: unknown): ReplicaState {
    const state = stateNow();
    if (state === told) return state;
    told = state;
    since = new Date();
    options.onChange?.(status(), error);
    return state;
  }

  function lost(error: unknown): void {
    const wasThere = found === 'FOLLOWS';
    found = 'AWAY';
    for (const giveUp of [...readers]) giveUp();
    if (wasThere) options.onLost();
    current(error);
  }

  /** One failure leads away from it; those that were under way meanwhile say nothing new. */
  function failed(startedAt: number, error: unknown): void {
    if (startedAt < failedAt) return;
    failedAt = performance.now();
    holdUntil = failedAt + Math.min(FIRST_HOLD_MS * 2 ** failures, LONGEST_HOLD_MS);
    failures += 1;
    lost(error);
  }

  async function look(): Promise<void> {
    const askedAt = performance.now();
    try {
      const { rows } = await primary.query<{ position: string; system: string }>(askPrimary);
      freshness.primaryWas(positionOf(rows[0]!.position), askedAt);
      system = rows[0]!.system;
    } catch {
      // Without the primary nothing is known to be new: the replica grows old by itself.
    }
    try {
      const { rows } = await replica.query<{ position: string | null; follows: boolean; system: string }>(askReplica);
      const it = rows[0]!;
      const isOurs = it.follows && it.position !== null && (system === null || it.system === system);
      if (isOurs) freshness.replicaHas(positionOf(it.position!));
      found = isOurs ? 'FOLLOWS' : 'UNFIT';
      current();
    } catch (error) {
      lost(error);
    }
  }

  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  async function keepLooking(): Promise<void> {
    await look();
    if (!stopped) timer = setTimeout(() => void (looking = keepLooking()), everyMs).unref();
  }
  let looking = keepLooking();

  return {
    mayBeRead: () => current() === 'IN_USE',
    whileItAnswers(work) {
      const startedAt = performance.now();
      return new Promise((resolve, reject) => {
        const giveUp = () => reject(new Error('The read replica does not answer'));
        readers.add(giveUp);
        work()
          .finally(() => readers.delete(giveUp))
          .then(
            (value) => {
              if (startedAt > failedAt) failures = 0;
              resolve(value);
            },
            (error: unknown) => {
              if (!isRefusedStatement(error)) failed(startedAt, error);
              reject(error);
            },
          );
      });
    },
    status,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      await Promise.allSettled([primary.end(), replica.end()]);
    },
  };
}

/** Of its own, so that it is not the readers' queue that is measured. */
function onlyConnection(connectionString: string, answerMs: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
    keepAlive: true,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
