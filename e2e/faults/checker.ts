/** Compares what clients saw with what the system holds after the faults are over. Pure. */
import type { History } from './client-log.ts';
import { emptyCounts, type CountName, type Verdict } from './counts.ts';
import type { Facts, ReportRow } from './facts.ts';
import { orderViolations, readViolations, versionViolations } from './order-checks.ts';
import { groupBy, requestsOf, type Request } from './requests.ts';

/** Dead letters that the run itself has made. */
export type Expected = Readonly<{ deadLetters: number }>;

const KEPT_EXAMPLES = 5;

export function check(history: History, facts: Facts, expected: Expected = { deadLetters: 0 }): Verdict {
  const counts = emptyCounts();
  const examples: Partial<Record<CountName, string[]>> = {};
  const found = (name: CountName, what: string, times = 1): void => {
    if (times <= 0) return;
    counts[name] += times;
    const kept = (examples[name] ??= []);
    if (kept.length < KEPT_EXAMPLES) kept.push(what);
  };

  const requests = requestsOf(history);
  const rowsByKey = groupBy(facts.reports, (row) => row.key);
  checkRequests(requests, rowsByKey, facts, found);
  checkSums(facts, found);
  checkEvents(facts, found);
  checkInspections(history, facts, found);
  checkBoards(history, facts, found);
  checkOthers(history, found);
  checkGrants(history, found);
  for (const what of versionViolations(history, facts)) found(what.name, what.example, what.times);
  for (const example of orderViolations(requests, facts)) found('orderViolated', example);
  for (const { name, example } of readViolations(history, requests, rowsByKey)) found(name, example);

  const dead = facts.deadLetters.reduce((sum, { count }) => sum + count, 0);
  found('deadLetters', JSON.stringify(facts.deadLetters), Math.abs(dead - expected.deadLetters));

  const all = [...requests.values()];
  const unknown = all.filter((request) => request.outcome === 'unknown');
  return {
    counts,
    examples,
    acknowledged: all.filter((request) => request.outcome === 'ok').length,
    attempts: all.reduce((sum, request) => sum + request.attempts.length, 0),
    unknown: all.filter((request) => request.attempts.some((attempt) => attempt.outcome === 'unknown')).length,
    recovered: unknown.filter((request) => rowsByKey.has(request.key)).length,
    refused: all.filter((request) => request.outcome === 'refused').length,
    resent: all.filter((request) => request.attempts.filter(({ outcome }) => outcome === 'ok').length > 1).length,
  };
}

type Found = (name: CountName, what: string, times?: number) => void;

function checkRequests(
  requests: ReadonlyMap<string, Request>,
  rowsByKey: ReadonlyMap<string, readonly ReportRow[]>,
  facts: Facts,
  found: Found,
): void {
  const ids = new Set(facts.reports.map(({ id }) => id));
  for (const [key, { attempts, outcome }] of requests) {
    const rows = rowsByKey.get(key) ?? [];
    const answered = new Set(attempts.flatMap(({ reportId }) => reportId ?? []));
    if (outcome === 'ok' && ![...answered].some((id) => ids.has(id))) found('lost', key);
    if (rows.length > 1) found('duplicated', key, rows.length - 1);
    if (rows.length > 0 && (outcome === 'refused' || outcome === 'unsent')) found('refusedButThere', key);
    const fresh = attempts.filter((attempt) => attempt.outcome === 'ok' && attempt.replayed === false);
    if (answered.size > 1 || fresh.length > 1) found('wrongReplay', `${key}: ${[...answered].join(', ')}`);
  }
  for (const [key, rows] of rowsByKey) if (!requests.has(key)) found('phantom', key, rows.length);
}

/** What is kept as a sum must be the sum of the rows. */
function checkSums(facts: Facts, found: Found): void {
  const isLast = new Map(facts.operations.map((operation) => [operation.id, operation.isLast]));
  const byOperation = groupBy(facts.reports, (row) => row.operationId);
  for (const { id, good, scrap } of facts.operations) {
    const rows = byOperation.get(id) ?? [];
    differs(found, 'wrongSum', `operation ${id}`, [good, scrap], [sum(rows, 'good'), sum(rows, 'scrap')]);
  }
  const byOrder = groupBy(facts.reports, (row) => row.orderId);
  for (const { id, good, scrap, reportCount } of facts.orders) {
    const rows = byOrder.get(id) ?? [];
    const last = rows.filter((row) => isLast.get(row.operationId));
    const made = rows.filter((row) => row.correctionOf === null).length;
    differs(
      found,
      'wrongSum',
      `order ${id}`,
      [good, scrap, reportCount],
      [sum(last, 'good'), sum(rows, 'scrap'), made],
    );
  }
  const byStation = groupBy(facts.reports, (row) => row.stationId);
  const daily = new Map(facts.daily.map((row) => [row.stationId, row]));
  for (const [station, rows] of byStation) {
    const last = rows.filter((row) => isLast.get(row.operationId));
    const made = rows.filter((row) => row.correctionOf === null).length;
    const kept = daily.get(station) ?? { good: 0, scrap: 0, reportCount: 0 };
    const has = [kept.good, kept.scrap, kept.reportCount];
    differs(found, 'wrongSum', `day of station ${station}`, has, [sum(last, 'good'), sum(rows, 'scrap'), made]);
  }
}

