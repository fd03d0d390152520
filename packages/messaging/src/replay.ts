/** Puts events of the past into a consumer's mailbox, in front of what it hears by itself. docs/decisions/0026 */
import { setTimeout as sleep } from 'node:timers/promises';
import { releaseConsumer, registeredConsumers, type RegisteredConsumer } from './consumers.ts';
import type { DatabaseSession } from './database-session.ts';
import { readHistory, type Interval, type PastEvent } from './history.ts';
import { topicMatches } from './transport.ts';
import { openTurn, turnKey, type Turn } from './turn.ts';

export type ReplayRequest = Interval &
  Readonly<{
    consumer: string;
    /** Routing keys or their patterns, or names of events; all that the consumer hears, when empty. */
    types: readonly string[];
    tenantId: string | null;
    factoryId: string | null;
    /** Counts and does nothing. */
    isDryRun: boolean;
  }>;

export type Source = Readonly<{ service: string; session: DatabaseSession }>;

/**
 * What became of an event. PUT: it is in the mailbox. APPLIED: the consumer did so before. DEAD_LETTER: it waits for somebody's
 * decision. DISCARDED: somebody decided against it. FORGOTTEN: it is older than what the consumer remembers, so that it might
 * count twice.
 */
export type ReplayOutcome = 'PUT' | 'APPLIED' | 'DEAD_LETTER' | 'DISCARDED' | 'FORGOTTEN';

export type ReplayCount = Readonly<{ service: string; eventType: string; outcome: ReplayOutcome; events: number }>;

export type ReplayRefusal = 'UNKNOWN_CONSUMER' | 'NOT_STARTED' | 'EMPTY_INTERVAL' | 'TURN_NOT_GIVEN';

export type Replayed =
  | Readonly<{ ok: false; refusal: ReplayRefusal }>
  | Readonly<{
      ok: true;
      counts: readonly ReplayCount[];
      /** The consumer waited for its history and now has it. */
      isReleased: boolean;
      /** It waits still: what was replayed is not all that it missed. */
      stillWaits: boolean;
    }>;

const askForMs = 10_000;
const turnWithinMs = 60_000;

/** The sessions are those of the relays, `home` the one of the consumer. Done again, it does what is left to do. */
export async function replay(
  request: ReplayRequest,
  home: DatabaseSession,
  sources: readonly Source[],
  { batchSize = 1_000, onBatch }: Readonly<{ batchSize?: number; onBatch?: () => Promise<void> }> = {},
): Promise<Replayed> {
  if (request.from && request.to && request.from >= request.to) return { ok: false, refusal: 'EMPTY_INTERVAL' };
  const consumer = (await registeredConsumers(home)).find((one) => one.consumer === request.consumer);
  if (!consumer) return { ok: false, refusal: 'UNKNOWN_CONSUMER' };
  if (consumer.routingKeys.length === 0) return { ok: false, refusal: 'NOT_STARTED' };

  const turn = openTurn(home, consumer.consumer);
  if (!request.isDryRun && !(await getTurn(home, request.consumer, turn.takeTurn))) {
    return { ok: false, refusal: 'TURN_NOT_GIVEN' };
  }
  try {
    const counts: ReplayCount[] = [];
    for (const { service, session } of sources) {
      for await (const batch of readHistory(session, request, batchSize)) {
        const wanted = batch.filter((event) => isWanted(event, request, consumer));
        counts.push(...(await putInFront(home, request, service, wanted)));
        await onBatch?.();
      }
    }
    const isReleased =
      consumer.waitsForHistory && isWhole(request, consumer) && (await releaseConsumer(home, consumer.consumer));
    return { ok: true, counts: summed(counts), isReleased, stillWaits: consumer.waitsForHistory && !isReleased };
  } finally {
    if (!request.isDryRun) {
      // What fails here ends by itself: the lock with the connection, the question in seconds.
      await giveBack(home, request.consumer, turn).catch(() => {});
    }
  }
}

async function giveBack(home: DatabaseSession, consumer: string, turn: Turn): Promise<void> {
  await home.query(`UPDATE consumers SET turn_asked_until = NULL WHERE consumer = $1`, [consumer]);
  await turn.endTurn();
}

