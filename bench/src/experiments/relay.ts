/** From a report's commit to the commit of its effect at a consumer, against handing the same event straight to RabbitMQ. */
import { randomUUID } from 'node:crypto';
import { createInProcessTransport } from '@enghub/messaging/in-process-transport';
import { silentLogger } from '@enghub/messaging/logger';
import { appendEvents, type OutboxEvent } from '@enghub/messaging/outbox';
import { connectRabbitMq } from '@enghub/messaging/rabbitmq-transport';
import { removeTopology } from '@enghub/messaging/rabbitmq-topology';
import { startRelay } from '@enghub/messaging/relay';
import { sqlExecutor } from '@enghub/messaging/sql-executor';
import type { Transport } from '@enghub/messaging/transport';
import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { settle } from '../measure/graph.ts';
import { latenciesOf, openLoop, type Latencies } from '../measure/open-loop.ts';
import { alternate, spreadOf } from '../measure/rounds.ts';
import { figure, range, type Result } from '../results.ts';
import { dropDatabase } from '../systems/database.ts';
import { startCarrier, type Carrier } from '../systems/event-carriers.ts';
import { createEventDatabase, reportEvents, routingKey, tenant, type EventDatabase } from '../systems/report-events.ts';
import { servers, type RunOptions } from '../systems/settings.ts';

type Sample = Latencies & Readonly<{ perSecond: number }>;
type Way = 'relay, RabbitMQ' | 'relay, one process' | 'straight to RabbitMQ';
type Send = (events: readonly OutboxEvent[]) => Promise<void>;

const WAYS: readonly Way[] = ['relay, RabbitMQ', 'relay, one process', 'straight to RabbitMQ'];
const RATES = [50, 500, 2_000] as const;
const P99_LIMIT_MS: Readonly<Record<number, number>> = { 50: 100, 500: 250, 2_000: 1_000 };
const RELAY_LIMIT = 0.5;
const KEPT_UP = 0.95;
const DRAINED = 10_000;
const BATCH = 500;
const QUEUE = 'qms.bench';
const WITHIN_MS = 120_000;
const keyOf = (way: Way, rate: number) => `${way}, ${rate}/s`;
const drainOf = (way: Way) => `${way}, drained`;

export async function relay({ rounds, seconds }: RunOptions): Promise<Result> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const broker = { url: servers.rabbitMqUrl, prefix: `bench-${randomUUID().slice(0, 8)}.` };
    stops.push(() => removeTopology(broker.url, broker.prefix, [QUEUE]));
    const database = async (name: string) => {
      stops.push(() => dropDatabase(name));
      return createEventDatabase(name);
    };
    const many = await database('enghub_bench_relay_many');
    const one = await database('enghub_bench_relay_one');
    const still = await database('enghub_bench_relay_still');
    const carrier = async (order: Parameters<typeof startCarrier>[0]) => {
      const started = await startCarrier(order);
      stops.push(() => started.stop());
      return started;
    };
    const consumerIn = ({ qms }: EventDatabase) => ({
      queue: QUEUE,
      routingKey,
      appUrl: qms.appUrl,
      mailboxUrl: qms.relayUrl,
    });
    const consuming = await carrier({ broker, outboxUrl: null, consumer: consumerIn(many) });
    const relaying = await carrier({ broker, outboxUrl: many.mes.relayUrl, consumer: null });
    const alone = await carrier({ broker: null, outboxUrl: one.mes.relayUrl, consumer: consumerIn(one) });
    const writerOf = async ({ mes }: EventDatabase) => {
      const writer = await openWriter(mes.appUrl);
      stops.push(() => writer.end());
      return writer;
    };
    const [toMany, toOne, toStill] = [await writerOf(many), await writerOf(one), await writerOf(still)];
    const straight = await connectRabbitMq(broker);
    stops.push(() => straight.close());

    const send: Readonly<Record<Way, Send>> = {
      'relay, RabbitMQ': async (events) => {
        await commit(toMany, events);
        relaying.wake();
      },
      'relay, one process': async (events) => {
        await commit(toOne, events);
        alone.wake();
      },
      'straight to RabbitMQ': (events) => straight.publish(events),
    };
    const consumerOf = (way: Way) => (way === 'relay, one process' ? alone : consuming);
    const flow = (way: Way, rate: number, duration: number) => measureFlow(send[way], consumerOf(way), rate, duration);
    const candidates = new Map([
      ...WAYS.flatMap((way) => RATES.map((rate) => [keyOf(way, rate), () => flow(way, rate, seconds)] as const)),
      ...WAYS.map((way) => [drainOf(way), () => measureDrain(way, still, toStill)] as const),
    ]);
    for (const way of WAYS) await flow(way, 500, 2);
    const samples = await alternate(candidates, rounds, (name, round, { perSecond, p50Ms, p99Ms }) =>
      console.log(
        `${round + 1}/${rounds} ${name.padEnd(32)} ${figure(perSecond)}/s, p50 ${figure(p50Ms)} ms, p99 ${figure(p99Ms)} ms`,
      ),
    );
    return asResult(samples, rounds, seconds);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function openWriter(appUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  await client.query(`SELECT set_config('app.tenant_id', $1, false), set_config('app.factory_ids', '*', false)`, [
    tenant,
  ]);
  return client;
}

