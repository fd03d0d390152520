/** What every mailbox promises, told once and run against PostgreSQL and against the one in memory. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLetterOf } from './dead-letters.ts';
import { nameOf, stationEvent } from './effects-for-tests.ts';
import { UnstorableLetter, type Delivery, type Letter, type Mailbox } from './mailbox.ts';
import type { OutboundEvent } from './transport.ts';

export type MailboxBench = Readonly<{
  /** As a process of its own has it, or over a connection that others use too. */
  open(consumer: string, connection?: 'shared'): Mailbox;
  post(deliveries: readonly Delivery[], options: Readonly<{ held: boolean }>): Promise<void>;
  revive(id: string): Promise<boolean>;
  discard(id: string): Promise<boolean>;
  /** State and attempts of dead letters, by the ids of their events. */
  dead(consumer: string): Promise<ReadonlyMap<string, string>>;
  /** What the plant was told about letters of a consumer: the event's type, and the outcome if there is one. */
  told(consumer: string): Promise<string[]>;
  close(): Promise<void>;
}>;

export const anHour = 3_600_000;
export const letterOf = (event: OutboundEvent, more: Partial<Letter> = {}): Letter => ({
  ...event,
  eventId: event.envelope.event_id,
  attempts: 0,
  deadLetterId: null,
  ...more,
});
export const deadLetterFor = (consumer: string, letter: Letter) =>
  deadLetterOf({ ...letter, consumer, attempts: letter.attempts + 1, content: letter.envelope }, 'cannot digest this');
export const inShort = (letters: readonly Letter[]): string[] =>
  letters.map(({ envelope, attempts }) => `${nameOf(envelope)} after ${attempts}`);

export function describeMailbox(name: string, openBench: () => Promise<MailboxBench>): void {
  describe(name, () => {
    let bench: MailboxBench;
    beforeAll(async () => void (bench = await openBench()));
    afterAll(() => bench?.close());

    const newConsumer = () => `qms.${randomUUID().slice(0, 8)}`;
    const postAll = (consumer: string, events: readonly OutboundEvent[], held = false) =>
      bench.post(
        events.map((event) => ({ consumer, event })),
        { held },
      );
    const collected = async (mailbox: Mailbox, busy: readonly string[] = [], limit = 100) =>
      inShort(await mailbox.collect(busy, limit));

    async function filled(...names: readonly string[]) {
      const consumer = newConsumer();
      const events = names.map((it) => stationEvent(it.split('/')[0]!, it.split('/')[1]!));
      await postAll(consumer, events);
      return { consumer, mailbox: bench.open(consumer), letters: events.map((event) => letterOf(event)) };
    }

    it('gives letters out in the order in which they came, each of them once', async () => {
      const { consumer, mailbox, letters } = await filled('S1/a', 'S2/b', 'S1/c');
      await postAll(consumer, [letters[2]!, letters[0]!]);
      expect(await collected(mailbox)).toEqual(['S1/a after 0', 'S2/b after 0', 'S1/c after 0']);
      expect(await collected(mailbox, ['S1'])).toEqual(['S2/b after 0']);
      expect(await collected(mailbox, [], 2)).toEqual(['S1/a after 0', 'S2/b after 0']);
      expect(await collected(bench.open(newConsumer()))).toEqual([]);
    });

    it('keeps a letter that waits, and those behind it, and no others', async () => {
      const { mailbox, letters } = await filled('S1/a', 'S1/b', 'S2/c', 'S1/d');
      await mailbox.postpone(letters[1]!, { attempts: 1, delayMs: anHour, error: 'busy' });
      expect(await collected(mailbox)).toEqual(['S1/a after 0', 'S2/c after 0']);
      await mailbox.postpone(letters[1]!, { attempts: 2, delayMs: 0, error: 'busy' });
      expect(await collected(mailbox)).toEqual(['S1/a after 0', 'S1/b after 2', 'S2/c after 0', 'S1/d after 0']);
    });

    it('lines a letter up behind those that the queue had brought, and says when there are none', async () => {
      const { mailbox } = await filled('S1/in process');
      const [first, second] = [letterOf(stationEvent('S1', 'a')), letterOf(stationEvent('S1', 'b'))];
      expect(await mailbox.lineUp(first)).toBe(false);
      await mailbox.postpone(first, { attempts: 1, delayMs: anHour, error: 'busy' });
      expect(await mailbox.heldAggregates()).toEqual(['S1']);
      expect(await mailbox.lineUp(second)).toBe(true);
      expect(await mailbox.lineUp(second)).toBe(true);
      await mailbox.discard([first.eventId]);
      expect(await collected(mailbox)).toEqual(['S1/in process after 0', 'S1/b after 0']);
      await mailbox.discard([second.eventId]);
      expect(await mailbox.lineUp(first)).toBe(false);
      expect(await mailbox.heldAggregates()).toEqual([]);
    });

    it('says so when a letter cannot be kept, and buries it all the same', async () => {
      const { consumer, mailbox } = await filled();
      const event = stationEvent('S1', 'zero \0');
      await expect(mailbox.postpone(letterOf(event), { attempts: 1, delayMs: 0, error: 'busy' })).rejects.toThrow(
        UnstorableLetter,
      );
      await mailbox.bury(deadLetterFor(consumer, letterOf(event)));
      expect(await bench.dead(consumer)).toEqual(new Map([[event.envelope.event_id, 'DEAD after 1']]));
      expect(await bench.told(consumer)).toEqual([]);
    });

    it('buries a letter, revives it with all its tries, and tells how it ended', async () => {
      const { consumer, mailbox, letters } = await filled('S1/a');
      const { id } = deadLetterFor(consumer, letters[0]!);
      await mailbox.bury(deadLetterFor(consumer, letterOf(letters[0]!, { attempts: 3 })));
      expect(await collected(mailbox)).toEqual([]);
      expect([await bench.revive(id), await bench.revive(id), await bench.discard(id)]).toEqual([true, false, false]);
      const [revived] = await mailbox.collect([], 10);
      expect(revived).toMatchObject({ attempts: 0, deadLetterId: id });
      await mailbox.resolve(revived!);
      expect(await collected(mailbox)).toEqual([]);
      expect([...(await bench.dead(consumer)).values()]).toEqual(['RESOLVED after 4']);
      expect(await bench.told(consumer)).toEqual(['EventDeadLettered', 'DeadLetterResolved REPLAYED emp-901']);
    });

    it('leaves what was discarded alone, though it is buried once more', async () => {
      const { consumer, mailbox, letters } = await filled('S1/a');
      const letter = deadLetterFor(consumer, letters[0]!);
      await mailbox.bury(letter);
      expect([await bench.discard(letter.id), await bench.revive(letter.id)]).toEqual([true, false]);
      await mailbox.bury(letter);
      expect([...(await bench.dead(consumer)).values()]).toEqual(['DISCARDED after 1']);
      expect(await bench.told(consumer)).toEqual(['EventDeadLettered']);
    });

    it('is the turn of one process at a time', async () => {
      const consumer = newConsumer();
      const [one, other] = [bench.open(consumer), bench.open(consumer)];
      expect([await one.takeTurn(), await other.takeTurn(), await one.takeTurn()]).toEqual([true, false, true]);
      expect([one.hasTurn(), other.hasTurn()]).toEqual([true, false]);
      await one.endTurn();
      expect([one.hasTurn(), await other.takeTurn()]).toEqual([false, true]);
    });
  });
}
