import { describe, expect, it } from 'vitest';
import { check } from './checker.ts';
import type { CommandAttempt, History, OrderRead, ReportAttempt } from './client-log.ts';
import { countNames, type CountName } from './counts.ts';
import type { Facts, ReportRow } from './facts.ts';

/** One order with a sawing and a last, packing operation; quality looks at every report of sawing, and at each 10 packed. */
const plant: History['plant'] = {
  orders: [
    {
      id: 'order',
      quantity: 1000,
      firstVersion: 3,
      operations: [
        { id: 'saw', isLast: false, stationId: 'station' },
        { id: 'pack', isLast: true, stationId: 'station' },
      ],
    },
  ],
  inspectedByPieces: { operationIds: ['pack'], every: 10 },
};

const report = (key: string, at: number, more: Partial<ReportAttempt> = {}): ReportAttempt => ({
  kind: 'report',
  key,
  orderId: 'order',
  operationId: 'saw',
  stationId: 'station',
  good: 2,
  scrap: 0,
  invokedAt: at,
  returnedAt: at + 5,
  outcome: 'ok',
  reportId: `row-${key}`,
  replayed: false,
  ...more,
});
const command = (sentVersion: number, at: number, more: Partial<CommandAttempt> = {}): CommandAttempt => ({
  kind: 'command',
  orderId: 'order',
  command: 'holdWorkOrder',
  invokedAt: at,
  returnedAt: at + 5,
  outcome: 'ok',
  sentVersion,
  version: sentVersion + 1,
  ...more,
});
const read = (at: number, good: number, version = 3): OrderRead => ({
  kind: 'read',
  orderId: 'order',
  outcome: 'ok',
  invokedAt: at,
  returnedAt: at + 5,
  version,
  good,
  scrap: 0,
});

/** What a sound system holds after these reports, in this order. */
function soundFacts(reports: readonly ReportAttempt[], version = 3): Facts {
  const rows = reports.map(({ key, reportId, operationId, good, scrap, kind }): ReportRow => ({
    id: reportId!,
    key,
    orderId: 'order',
    operationId,
    stationId: 'station',
    good,
    scrap,
    correctionOf: kind === 'correction' ? 'row-first' : null,
  }));
  const of = (operationId: string) => rows.filter((row) => row.operationId === operationId);
  const total = (some: readonly ReportRow[], what: 'good' | 'scrap') => some.reduce((sum, row) => sum + row[what], 0);
  const made = rows.filter((row) => row.correctionOf === null);
  const packed = made.filter((row) => row.operationId === 'pack');
  const sums = { good: total(of('pack'), 'good'), scrap: total(rows, 'scrap'), reportCount: made.length };
  return {
    orders: [{ id: 'order', version, ...sums }],
    operations: ['saw', 'pack'].map((id) => ({
      id,
      isLast: id === 'pack',
      good: total(of(id), 'good'),
      scrap: total(of(id), 'scrap'),
    })),
    reports: rows,
    outbox: rows.map(({ id }) => ({ reportId: id, orderId: 'order' })),
    inspections: [
      ...made.filter((row) => row.operationId === 'saw').map(({ id }) => ({ reportId: id, operationId: 'saw' })),
      ...Array.from({ length: Math.floor(total(packed, 'good') / 10) }, () => ({ reportId: 'x', operationId: 'pack' })),
    ],
    counted: made.map(({ id }, at) => ({ reportId: id, at })),
    tallies: ['saw', 'pack'].map((operationId) => ({
      operationId,
      good: total(
        made.filter((row) => row.operationId === operationId),
        'good',
      ),
    })),
    activities: rows.map(({ id, good }) => ({ reportId: id, good })),
    daily: [{ stationId: 'station', ...sums }],
    deadLetters: [],
  };
}

const history = (attempts: History['attempts'], more: Partial<History> = {}): History => ({
  plant,
  attempts,
  boards: [],
  faults: [],
  others: [],
  withoutErp: [],
  reconnects: 0,
  ...more,
});

const first = report('first', 0);
const second = report('second', 10);
const packing = report('packing', 20, { operationId: 'pack', good: 25 });
const all = [first, second, packing];

function expectOnly(found: ReturnType<typeof check>, expected: Partial<Record<CountName, number>>): void {
  const none = Object.fromEntries(countNames.map((name) => [name, 0]));
  expect(found.counts).toEqual({ ...none, ...expected });
}

