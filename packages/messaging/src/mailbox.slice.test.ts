import { randomUUID } from 'node:crypto';
import { foundationMigrations } from '@enghub/database/provision';
import { freshDatabase } from '@enghub/testkit/postgres';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession, type DatabaseSession } from './database-session.ts';
import { openDeadLetters } from './dead-letters-for-tests.ts';
import { stationEvent } from './effects-for-tests.ts';
import { silentLogger } from './logger.ts';
import { anHour, deadLetterFor, describeMailbox, inShort, letterOf, type MailboxBench } from './mailbox-contract.ts';
import { openMailbox, post, type Letter, type Mailbox } from './mailbox.ts';
import { messagingMigrations } from './migrations.ts';
import { memoryBench } from './model/memory-bench.ts';

describeMailbox('a mailbox in PostgreSQL', postgresBench);

async function postgresBench(): Promise<MailboxBench> {
  const database = await freshDatabase('qms', [foundationMigrations, messagingMigrations]);
  const deadLetters = openDeadLetters(database);
  const sessions: DatabaseSession[] = [];
  const openOne = () => {
    const session = openSession({ url: database.relayUrl, name: 'test', logger: silentLogger });
    sessions.push(session);
    return session;
  };
  const shared = openOne();
  return {
    open: (consumer, connection) => openMailbox(connection === 'shared' ? shared : openOne(), consumer),
    post: (deliveries, options) => post(shared, deliveries, options),
    revive: (id) => deadLetters.revive(id),
    discard: (id) => deadLetters.discard(id),
    dead: async (consumer) =>
      new Map(
        (await deadLetters.of(consumer)).map(({ eventId, state, attempts }) => [eventId, `${state} after ${attempts}`]),
      ),
    told: (consumer) => deadLetters.told(consumer),
    async close() {
      await Promise.all(sessions.map((session) => session.close()));
      await deadLetters.close();
      await database.drop();
    },
  };
}

const stations = ['S1', 'S2', 'S3'];
const letter = fc.nat({ max: 8 });
const operation = fc.oneof(
  fc.record({ kind: fc.constantFrom('post' as const, 'post held' as const), letter }),
  fc.record({ kind: fc.constantFrom('line up' as const, 'discard' as const, 'bury' as const), letter }),
  fc.record({ kind: fc.constant('postpone' as const), letter, delayMs: fc.constantFrom(0, 0, anHour) }),
  fc.record({ kind: fc.constantFrom('revive' as const, 'give up' as const, 'resolve' as const), letter }),
  fc.record({
    kind: fc.constant('collect' as const),
    busy: fc.subarray(stations, { maxLength: 1 }),
    limit: fc.integer({ min: 1, max: 9 }),
  }),
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

describe('a mailbox in memory, whatever is asked of it,', () => {
  let benches: readonly MailboxBench[] = [];
  beforeAll(async () => void (benches = [await postgresBench(), await memoryBench()]));
  afterAll(() => Promise.all(benches.map((bench) => bench.close())));

  async function run(bench: MailboxBench, mailbox: Mailbox, consumer: string, letters: Letter[], what: Operation) {
    if (what.kind === 'collect') return inShort(await mailbox.collect(what.busy, what.limit));
    const known = letters[what.letter]!;
    const held = (await mailbox.collect([], 100)).find(({ eventId }) => eventId === known.eventId);
    const own = held ?? known;
    const dead = deadLetterFor(consumer, own);
    switch (what.kind) {
      case 'post':
      case 'post held':
        return bench.post([{ consumer, event: known }], { held: what.kind === 'post held' });
      case 'line up':
        return mailbox.lineUp(own);
      case 'discard':
        return mailbox.discard([own.eventId]);
      case 'postpone':
        return mailbox.postpone(own, { attempts: own.attempts + 1, delayMs: what.delayMs, error: 'busy' });
      case 'bury':
        return mailbox.bury(dead);
      case 'revive':
        return bench.revive(dead.id);
      case 'give up':
        return bench.discard(dead.id);
      case 'resolve':
        return mailbox.resolve({ ...own, deadLetterId: dead.id });
    }
  }

  it('answers as PostgreSQL does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25, size: 'max' }), async (operations) => {
        const consumer = `qms.${randomUUID()}`;
        const mailboxes = benches.map((bench) => bench.open(consumer, 'shared'));
        const letters = Array.from({ length: 9 }, (_, at) => letterOf(stationEvent(stations[at % 3]!, `${at}`)));
        const answers = await Promise.all(
          benches.map(async (bench, at) => {
            const heard: unknown[] = [];
            for (const what of operations) {
              heard.push(await run(bench, mailboxes[at]!, consumer, letters, what));
              heard.push(
                inShort(await mailboxes[at]!.collect([], 100)),
                [...(await mailboxes[at]!.heldAggregates())].sort(),
              );
            }
            return [heard, [...(await bench.dead(consumer))].sort(), await bench.told(consumer)];
          }),
        );
        expect(answers[1]).toEqual(answers[0]);
      }),
      { numRuns: 40 },
    );
  });
});