/** Every row has left one event, and the equipment's side has heard of it once. */
function checkEvents({ reports, outbox, activities }: Facts, found: Found): void {
  const events = groupBy(outbox, ({ reportId }) => reportId);
  const heard = groupBy(activities, ({ reportId }) => reportId);
  for (const { id, good } of reports) {
    const sent = events.get(id)?.length ?? 0;
    if (sent === 0) found('outboxMissing', id);
    if (sent > 1) found('outboxTwice', id, sent - 1);
    const effects = heard.get(id) ?? [];
    if (effects.length === 0) found('effectMissing', `equipment: ${id}`);
    if (effects.length > 1) found('effectTwice', `equipment: ${id}`, effects.length - 1);
    if (effects.length === 1 && effects[0]!.good !== good) found('wrongSum', `equipment: ${id}`);
  }
}

function checkInspections({ plant }: History, { reports, inspections, tallies }: Facts, found: Found): void {
  const { operationIds, every } = plant.inspectedByPieces;
  const byPieces = new Set(operationIds);
  const byReport = groupBy(inspections, ({ reportId }) => reportId);
  const made = reports.filter((row) => row.correctionOf === null);
  for (const row of made) {
    if (byPieces.has(row.operationId)) continue;
    const count = byReport.get(row.id)?.length ?? 0;
    if (count === 0) found('effectMissing', `inspection: ${row.id}`);
    if (count > 1) found('effectTwice', `inspection: ${row.id}`, count - 1);
  }
  const counted = groupBy(made, ({ operationId }) => operationId);
  const kept = new Map(tallies.map((tally) => [tally.operationId, tally]));
  const byOperation = groupBy(inspections, ({ operationId }) => operationId);
  for (const [operationId, rows] of counted) {
    const good = sum(rows, 'good');
    differs(found, 'wrongSum', `tally of ${operationId}`, [kept.get(operationId)?.good ?? 0], [good]);
    if (!byPieces.has(operationId)) continue;
    const opened = byOperation.get(operationId)?.length ?? 0;
    const due = Math.floor(good / every);
    found('effectMissing', `inspections of ${operationId}: ${opened} of ${due}`, due - opened);
    found('effectTwice', `inspections of ${operationId}: ${opened} of ${due}`, opened - due);
  }
}

function checkBoards({ boards }: History, { reports }: Facts, found: Found): void {
  const byStation = groupBy(reports, (row) => row.stationId);
  for (const { stationId, good, scrap, reportCount } of boards) {
    const rows = byStation.get(stationId) ?? [];
    const made = rows.filter((row) => row.correctionOf === null).length;
    const has = [good, scrap, reportCount];
    differs(found, 'wrongBoard', `station ${stationId}`, has, [sum(rows, 'good'), sum(rows, 'scrap'), made]);
  }
}

/** A process that is down takes nothing with it that does not need it. */
function checkOthers({ others }: History, found: Found): void {
  for (const { down, asked, isAnswered, code } of others) {
    if (!isAnswered) found('othersSilent', `${asked} without ${down.join(', ')}: ${code ?? 'no answer'}`);
  }
}

/** Nobody grants what the ERP would have to vouch for while it is away. */
function checkGrants({ withoutErp }: History, found: Found): void {
  for (const { away, asked, isGranted } of withoutErp) {
    if (isGranted) found('grantedUnvouched', `${asked} without ${away}`);
  }
}

function differs(found: Found, name: CountName, where: string, has: readonly number[], due: readonly number[]): void {
  if (has.some((value, at) => value !== due[at])) found(name, `${where}: ${has.join('/')} instead of ${due.join('/')}`);
}

const sum = (rows: readonly ReportRow[], of: 'good' | 'scrap'): number =>
  rows.reduce((total, row) => total + row[of], 0);