const without = (facts: Facts, key: string): Facts => {
  const [gone] = facts.reports.filter((row) => row.key === key);
  return {
    ...facts,
    reports: facts.reports.filter((row) => row !== gone),
    outbox: facts.outbox.filter(({ reportId }) => reportId !== gone!.id),
  };
};

describe('a run without flaws', () => {
  it('counts nothing but what was asked', () => {
    const again = report('first', 30, { replayed: true });
    const found = check(history([...all, again]), soundFacts(all));
    expectOnly(found, {});
    expect(found).toMatchObject({ acknowledged: 3, attempts: 4, resent: 1, unknown: 0, refused: 0 });
  });

  it('may have done what the client does not know, or not', () => {
    const gone = report('gone', 40, { outcome: 'unknown' });
    const there = report('there', 50, { outcome: 'unknown' });
    const found = check(history([...all, gone, there]), soundFacts([...all, there]));
    expectOnly(found, {});
    expect(found).toMatchObject({ unknown: 2, recovered: 1 });
  });

  it('takes a correction for a change of its report', () => {
    const correction = report('less', 30, { kind: 'correction', good: -1 });
    expectOnly(check(history([...all, correction]), soundFacts([...all, correction])), {});
  });
});

describe('the checker finds', () => {
  it('a report that was acknowledged and is gone', () => {
    const found = check(history(all), without(soundFacts(all), 'first'));
    expect(found.counts.lost).toBe(1);
    expect(found.examples.lost).toEqual(['first']);
  });

  it('a report that counts twice', () => {
    const twice = report('first', 30, { reportId: 'row-again', replayed: false });
    const found = check(history([...all, twice]), soundFacts([...all, twice]));
    expectOnly(found, { duplicated: 1, wrongReplay: 1 });
  });

  it('a report that nobody has sent', () => {
    const strange = report('strange', 30);
    expectOnly(check(history(all), soundFacts([...all, strange])), { phantom: 1 });
  });

  it.each(['refused', 'unsent'] as const)('a report that was %s and is there', (outcome) => {
    const kept = report('kept', 30, { outcome });
    expectOnly(check(history([...all, kept]), soundFacts([...all, kept])), { refusedButThere: 1 });
  });

  it('a repeated request that is answered with something else', () => {
    const again = report('first', 30, { replayed: true, reportId: 'row-second' });
    expectOnly(check(history([...all, again]), soundFacts(all)), { wrongReplay: 1 });
  });

  it('sums of orders, operations, days and tallies that are not the sums of their rows', () => {
    const facts = soundFacts(all);
    const wrong = {
      orders: facts.orders.map((it) => ({ ...it, good: it.good - 1 })),
      operations: facts.operations.map((it) => ({ ...it, scrap: 1 })),
      daily: [],
      tallies: [],
    };
    // Two operations each have a sum and a tally of their own.
    expectOnly(check(history(all), { ...facts, ...wrong }), { wrongSum: 6 });
  });

  it('events that are missing or doubled', () => {
    const facts = soundFacts(all);
    const outbox = [facts.outbox[1]!, facts.outbox[2]!, facts.outbox[2]!];
    expectOnly(check(history(all), { ...facts, outbox }), { outboxMissing: 1, outboxTwice: 1 });
  });

  it('inspections that are missing or doubled, for a report and for a number of pieces', () => {
    const facts = soundFacts(all);
    const [, ...rest] = facts.inspections;
    expectOnly(check(history(all), { ...facts, inspections: [...rest, rest[0]!, rest.at(-1)!] }), {
      effectMissing: 1,
      effectTwice: 2,
    });
    expectOnly(check(history(all), { ...facts, inspections: facts.inspections.slice(0, -1) }), { effectMissing: 1 });
  });

  it('work that the equipment’s side did not hear of, or heard wrongly', () => {
    const facts = soundFacts(all);
    const [, ...rest] = facts.activities;
    const activities = [{ ...rest[0]!, good: 99 }, ...rest.slice(1)];
    expectOnly(check(history(all), { ...facts, activities }), { effectMissing: 1, wrongSum: 1 });
  });

  it('an event behind one that was asked for later', () => {
    const facts = soundFacts(all);
    expectOnly(check(history(all), { ...facts, outbox: [...facts.outbox].reverse(), counted: [] }), {
      orderViolated: 2,
    });
  });

  it('no fault in the order of events that were asked for at the same time', () => {
    const together = [report('one', 0), report('other', 3)];
    const facts = soundFacts(together);
    expectOnly(check(history(together), { ...facts, outbox: [...facts.outbox].reverse(), counted: [] }), {});
  });

  it('a report that quality counted before an earlier one', () => {
    const facts = soundFacts(all);
    const counted = facts.counted.map(({ reportId, at }) => ({ reportId, at: -at }));
    expectOnly(check(history(all), { ...facts, counted }), { orderViolated: 2 });
  });

  it('two commands that moved an order to one version', () => {
    const commands = [command(3, 0), command(3, 2)];
    expectOnly(check(history([...all, ...commands]), soundFacts(all, 4)), { versionTwice: 1 });
  });

  it('a version that no command accounts for, and one that is gone', () => {
    expectOnly(check(history([...all, command(3, 0)]), soundFacts(all, 5)), { versionGap: 1 });
    expectOnly(check(history([...all, command(3, 0), command(4, 10)]), soundFacts(all, 4)), { versionGap: 1 });
  });

  it('no gap where a command of unknown outcome may have moved the order', () => {
    const commands = [command(3, 0), command(4, 10, { outcome: 'unknown' })];
    expectOnly(check(history([...all, ...commands]), soundFacts(all, 5)), {});
    expectOnly(check(history([...all, ...commands]), soundFacts(all, 4)), {});
  });

  it('a read that does not show what was known before', () => {
    // Packed pieces are the order's; the report was acknowledged at 25.
    expectOnly(check(history([...all, read(26, 0)]), soundFacts(all)), { staleRead: 1 });
    expectOnly(check(history([...all, read(10, 0), read(18, 0), read(23, 0), read(26, 25)]), soundFacts(all)), {});
  });

  it('a read of pieces that nobody had reported yet', () => {
    expectOnly(check(history([...all, read(2, 25)]), soundFacts(all)), { staleRead: 1 });
  });

  it('a read of an older version than a command had made', () => {
    expectOnly(check(history([...all, command(3, 0), read(10, 0, 3)]), soundFacts(all, 4)), { staleRead: 1 });
  });

  it('more pieces than the order may have', () => {
    const much = report('much', 30, { operationId: 'pack', good: 2000 });
    const found = check(history([...all, much, read(40, 2025)]), soundFacts([...all, much]));
    expectOnly(found, { overReported: 1 });
  });

  it('dead letters that the run did not make, and none where it made some', () => {
    const facts = { ...soundFacts(all), deadLetters: [{ queue: 'qms.inspections', count: 2 }] };
    expectOnly(check(history(all), facts), { deadLetters: 2 });
    expectOnly(check(history(all), facts, { deadLetters: 2 }), {});
    expectOnly(check(history(all), facts, { deadLetters: 3 }), { deadLetters: 1 });
  });

  it('a board that stood still', () => {
    const right = { stationId: 'station', good: 29, scrap: 0, reportCount: 3 };
    expectOnly(check(history(all, { boards: [right] }), soundFacts(all)), {});
    expectOnly(check(history(all, { boards: [{ ...right, good: 4 }] }), soundFacts(all)), { wrongBoard: 1 });
  });

  it('a question that needed nothing of what was down and was not answered', () => {
    const answered = { down: ['mes'], asked: 'qms', isAnswered: true };
    expectOnly(check(history(all, { others: [answered] }), soundFacts(all)), {});
    const silent = { ...answered, isAnswered: false };
    expectOnly(check(history(all, { others: [answered, silent] }), soundFacts(all)), { othersSilent: 1 });
  });

  it('what was granted while the ERP, which must vouch for it, was away', () => {
    const refused = { away: 'bom', asked: 'an order', isGranted: false, code: 'BOM_UNAVAILABLE' };
    expectOnly(check(history(all, { withoutErp: [refused] }), soundFacts(all)), {});
    const granted = { away: 'bom', asked: 'an order', isGranted: true };
    expectOnly(check(history(all, { withoutErp: [refused, granted] }), soundFacts(all)), { grantedUnvouched: 1 });
  });
});
