/** Results as people read them and as programs do. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadAverage, type About } from './machine/about.ts';
import type { Spread } from './measure/rounds.ts';
import { root } from './systems/node-process.ts';

export type Row = Readonly<Record<string, string | number>>;

export type Target = Readonly<{ what: string; limit: string; measured: string; met: boolean }>;

export type Result = Readonly<{
  name: string;
  title: string;
  /** Sentences: what was done, and what the figures do not say. */
  notes: readonly string[];
  tables: readonly Readonly<{ title: string; rows: readonly Row[] }>[];
  targets: readonly Target[];
  /** Everything that was measured, round by round. */
  samples: unknown;
}>;

export const folder = path.join(root, 'bench/results');

export function writeResult(result: Result, about: About): void {
  const whole = { ...about, 'load average after': loadAverage() };
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, result.name);
  writeFileSync(`${file}.json`, `${JSON.stringify({ about: whole, ...result }, null, 2)}\n`);
  const text = asMarkdown(result, whole);
  writeFileSync(`${file}.md`, text);
  console.log(`\n${text}\nWritten to ${path.relative(root, file)}.{md,json}`);
}

function asMarkdown({ title, notes, tables, targets }: Result, about: About): string {
  const parts = [`# ${title}`];
  if (targets.length > 0) {
    const rows = targets.map(({ what, limit, measured, met }) => ({
      target: what,
      limit,
      measured,
      met: met ? 'yes' : '**no**',
    }));
    parts.push(table(rows));
  }
  for (const { title: heading, rows } of tables) parts.push(`## ${heading}`, table(rows));
  parts.push(notes.map((note) => `- ${note}`).join('\n'));
  parts.push('## Taken on', table(Object.entries(about).map(([what, value]) => ({ what, value }))));
  return `${parts.join('\n\n')}\n`;
}

function table(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => shown(row[column])))];
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  const [head, ...body] = cells;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

const shown = (value: string | number | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : figure(value);

/** Three significant digits: more would claim more than was measured. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1000) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
};

export const range = ({ median, least, most }: Spread): string =>
  `${figure(median)} (${figure(least)} … ${figure(most)})`;
