/** One line for each run, as people read it. */
import { countNames } from './counts.ts';
import type { RunRecord } from './records.ts';

const head = [
  'run',
  'what was broken',
  'form',
  'seconds',
  'acknowledged',
  'unknown (there)',
  'refused',
  'sent again',
  'evidence',
  'longest gap s',
  'quiet after s',
  'lost',
  'duplicated',
  'phantom',
  'order',
  'other flaws',
  'result',
];

export const tableOf = (records: readonly RunRecord[]): string =>
  lines([head, ...records.map(rowOf), totalOf(records)]);

function rowOf(record: RunRecord): string[] {
  const { counts, missing, result, failed } = record;
  return [
    record.name,
    record.title,
    record.form,
    record.seconds.toFixed(0),
    String(record.acknowledged),
    `${record.unknown} (${record.recovered})`,
    String(record.refused),
    String(record.resent),
    evidenceText(record.evidence),
    seconds(record.gapMs),
    record.converged ? seconds(record.quietAfterMs) : `**never**: ${record.left}`,
    ...shown(counts, failed),
    result === 'void' ? `void: ${missing.join(', ')}` : result === 'broken' ? '**broken**' : result,
  ];
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

function evidenceText(evidence: Readonly<Record<string, number>>): string {
  const shownOnes = Object.entries(evidence).filter(([what]) => what !== 'unknown');
  return shownOnes.map(([what, times]) => `${times} ${what}`).join(', ');
}

function shown(counts: RunRecord['counts'], failed: number): string[] {
  const { lost, duplicated, phantom, orderViolated } = counts;
  const rest = flawsOf(counts, new Set(['lost', 'duplicated', 'phantom', 'orderViolated']));
  if (failed > 0) rest.push(`${failed} unanswered`);
  return [String(lost), String(duplicated), String(phantom), String(orderViolated), rest.join(', ') || '0'];
}

/** The counts that are not zero. */
export const flawsOf = (counts: RunRecord['counts'], but: ReadonlySet<string> = new Set()): string[] =>
  countNames.filter((name) => !but.has(name) && counts[name] > 0).map((name) => `${name} ${counts[name]}`);

function totalOf(records: readonly RunRecord[]): string[] {
  const total = (of: (record: RunRecord) => number) => records.reduce((sum, record) => sum + of(record), 0);
  const most = (of: (record: RunRecord) => number) => Math.max(0, ...records.map(of));
  return [
    'all',
    '',
    '',
    total((it) => it.seconds).toFixed(0),
    String(total((it) => it.acknowledged)),
    `${total((it) => it.unknown)} (${total((it) => it.recovered)})`,
    String(total((it) => it.refused)),
    String(total((it) => it.resent)),
    evidenceText(totalEvidence(records)),
    seconds(most((it) => it.gapMs)),
    seconds(most((it) => it.quietAfterMs)),
    ...(['lost', 'duplicated', 'phantom', 'orderViolated'] as const).map((name) =>
      String(total((it) => it.counts[name])),
    ),
    '',
    records.every((it) => it.result === 'valid') ? 'valid' : '**not valid**',
  ];
}

export function totalEvidence(records: readonly Pick<RunRecord, 'evidence'>[]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const { evidence } of records) {
    for (const [what, times] of Object.entries(evidence)) total[what] = (total[what] ?? 0) + times;
  }
  return total;
}

/** A table of Markdown that is also readable as it is. */
export function lines(cells: readonly (readonly string[])[]): string {
  const [first, ...rows] = cells;
  const widths = first!.map((_, at) => Math.max(3, ...cells.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  return [line(first!), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
