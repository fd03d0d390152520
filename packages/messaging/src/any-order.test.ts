/**
 * The relay, the consumer, its lanes, its desk and the mailbox's worker are the real ones; what is outside of them is in
 * memory (model/), and fast-check chooses what happens next: commits, deliveries, answers, crashes, cut connections, time.
 * A failure prints its seed and the shortest story that leads to it.
 *
 * What it is worth was tried by breaking the code. Each of these was found, most of them within a hundred runs:
 * a consumer that acknowledges before the effect; that does not read on a new channel which aggregates wait; a desk that lets
 * later events of a waiting aggregate pass, goes on behind a letter that was put off, counts no tries, or swallows what is
 * hopeless; a worker that collects what is at work already, or forgets to say that it is done; lanes that run two tasks of a
 * key at once; a relay that marks before it publishes, or sends a batch before the one before it is confirmed. Not found,
 * because something else holds: consuming without the turn (the broker serves one consumer, and what the mailbox's worker does
 * without it is claimed once), acknowledging on a channel that is gone (it refuses), relaying without the turn (whoever reads
 * what is unsent begins with the oldest, so a repeat is all that comes of it).
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { badDays, calmDays } from './model/happenings.ts';
import { openPlant, type Plant } from './model/plant.ts';

// On a machine that has other things to do they may take this long; alone, a tenth of it.
const patience = 120_000;

describe.each(['RabbitMQ', 'one process'] as const)(
  'events over %s, whatever happens in whatever order,',
  (carrier) => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
    afterEach(() => void vi.useRealTimers());

    async function live(days: Iterable<fc.AsyncCommand<object, Plant>>): Promise<Plant> {
      vi.clearAllTimers();
      const plant = openPlant(carrier);
      plant.startRelay();
      plant.startConsumer();
      await fc.asyncModelRun(() => ({ model: {}, real: plant }), days);
      await plant.comeToRest();
      expect(plant.ledger.violations).toEqual([]);
      return plant;
    }

    it(
      'have their effects once, in order, or are dead and can be seen',
      async () => {
        await fc.assert(
          fc.asyncProperty(badDays, async (days) => void (await live(days))),
          { numRuns: 1_200 },
        );
      },
      patience,
    );

    it(
      'are tried three times more, ever later',
      async () => {
        await fc.assert(
          fc.asyncProperty(calmDays, async (days) => {
            const { ledger } = await live(days);
            ledger.checkTries();
            expect(ledger.violations).toEqual([]);
          }),
          { numRuns: 400 },
        );
      },
      patience,
    );
  },
);
