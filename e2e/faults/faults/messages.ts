/** Messages that are wrong, and messages that come again. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Run } from '../scenario.ts';

type Sent = Readonly<{ routing_key: string; aggregate_id: string; envelope: Record<string, unknown> }>;

export const POISONED = 9;
const QUEUE = 'qms.inspections';

/** Into the queue of inspections: no JSON, a version that nobody knows, and what the database refuses. */
export async function poison(run: Run): Promise<void> {
  const queues = run.queues!;
  let event: Sent | undefined;
  while (!event) {
    await pause(500);
    [event] = await sentEvents(run, 1, 0);
  }
  for (let each = 0; each < POISONED; each++) {
    const id = crypto.randomUUID();
    const data = { ...(event.envelope['data'] as object), report_id: `poison ${id}` };
    const bodies = [
      '{ "event_id": ',
      JSON.stringify({ ...event.envelope, event_id: id, version: '99.0' }),
      JSON.stringify({ ...event.envelope, event_id: id, data }),
    ];
    run.log.fault('poison', ['no JSON', 'unknown version', 'refused by the database'][each % 3]!);
    const about = propertiesOf({ ...event, aggregate_id: `poison-${each}` }, id);
    await queues.publish('', QUEUE, Buffer.from(bodies[each % 3]!), about);
    await pause(1_000);
  }
  while (!run.isOver()) await pause(200);
  const letters = `SELECT attempts FROM qms.dead_letters WHERE consumer = '${QUEUE}'`;
  for (const { attempts } of await rowsOf<{ attempts: number }>(run, letters)) {
    run.log.fault(`dead after ${attempts} tries`, QUEUE);
  }
}

/** Events that were delivered are delivered again: two to five times, in no order, some of them late. */
export async function repeat(run: Run): Promise<void> {
  const queues = run.queues!;
  let time = 0;
  while (!run.isOver()) {
    time += 1;
    // Of the beginning of the run, and of just now.
    const events = [...(await sentEvents(run, 30, 0)), ...(await sentEvents(run, 60, 'latest'))];
    const copies = events.flatMap((event) => Array.from({ length: 2 + (time % 4) }, () => event));
    for (const event of copies.sort(() => Math.random() - 0.5)) {
      const { event_id: id } = event.envelope as { event_id: string };
      await queues.publish('enghub.events', event.routing_key, contentOf(event), propertiesOf(event, id));
    }
    for (const _ of copies) run.log.fault('repeat', 'event');
    await pause(1_500);
  }
}

const contentOf = ({ envelope }: Sent): Buffer => Buffer.from(JSON.stringify(envelope));

const propertiesOf = ({ routing_key, aggregate_id }: Sent, messageId: string) => ({
  contentType: 'application/json',
  messageId,
  headers: { 'x-enghub-routing-key': routing_key, 'x-enghub-aggregate': aggregate_id },
});

const sentEvents = (run: Run, count: number, from: number | 'latest'): Promise<Sent[]> =>
  rowsOf<Sent>(
    run,
    `SELECT routing_key, aggregate_id, envelope FROM mes.outbox
      WHERE sent_at < now() - interval '1 second' AND routing_key LIKE 'mes.production-report.%'
      ORDER BY id ${from === 'latest' ? 'DESC' : ''} LIMIT ${count}`,
  );

async function rowsOf<Row extends object>(run: Run, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: run.system.databaseUrl() });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