/** Reports that come in while a statement is on its way go together with the next one, as those of the command do. */
async function commit(writer: pg.Client, events: readonly OutboxEvent[]): Promise<void> {
  await writer.query('BEGIN');
  await appendEvents(sqlExecutor(writer), events);
  await writer.query('COMMIT');
}

async function measureFlow(send: Send, consumer: Carrier, rate: number, seconds: number): Promise<Sample> {
  await settle();
  const events = reportEvents(rate * seconds);
  const appliedAt = new Map<string, bigint>();
  consumer.onApplied((eventId, at) => appliedAt.set(eventId, at));
  const dueAt = await openLoop(events, rate, send);
  const deadline = performance.now() + WITHIN_MS;
  while (appliedAt.size < events.length) {
    if (performance.now() > deadline)
      throw new Error(`${events.length - appliedAt.size} of ${events.length} events had no effect`);
    await pause(50);
  }
  const applied = events.map((event) => appliedAt.get(event.envelope.event_id)!);
  const latencies = events.map((event, at) => Number(applied[at]! - dueAt.get(event)!) / 1e6);
  const last = applied.reduce((latest, at) => (at > latest ? at : latest));
  const took = Number(last - dueAt.get(events[0]!)!) / 1e9;
  return { ...latenciesOf(latencies), perSecond: events.length / took };
}

/** How fast a full outbox empties into a queue that nobody reads, or the same events are published from memory. */
async function measureDrain(way: Way, { mes, qms }: EventDatabase, writer: pg.Client): Promise<Sample> {
  const prefix = `bench-${randomUUID().slice(0, 8)}.`;
  const url = servers.rabbitMqUrl;
  const transport = way === 'relay, one process' ? createInProcessTransport() : await connectRabbitMq({ url, prefix });
  try {
    const handle = async () => {};
    const queue = `${QUEUE}-${randomUUID().slice(0, 8)}`;
    await (await transport.subscribe({ queue, routingKeys: [routingKey], mailboxUrl: qms.relayUrl, handle })).stop();
    const events = reportEvents(DRAINED);
    const batches = Array.from({ length: DRAINED / BATCH }, (_, at) => events.slice(at * BATCH, (at + 1) * BATCH));
    const startedAt =
      way === 'straight to RabbitMQ'
        ? await publishAll(transport, batches)
        : await relayAll(transport, mes.relayUrl, writer, batches);
    const seconds = (performance.now() - startedAt) / 1000;
    if (way !== 'relay, one process') await removeTopology(url, prefix, [queue]);
    return { perSecond: DRAINED / seconds, p50Ms: NaN, p99Ms: NaN, mostMs: NaN };
  } finally {
    await transport.close();
  }
}

