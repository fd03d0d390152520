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
