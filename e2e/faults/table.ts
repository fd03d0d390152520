/** One line for each run, as people read it. */
import { countNames } from './counts.ts';
import type { Outcome } from './run-scenario.ts';

export function tableOf(outcomes: readonly Outcome[]): string {
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
  return lines([head, ...outcomes.map(rowOf), totalOf(outcomes)]);
}

function rowOf({ scenario, seconds, verdict, settled, evidence, missing, gapMs, result, failed }: Outcome): string[] {
  const { counts } = verdict;
  const faults = Object.entries(evidence).filter(([what]) => what !== 'unknown');
  return [
    scenario.name,
    scenario.title,
    scenario.system.form,
    seconds.toFixed(0),
    String(verdict.acknowledged),
    `${verdict.unknown} (${verdict.recovered})`,
    String(verdict.refused),
    String(verdict.resent),
    faults.map(([what, times]) => `${times} ${what}`).join(', '),
    (gapMs / 1000).toFixed(1),
    settled.converged ? (settled.ms / 1000).toFixed(1) : `**never**: ${settled.left}`,
    ...shown(counts, failed),
    result === 'void' ? `void: ${missing.join(', ')}` : result === 'broken' ? '**broken**' : result,
  ];
}

function shown(counts: Outcome['verdict']['counts'], failed: number): string[] {
  const { lost, duplicated, phantom, orderViolated } = counts;
  const named = new Set(['lost', 'duplicated', 'phantom', 'orderViolated']);
  const others = countNames.filter((name) => !named.has(name) && counts[name] > 0);
  const rest = others.map((name) => `${name} ${counts[name]}`);
  if (failed > 0) rest.push(`${failed} unanswered`);
  return [String(lost), String(duplicated), String(phantom), String(orderViolated), rest.join(', ') || '0'];
}

function totalOf(outcomes: readonly Outcome[]): string[] {
  const total = (of: (outcome: Outcome) => number) => outcomes.reduce((sum, outcome) => sum + of(outcome), 0);
  const faults: Record<string, number> = {};
  for (const { evidence } of outcomes) {
    for (const [what, times] of Object.entries(evidence)) faults[what] = (faults[what] ?? 0) + (times ?? 0);
  }
  delete faults['unknown'];
  return [
    'all',
    '',
    '',
    total((it) => it.seconds).toFixed(0),
    String(total((it) => it.verdict.acknowledged)),
    `${total((it) => it.verdict.unknown)} (${total((it) => it.verdict.recovered)})`,
    String(total((it) => it.verdict.refused)),
    String(total((it) => it.verdict.resent)),
    Object.entries(faults)
      .map(([what, times]) => `${times} ${what}`)
      .join(', '),
    (Math.max(0, ...outcomes.map((it) => it.gapMs)) / 1000).toFixed(1),
    (Math.max(0, ...outcomes.map((it) => it.settled.ms)) / 1000).toFixed(1),
    ...(['lost', 'duplicated', 'phantom', 'orderViolated'] as const).map((name) =>
      String(total((it) => it.verdict.counts[name])),
    ),
    '',
    outcomes.every((it) => it.result === 'valid') ? 'valid' : '**not valid**',
  ];
}

function lines(cells: readonly (readonly string[])[]): string {
  const [head, ...rows] = cells;
  const widths = head!.map((_, at) => Math.max(3, ...cells.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
