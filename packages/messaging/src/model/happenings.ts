/** Everything that may happen to a plant, as fast-check draws it. */
import fc from 'fast-check';
import { vi } from 'vitest';
import type { Fate } from './ledger.ts';
import type { Plant, Reported } from './plant.ts';
import type { Process } from './processes.ts';
import { untilAllFollowed, type Breakable } from './stage.ts';

export type Happening = fc.AsyncCommand<object, Plant>;

function happening(name: string, run: (plant: Plant) => Promise<void> | void): Happening {
  return {
    check: () => true,
    async run(_model, plant) {
      await run(plant);
      await untilAllFollowed();
      if (plant.ledger.violations.length > 0) throw new Error(plant.ledger.violations.join('\n'));
    },
    toString: () => name,
  };
}

const choice = fc.nat({ max: 11 });
const pick = <T>(from: readonly T[], at: number): T | undefined => from[at % from.length];

function remove(from: Process[], at: number): Process | undefined {
  return from.length === 0 ? undefined : from.splice(at % from.length, 1)[0];
}

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Fate>({ kind: 'fine' }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('fails' as const), times: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.constant<Fate>({ kind: 'hopeless' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lacks' as const), times: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.constant<Fate>({ kind: 'applied unheard' }) },
);
const reported: fc.Arbitrary<Reported> = fc.record({
  aggregateId: fc.constantFrom('WO-1', 'WO-1', 'WO-1', 'WO-2', 'WO-3'),
  fate,
});
const events = fc.array(reported, { minLength: 1, maxLength: 3 });
const told = (of: readonly Reported[]) =>
  of.map(({ aggregateId, fate: { kind, ...more } }) => `${aggregateId} ${kind} ${Object.values(more).join('')}`.trim());

/** Commands, their commits, and whatever our processes do next in any order. */
const work: fc.Arbitrary<Happening>[] = [
  events.map((of) =>
    happening(`report [${told(of).join(', ')}]`, (plant) => {
      plant.report(of);
      for (const transaction of plant.transactions()) plant.commit(transaction);
    }),
  ),
  events.map((of) => happening(`begin [${told(of).join(', ')}]`, (plant) => plant.report(of))),
  choice.map((at) =>
    happening(`commit ${at}`, (plant) => {
      const transaction = pick(plant.transactions(), at);
      if (transaction) plant.commit(transaction);
    }),
  ),
  choice.map((at) => happening(`the command dies ${at}`, (plant) => pick(plant.transactions(), at)?.rollBack())),
  fc
    .constantFrom(10, 1_000, 9_000, 40_000)
    .map((ms) => happening(`${ms} ms pass`, () => void vi.advanceTimersByTime(ms))),
];

const steps: fc.Arbitrary<Happening> = fc.array(choice, { minLength: 1, maxLength: 8 }).map((choices) =>
  happening(`steps [${choices.join(', ')}]`, async ({ stage }) => {
    for (const at of choices) await stage.run(at);
  }),
);

const letters: fc.Arbitrary<Happening>[] = [
  choice.map((at) =>
    happening(`replay ${at}`, (plant) => {
      const letter = pick(plant.deadLetters(), at);
      if (letter) plant.replay(letter);
    }),
  ),
  choice.map((at) =>
    happening(`discard ${at}`, (plant) => {
      const letter = pick(plant.deadLetters(), at);
      if (letter) plant.discard(letter);
    }),
  ),
];

/** What may befall one kind of process. The next one comes later, or takes over at once, or was there before. */
const processes = (
  name: string,
  of: (plant: Plant) => Process[],
  start: (plant: Plant) => void,
): fc.Arbitrary<Happening>[] => [
  choice.map((at) => happening(`a ${name} crashes ${at}`, (plant) => remove(of(plant), at)?.crash())),
  choice.map((at) =>
    happening(`a ${name} crashes ${at}, and another one starts`, (plant) => {
      remove(of(plant), at)?.crash();
      start(plant);
    }),
  ),
  choice.map((at) => happening(`a ${name} is stopped ${at}`, (plant) => remove(of(plant), at)?.stop())),
  fc.constant(
    happening(`a ${name} starts`, (plant) => {
      if (of(plant).length < 2) start(plant);
    }),
  ),
];

const breaks = (kind: Breakable): fc.Arbitrary<Happening>[] =>
  (['before', 'after'] as const).map((when) =>
    choice.map((at) =>
      happening(`a connection (${kind}) breaks ${when} ${at}`, ({ stage }) => stage.break(kind, at, when)),
    ),
  );

const away = fc
  .tuple(fc.constantFrom<Breakable[]>('database', 'publishes'), fc.integer({ min: 2, max: 9 }))
  .map(([kind, steps]) => happening(`away (${kind}) for ${steps} steps`, ({ stage }) => stage.fail(kind, steps)));

const trouble: fc.Arbitrary<Happening>[] = [
  ...processes(
    'consumer',
    ({ consumers }) => consumers,
    (plant) => plant.startConsumer(),
  ),
  ...processes(
    'relay',
    ({ relays }) => relays,
    (plant) => plant.startRelay(),
  ),
  choice.map((at) => happening(`the broker is cut off ${at}`, ({ consumers }) => pick(consumers, at)?.cut())),
  choice.map((at) => happening(`a slow answer ${at}`, ({ stage }) => stage.runSlowly(at))),
  away,
  ...breaks('database'),
  ...breaks('transaction'),
  ...breaks('publishes'),
];

const often = (arbitrary: fc.Arbitrary<Happening>, times: number) => Array.from({ length: times }, () => arbitrary);
const days = (of: readonly fc.Arbitrary<Happening>[]) =>
  fc.commands<object, Plant, false>([...of], { maxCommands: 40, size: 'max' });

/** Events fail, and nothing else does. */
export const calmDays = days([...work, ...letters, ...often(steps, 6)]);

export const badDays = days([...work, ...letters, ...trouble, ...often(steps, 10)]);