async function publishAll(transport: Transport, batches: readonly (readonly OutboxEvent[])[]): Promise<number> {
  await settle();
  const startedAt = performance.now();
  for (const batch of batches) await transport.publish(batch);
  return startedAt;
}

async function relayAll(
  transport: Transport,
  relayUrl: string,
  writer: pg.Client,
  batches: readonly (readonly OutboxEvent[])[],
): Promise<number> {
  for (const batch of batches) await commit(writer, batch);
  await settle();
  const startedAt = performance.now();
  const started = startRelay({ relayUrl, namespace: 'mes', transport, logger: silentLogger });
  try {
    while ((await started.backlog()).events > 0) await pause(10);
  } finally {
    await started.stop();
  }
  return startedAt;
}

function asResult(samples: ReadonlyMap<string, readonly Sample[]>, rounds: number, seconds: number): Result {
  const of = (key: string, read: (sample: Sample) => number) => spreadOf(samples.get(key)!, read);
  const drained = (way: Way) => of(drainOf(way), (it) => it.perSecond);
  const ratio = (way: Way) => drained(way).median / drained('straight to RabbitMQ').median;
  const relays = WAYS.filter((way) => way !== 'straight to RabbitMQ');
  const p99 = (way: Way, rate: number) => of(keyOf(way, rate), (it) => it.p99Ms);
  const p50 = (way: Way, rate: number) => of(keyOf(way, rate), (it) => it.p50Ms);
  return {
    name: 'relay',
    title: 'From the commit to the effect',
    targets: [
      {
        what: 'events/s through the relay to RabbitMQ, of publishing straight',
        limit: `≥ ${RELAY_LIMIT}`,
        measured: figure(ratio('relay, RabbitMQ')),
        met: ratio('relay, RabbitMQ') >= RELAY_LIMIT,
      },
      ...relays.flatMap((way) =>
        RATES.map((rate) => {
          const { median } = p99(way, rate);
          const what = `${way}, ${rate} reports/s: due to effect, p99`;
          return {
            what,
            limit: `< ${P99_LIMIT_MS[rate]} ms`,
            measured: `${figure(median)} ms`,
            met: median < P99_LIMIT_MS[rate]!,
          };
        }),
      ),
    ],
    tables: [
      {
        title: 'From the moment at which a report was due to the commit of its effect',
        rows: RATES.flatMap((rate) =>
          WAYS.map((way) => ({
            'reports/s': rate,
            way,
            'p50 ms': range(p50(way, rate)),
            'p99 ms': range(p99(way, rate)),
            'p50 to straight': figure(p50(way, rate).median / p50('straight to RabbitMQ', rate).median),
            'effects/s': range(of(keyOf(way, rate), (it) => it.perSecond)),
            'kept up': of(keyOf(way, rate), (it) => it.perSecond).median >= KEPT_UP * rate ? 'yes' : 'no',
          })),
        ),
      },
      {
        title: `${DRAINED.toLocaleString('en')} events, with no consumer`,
        rows: WAYS.map((way) => ({ way, 'events/s': range(drained(way)), 'to straight': figure(ratio(way)) })),
      },
    ],
    notes: [
      `${rounds} rounds of ${seconds} s at each rate, by turns; median (least … most). Events of production reports of 64 orders, all of one tenant.`,
      'Open loop: reports are due at fixed moments, and each counts from its own, however late it is written. What is due while a transaction is on its way goes together with the next one, as with the command.',
      'The relay and the consumer are ours, each in a process of its own (in one process: both in one). The consumer claims the event and writes one row in a transaction, up to eight aggregates at once; this is the least that a consumer does.',
      'Straight: the same events with the same persistence, confirms, exchange and quorum queue to the same consumer, from memory and without an outbox; drained in the same batches of 500. An event that is published straight is lost when its process ends before the broker has it.',
      'Where "kept up" says no, consumers are slower than the reports and the latency grows with the length of the run: it is no property of the relay.',
    ],
    samples: Object.fromEntries(samples),
  };
}