/** Whether a service publishes what these routing keys take: each begins with the name of its publisher. */
export const mayPublish = (service: string, routingKeys: readonly string[]): boolean =>
  routingKeys.some((key) => ['*', '#', 'events', service].includes(key.split('.')[0]!));

/** Asks whoever consumes for the turn of the mailbox; should we die, he takes it again. */
async function getTurn(home: DatabaseSession, consumer: string, take: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + turnWithinMs;
  while (Date.now() < deadline) {
    await home.query(
      `UPDATE consumers SET turn_asked_until = clock_timestamp() + make_interval(secs => $2::float8 / 1000)
        WHERE consumer = $1`,
      [consumer, askForMs],
    );
    if (await take()) return true;
    await sleep(250);
  }
  return false;
}

const isWanted = (event: PastEvent, { types }: ReplayRequest, { routingKeys }: RegisteredConsumer): boolean =>
  routingKeys.some((pattern) => topicMatches(pattern, event.routing_key)) &&
  (types.length === 0 ||
    types.some((type) => type === event.envelope.event_type || topicMatches(type, event.routing_key)));

/** What was published after the consumer was heard of for the first time reached it by itself. */
const isWhole = (request: ReplayRequest, { heardSince }: RegisteredConsumer): boolean =>
  !request.isDryRun &&
  request.types.length === 0 &&
  request.tenantId === null &&
  request.factoryId === null &&
  (request.to === null || request.to >= heardSince);

/**
 * In their own order, before everything that the consumer heard by itself: numbers below those that the mailbox gives out, the
 * same whenever an event is replayed. What waits there already, because it was just being published, takes its place in line.
 */
async function putInFront(
  home: DatabaseSession,
  { consumer, isDryRun }: ReplayRequest,
  service: string,
  events: readonly PastEvent[],
): Promise<ReplayCount[]> {
  if (events.length === 0) return [];
  const counts = await home.query<ReplayCount & { isOurTurn: boolean }>(
    `WITH turn AS MATERIALIZED (SELECT $3 OR pg_try_advisory_xact_lock(${turnKey}) AS ours),
     given AS MATERIALIZED (
       SELECT event.*,
              CASE WHEN EXISTS (SELECT FROM inbox WHERE inbox.consumer = $1 AND inbox.event_id = event.event_id) THEN 'APPLIED'
                   WHEN letter.state IN ('DEAD', 'REPLAYING') THEN 'DEAD_LETTER'
                   WHEN letter.state = 'DISCARDED' THEN 'DISCARDED'
                   WHEN event.created_at < consumers.knows_since THEN 'FORGOTTEN'
                   ELSE 'PUT' END AS outcome
         FROM jsonb_to_recordset($2::jsonb) AS event(
                position bigint, event_id uuid, tenant_id text, factory_id text, routing_key text, aggregate_id text,
                envelope jsonb, created_at timestamptz)
         JOIN consumers ON consumers.consumer = $1
         LEFT JOIN dead_letters letter ON letter.consumer = $1 AND letter.event_id = event.event_id),
     put AS (
       INSERT INTO mailbox (consumer, id, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, held)
       SELECT $1, position - 4611686018427387904, event_id, tenant_id, factory_id, routing_key, aggregate_id, envelope, true
         FROM given WHERE outcome = 'PUT' AND NOT $3 AND (SELECT ours FROM turn)
       ON CONFLICT (consumer, event_id) DO UPDATE SET id = EXCLUDED.id, held = true WHERE mailbox.id > EXCLUDED.id)
     SELECT $4 AS service, envelope->>'event_type' AS "eventType", outcome, count(*)::integer AS events,
            (SELECT ours FROM turn) AS "isOurTurn"
       FROM given GROUP BY 2, 3`,
    [consumer, JSON.stringify(events), isDryRun, service],
  );
  if (counts.some(({ isOurTurn }) => !isOurTurn)) throw new Error('the turn of the mailbox was lost on the way');
  return counts;
}

function summed(counts: readonly ReplayCount[]): ReplayCount[] {
  const sums = new Map<string, ReplayCount>();
  for (const count of counts) {
    const key = [count.service, count.eventType, count.outcome].join(' ');
    const { service, eventType, outcome } = count;
    sums.set(key, { service, eventType, outcome, events: (sums.get(key)?.events ?? 0) + count.events });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}
