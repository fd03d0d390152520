import type { History, ReportAttempt } from './client-log.ts';

/** All attempts with one key. */
export type Request = Readonly<{
  key: string;
  attempts: readonly ReportAttempt[];
  /** The best that the client knows: one `ok` is enough, and a refusal counts only where nothing is unknown. */
  outcome: ReportAttempt['outcome'];
  invokedAt: number;
  /** When the client first knew that it was done. */
  acknowledgedAt: number;
}>;

export function requestsOf(history: History): ReadonlyMap<string, Request> {
  const reports = history.attempts.filter(
    (it): it is ReportAttempt => it.kind === 'report' || it.kind === 'correction',
  );
  return new Map(
    [...groupBy(reports, ({ key }) => key)].map(([key, attempts]) => {
      const has = (outcome: ReportAttempt['outcome']) => attempts.some((attempt) => attempt.outcome === outcome);
      const outcome = (['ok', 'unknown', 'refused'] as const).find(has) ?? 'unsent';
      const oks = attempts.filter((attempt) => attempt.outcome === 'ok');
      const invokedAt = Math.min(...attempts.map((attempt) => attempt.invokedAt));
      const acknowledgedAt = Math.min(...oks.map((attempt) => attempt.returnedAt));
      return [key, { key, attempts, outcome, invokedAt, acknowledgedAt }];
    }),
  );
}

export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
