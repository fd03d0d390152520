import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkInterval,
  dayIn,
  linesOf,
  operatorOf,
  secondsOf,
  shareTime,
  sumOf,
  takesTime,
  type Job,
} from './rules.ts';

const minute = (at: number) => new Date(Date.UTC(2026, 2, 10, 8, at));
const now = minute(600);
let ids = 0;

const aJob = (from: number, to: number | null, change: Partial<Job> = {}): Job => ({
  id: `job-${String(++ids).padStart(5, '0')}`,
  factoryId: 'f',
  workOrderId: 'order',
  operationId: 'operation',
  stationId: 'station',
  kind: 'LABOUR',
  operatorId: 'ann',
  startedAt: minute(from),
  endedAt: to === null ? null : minute(to),
  recordedBy: 'ann',
  void: null,
  ...change,
});

const minutes = (jobs: readonly Job[], at = now) =>
  shareTime(jobs, at).map(({ milliseconds }) => milliseconds / 60_000);

describe('the time of an operator', () => {
  it('is all of it, on one job', () => {
    expect(minutes([aJob(0, 30)])).toEqual([30]);
  });

  it('is divided equally at every instant in which there are several jobs', () => {
    // Alone until 10, two until 20, three until 30, and the last one alone until 60.
    expect(minutes([aJob(0, 30), aJob(10, 30), aJob(20, 60)])).toEqual([10 + 5 + 10 / 3, 5 + 10 / 3, 10 / 3 + 30]);
  });

  it('is shared with jobs of other orders and set-up, but not with another operator or another plant', () => {
    const jobs = [
      aJob(0, 30, { kind: 'SETUP' }),
      aJob(0, 30, { workOrderId: 'other' }),
      aJob(0, 30, { operatorId: 'ben' }),
      aJob(0, 30, { factoryId: 'g' }),
    ];
    expect(minutes(jobs)).toEqual([15, 15, 30, 30]);
  });

  it('is not taken by what the machine does by itself, nor by a voided job', () => {
    const mistake = { reason: 'wrong order', voidedBy: 'ann', voidedAt: now };
    const jobs = [
      aJob(0, 30),
      aJob(0, 30, { kind: 'MACHINE', operatorId: null }),
      aJob(0, 30, { kind: 'MACHINE', operatorId: null }),
      aJob(0, 30, { void: mistake }),
    ];
    expect(minutes(jobs)).toEqual([30, 30, 30]);
  });

  it('counts until now while the job runs, and only within the day that is asked for', () => {
    expect(minutes([aJob(590, null)])).toEqual([10]);
    const within = { from: minute(5).getTime(), to: minute(20).getTime() };
    expect(shareTime([aJob(0, 30), aJob(15, null)], now, within).map((it) => it.milliseconds / 60_000)).toEqual([
      12.5, 2.5,
    ]);
  });

  const someJobs = fc.array(
    fc.record({
      from: fc.integer({ min: 0, max: 2_000 }),
      length: fc.integer({ min: 0, max: 2_000 }),
      operator: fc.constantFrom('ann', 'ben', null),
      order: fc.constantFrom('one', 'two'),
      isVoid: fc.boolean(),
    }),
    { maxLength: 25 },
  );

  it('adds up, over all jobs, to the time in which the operator was on any', () => {
    fc.assert(
      fc.property(someJobs, (drawn) => {
        const at = (ms: number) => new Date(now.getTime() + ms);
        const jobs = drawn.map(({ from, length, operator, order, isVoid }) =>
          aJob(0, 0, {
            workOrderId: order,
            operatorId: operator,
            kind: operator ? 'LABOUR' : 'MACHINE',
            startedAt: at(from),
            endedAt: at(from + length),
            void: isVoid ? { reason: 'x', voidedBy: 'x', voidedAt: now } : null,
          }),
        );
        const shared = shareTime(jobs, at(10_000));
        for (const operator of ['ann', 'ben']) {
          const own = jobs.filter((job) => job.operatorId === operator && !job.void);
          const busy = Array.from({ length: 4_000 }, (_, ms) => at(ms)).filter((ms) =>
            own.some(({ startedAt, endedAt }) => startedAt <= ms && ms < endedAt!),
          );
          const given = shared.filter(({ job }) => job.operatorId === operator);
          expect(given.reduce((sum, it) => sum + it.milliseconds, 0)).toBe(busy.length);
          for (const { job, milliseconds } of given) {
            expect(milliseconds).toBeLessThanOrEqual(job.endedAt!.getTime() - job.startedAt.getTime());
          }
        }
        for (const { job, milliseconds } of shared.filter((it) => it.job.operatorId === null)) {
          expect(milliseconds).toBe(job.endedAt!.getTime() - job.startedAt.getTime());
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order in which the jobs are read', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([aJob(0, 7), aJob(3, 11), aJob(3, 5), aJob(9, 10)], { minLength: 4 }), (jobs) => {
        const shares = new Map(shareTime(jobs, now).map(({ job, milliseconds }) => [job.id, milliseconds]));
        const sorted = [...jobs].sort((a, b) => (a.id < b.id ? -1 : 1));
        expect(shareTime(sorted, now).every(({ job, milliseconds }) => shares.get(job.id) === milliseconds)).toBe(true);
      }),
    );
  });
});

describe('sums', () => {
  it('are by operation, station, operator and kind, to the millisecond', () => {
    const jobs = [aJob(0, 10), aJob(20, 30), aJob(0, 5, { operatorId: null, kind: 'MACHINE' })];
    const lines = linesOf(shareTime(jobs, now));
    expect(lines).toHaveLength(2);
    expect(sumOf(lines, 'LABOUR')).toBe('1200');
    expect(sumOf(lines, 'MACHINE')).toBe('300');
    expect(sumOf(lines, 'SETUP')).toBe('0');
    const thirds = shareTime([aJob(0, 1), aJob(0, 1), aJob(0, 1)], now).slice(0, 1);
    expect(secondsOf(thirds)).toBe('20');
  });
});

describe('a day at the plant', () => {
  it.each([
    ['2026-03-10', 24],
    ['2026-03-29', 23],
    ['2026-10-25', 25],
  ])('%s has %i hours in Berlin', (date, hours) => {
    const { from, to } = dayIn('Europe/Berlin', date);
    expect((to - from) / 3_600_000).toBe(hours);
  });
});

describe('time typed in afterwards', () => {
  const work = { startedAt: minute(0), endedAt: minute(60) };
  it('is taken when it has passed', () => {
    expect(checkInterval(work, now)).toMatchObject({ ok: true });
  });

  it.each([
    ['backwards', { endedAt: minute(-1) }, 'BAD_INTERVAL'],
    ['without a length', { endedAt: minute(0) }, 'BAD_INTERVAL'],
    ['of more than seven days', { startedAt: minute(60 - 7 * 24 * 60 - 1) }, 'BAD_INTERVAL'],
    ['that has not passed', { endedAt: minute(601) }, 'IN_THE_FUTURE'],
    ['of another century', { startedAt: new Date('1999-01-01Z'), endedAt: new Date('1999-01-02Z') }, 'TOO_OLD'],
  ])('is refused %s', (_case, change, refusal) => {
    expect(checkInterval({ ...work, ...change }, now)).toEqual({ ok: false, refusal });
  });

  it('is the user’s own unless somebody else is named, and nobody’s on a machine', () => {
    expect(operatorOf('LABOUR', undefined, 'ann')).toMatchObject({ state: 'ann' });
    expect(operatorOf('SETUP', 'ben', 'ann')).toMatchObject({ state: 'ben' });
    expect(operatorOf('MACHINE', null, 'ann')).toMatchObject({ state: null });
    expect(operatorOf('MACHINE', 'ben', 'ann')).toEqual({ ok: false, refusal: 'BAD_OPERATOR' });
    expect(operatorOf('LABOUR', ' ', 'ann')).toEqual({ ok: false, refusal: 'BAD_OPERATOR' });
  });

  it('goes to orders that are or were on the floor, until their books are closed', () => {
    const taking = ['DRAFT', 'PLANNED', 'RELEASED', 'IN_PROGRESS', 'HELD', 'COMPLETED', 'CLOSED', 'CANCELLED'];
    expect(taking.filter(takesTime)).toEqual(['RELEASED', 'IN_PROGRESS', 'HELD', 'COMPLETED']);
  });
});
