/** What happened first must look as if it had: orders of events, versions of orders, and reads. Pure. */
import type { CommandAttempt, History, OrderRead } from './client-log.ts';
import type { CountName } from './counts.ts';
import type { Facts, ReportRow } from './facts.ts';
import { groupBy, type Request } from './requests.ts';

type Placed = Readonly<{ invokedAt: number; returnedAt: number; place: number; what: string }>;

/** Pairs of which one was known to be done before the other was asked for, but stands behind it. */
function misplaced(items: readonly Placed[]): string[] {
  const wrong: string[] = [];
  let first: Placed | undefined;
  for (const item of [...items].sort((a, b) => b.place - a.place)) {
    if (first && first.returnedAt < item.invokedAt) wrong.push(`${first.what} stands behind ${item.what}`);
    if (!first || item.returnedAt < first.returnedAt) first = item;
  }
  return wrong;
}

/** Reports of one order: the outbox has them as they happened, and quality counted them as the outbox has them. */
export function orderViolations(requests: ReadonlyMap<string, Request>, facts: Facts): string[] {
  const rows = new Map(facts.reports.map((row) => [row.id, row]));
  const countedAt = new Map(facts.counted.map(({ reportId, at }) => [reportId, at]));
  const seen = new Set<string>();
  const places = facts.outbox.flatMap(({ reportId, orderId }, place) => {
    const row = rows.get(reportId);
    // What is there twice is counted as that.
    if (!row || seen.has(row.key)) return [];
    seen.add(row.key);
    return [{ orderId, place, row, request: requests.get(row.key) }];
  });
  return [...groupBy(places, ({ orderId }) => orderId).values()].flatMap((ofOrder) => {
    const known = ofOrder.flatMap(({ request, row, place }): Placed[] =>
      request
        ? [{ invokedAt: request.invokedAt, returnedAt: request.acknowledgedAt, place, what: `event of ${row.key}` }]
        : [],
    );
    let last = -Infinity;
    const late = ofOrder.flatMap(({ row }) => {
      const at = countedAt.get(row.id);
      if (at === undefined) return [];
      const isBehind = at < last;
      last = Math.max(last, at);
      return isBehind ? [`quality counted ${row.id} after a later one of order ${row.orderId}`] : [];
    });
    return [...misplaced(known), ...late];
  });
}

type Violation = Readonly<{ name: CountName; example: string; times: number }>;

/** Each accepted command moves the version by one, and no two of them to the same. */
export function versionViolations(history: History, facts: Facts): Violation[] {
  const commands = history.attempts.filter((it): it is CommandAttempt => it.kind === 'command');
  const byOrder = groupBy(commands, ({ orderId }) => orderId);
  const finalVersions = new Map(facts.orders.map(({ id, version }) => [id, version]));
  return history.plant.orders.flatMap(({ id, firstVersion }): Violation[] => {
    const asked = byOrder.get(id) ?? [];
    const accepted = asked.filter(({ outcome }) => outcome === 'ok');
    const unknown = asked.filter(({ outcome }) => outcome === 'unknown').length;
    const versions = new Set(accepted.map(({ version }) => version));
    const moved = (finalVersions.get(id) ?? 0) - firstVersion;
    const wrong = accepted.filter(({ version, sentVersion }) => version !== sentVersion + 1).length;
    const early = misplaced(
      accepted.map((it) => ({ ...it, place: it.version!, what: `${it.command} to version ${it.version}` })),
    );
    return [
      { name: 'versionTwice', example: `order ${id}`, times: accepted.length - versions.size + wrong },
      // Versions that no acknowledged command accounts for, nor one of unknown outcome; or acknowledged ones that are gone.
      {
        name: 'versionGap',
        example: `order ${id}: moved by ${moved}, ${accepted.length} accepted, ${unknown} unknown`,
        times: Math.max(0, moved - versions.size - unknown) + Math.max(0, versions.size - moved),
      },
      ...early.map((example): Violation => ({ name: 'orderViolated', example, times: 1 })),
    ];
  });
}

/**
 * A read shows at least what was known before it was asked for, and at most what had been asked for when it was
 * answered; and never more pieces than the order may have.
 */
export function readViolations(
  history: History,
  requests: ReadonlyMap<string, Request>,
  rowsByKey: ReadonlyMap<string, readonly ReportRow[]>,
): Readonly<{ name: CountName; example: string }>[] {
  const { orders } = history.plant;
  const last = new Set(orders.flatMap(({ operations }) => operations.filter((it) => it.isLast).map(({ id }) => id)));
  const quantityOf = new Map(orders.map(({ id, quantity }) => [id, quantity]));
  // What certainly never counted sets no bound.
  const counted = [...requests.values()].flatMap((request) => {
    const { orderId, operationId, good } = request.attempts[0]!;
    const mayCount = request.outcome === 'ok' || (request.outcome === 'unknown' && rowsByKey.has(request.key));
    return mayCount && last.has(operationId) ? [{ ...request, orderId, good }] : [];
  });
  const byOrder = groupBy(counted, ({ orderId }) => orderId);
  const versions = groupBy(
    history.attempts.filter((it): it is CommandAttempt => it.kind === 'command' && it.outcome === 'ok'),
    ({ orderId }) => orderId,
  );
  const reads = history.attempts.filter((it): it is OrderRead => it.kind === 'read' && it.outcome === 'ok');
  return reads.flatMap((read) => {
    let least = 0;
    let most = 0;
    for (const { invokedAt, acknowledgedAt, good } of byOrder.get(read.orderId) ?? []) {
      const isSure = acknowledgedAt < read.invokedAt;
      const isPossible = invokedAt < read.returnedAt;
      if (isSure || (isPossible && good < 0)) least += good;
      if (isSure || (isPossible && good > 0)) most += good;
    }
    const known = (versions.get(read.orderId) ?? []).filter(({ returnedAt }) => returnedAt < read.invokedAt);
    const version = Math.max(0, ...known.map((command) => command.version!));
    const wrong: { name: CountName; example: string }[] = [];
    const about = `order ${read.orderId} read ${read.good}, version ${read.version}`;
    if (read.good < least || read.good > most || read.version < version)
      wrong.push({ name: 'staleRead', example: `${about}: not within ${least} … ${most}, version ${version}` });
    if (read.good > (quantityOf.get(read.orderId) ?? Infinity)) wrong.push({ name: 'overReported', example: about });
    return wrong;
  });
}
