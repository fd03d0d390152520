/** Reads a shop-floor log: one row a line, times in plant time. What cannot be read is named, never dropped. */
import { parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const name = z.string().min(1, 'is empty').max(100, 'is longer than 100 characters');
const quantity = z.string().regex(/^\d{1,14}(\.\d{1,4})?$/, 'is not a quantity of zero or more');

const isLocalTime = (text: string) => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text)) return false;
  const asUtc = new Date(`${text}Z`);
  // Date rolls 30 February over to March; the calendar does not.
  return !Number.isNaN(asUtc.getTime()) && asUtc.toISOString().startsWith(text);
};
const localTime = z.string().refine(isLocalTime, 'is not a time such as 2012-01-30T06:24:00');

const logRow = z.object({
  work_order: name,
  part: name,
  order_qty: quantity.refine((text) => Number(text) > 0, 'is not above zero'),
  seq: z.string().regex(/^\d{1,9}$/, 'is not a whole number'),
  operation: name,
  machine: name,
  worker: name,
  report_type: z.enum(['SETUP', 'PRODUCTION', 'BREAK'], 'is none of SETUP, PRODUCTION, BREAK'),
  started_at: localTime,
  ended_at: localTime,
  qty_completed: quantity,
  qty_for_mrb: quantity,
  rework: z.enum(['Y', 'N'], 'is neither Y nor N'),
});

export const logColumns = Object.keys(logRow.shape);

/** A row as it stands in the file; quantities stay text, because they are exact. */
export type LogRow = Readonly<z.infer<typeof logRow> & { line: number }>;
export type UnreadableRow = Readonly<{ line: number; workOrder: string; operation: string; reason: string }>;
export type Log = Readonly<{ rows: readonly LogRow[]; unreadable: readonly UnreadableRow[] }>;

/** Names a row across the files that hold it. */
export const rowKey = (row: Pick<LogRow, 'work_order' | 'seq'>): string => `${row.work_order}/${row.seq}`;

export const readLog = async (file: string): Promise<Log> => parseLog(await readFile(file, 'utf8'));

/** Pure. Throws only when the file as a whole is no such log. */
export function parseLog(text: string): Log {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const columns = fields(header) ?? [];
  const missing = logColumns.filter((column) => !columns.includes(column));
  if (missing.length > 0) throw new Error(`This is not a plant log: its first line lacks ${missing.join(', ')}.`);

  const rows: LogRow[] = [];
  const unreadable: UnreadableRow[] = [];
  const firsts = new Map<string, LogRow>();
  const lineOf = new Map<string, number>();
  for (const [index, content] of lines.entries()) {
    if (content.trim() === '') continue;
    const line = index + 2;
    const read = readRow(columns, content, line);
    const reason = read.row ? clash(read.row, firsts, lineOf) : read.reason;
    if (!read.row || reason !== null) {
      const { work_order: workOrder = '', operation = '' } = read.raw;
      unreadable.push({ line, workOrder, operation, reason: reason ?? '' });
      continue;
    }
    if (!firsts.has(read.row.work_order)) firsts.set(read.row.work_order, read.row);
    lineOf.set(rowKey(read.row), line);
    rows.push(read.row);
  }
  return { rows, unreadable };
}

type Fields = Readonly<Record<string, string>>;
type ReadRow = Readonly<{ raw: Fields } & ({ row: LogRow } | { row: null; reason: string })>;

function readRow(columns: readonly string[], content: string, line: number): ReadRow {
  const values = fields(content);
  if (!values) return { raw: {}, row: null, reason: 'its quotation marks do not close' };
  const raw = Object.fromEntries(columns.map((column, index) => [column, values[index] ?? '']));
  if (values.length !== columns.length) {
    return { raw, row: null, reason: `it has ${values.length} fields, the first line ${columns.length}` };
  }
  const read = logRow.safeParse(raw);
  if (read.success) return { raw, row: { ...read.data, line } };
  return { raw, row: null, reason: read.error.issues.map((it) => `${it.path.join('.')} ${it.message}`).join('; ') };
}

/** Each line is parsed alone, so that one stray quotation mark cannot swallow the rows after it. */
function fields(line: string): readonly string[] | null {
  try {
    const [record] = parse(line, { trim: true, relax_column_count: true }) as string[][];
    return record ?? [];
  } catch {
    return null;
  }
}

function clash(row: LogRow, firsts: ReadonlyMap<string, LogRow>, lineOf: ReadonlyMap<string, number>): string | null {
  const twin = lineOf.get(rowKey(row));
  if (twin !== undefined) return `line ${twin} has the same work_order and seq`;
  const first = firsts.get(row.work_order);
  if (first && (first.part !== row.part || first.order_qty !== row.order_qty)) {
    return `line ${first.line} gives the order as ${first.order_qty} × ${first.part}`;
  }
  return null;
}
