/** Says in a table what became of a log. Pure. */
import type { ImportOutcome } from './import-log.ts';
import type { RowOutcome } from './rows.ts';

export type RowCounts = Readonly<{
  read: number;
  new: number;
  known: number;
  accepted: number;
  refused: number;
  unsent: number;
  refusedByCode: ReadonlyMap<string, number>;
}>;

export function countRows({ rowsRead, rows }: Pick<ImportOutcome, 'rowsRead' | 'rows'>): RowCounts {
  const of = (kind: RowOutcome['kind']) => rows.filter((row) => row.kind === kind).length;
  const byCode = new Map<string, number>();
  for (const row of rows) if (row.kind === 'refused') byCode.set(row.code, (byCode.get(row.code) ?? 0) + 1);
  return {
    read: rowsRead,
    new: of('new'),
    known: of('known'),
    accepted: of('new') + of('known'),
    refused: of('refused'),
    unsent: of('unsent'),
    refusedByCode: new Map([...byCode].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
  };
}

/** Nothing was left unsent, and every row is accounted for. */
export const isComplete = (outcome: ImportOutcome): boolean => {
  const { read, accepted, refused, unsent } = countRows(outcome);
  return unsent === 0 && accepted + refused === read && outcome.orders.every(({ kind }) => kind !== 'unsent');
};

export function describeImport(outcome: ImportOutcome): string {
  const rows = countRows(outcome);
  const orders = (kind: string) => outcome.orders.filter((order) => order.kind === kind).length;
  const lines = [
    ...table([
      ['stations', outcome.stations, ''],
      ['routings', outcome.routings, ''],
      ['orders', outcome.orders.length, `${orders('new')} new, ${orders('known')} already known${also(orders)}`],
      ['  by state', '', states(outcome)],
      ['rows read', rows.read, ''],
      ['rows accepted', rows.accepted, `${rows.new} new, ${rows.known} already known`],
      ['rows refused', rows.refused, [...rows.refusedByCode].map(([code, count]) => `${count} ${code}`).join(', ')],
      ...(rows.unsent > 0 ? [['rows not sent', rows.unsent, 'run the import again'] as const] : []),
    ]),
    `accepted ${rows.accepted} + refused ${rows.refused}${rows.unsent > 0 ? ` + not sent ${rows.unsent}` : ''} = ${rows.accepted + rows.refused + rows.unsent} of ${rows.read} rows`,
    ...listing('Refused:', outcome.rows, 'refused'),
    ...listing('Not sent:', outcome.rows, 'unsent'),
  ];
  return lines.join('\n');
}

const also = (orders: (kind: string) => number) =>
  ['refused', 'unsent'].flatMap((kind) => (orders(kind) > 0 ? [`, ${orders(kind)} ${kind}`] : [])).join('');

function states({ orders }: ImportOutcome): string {
  const counts = new Map<string, number>();
  for (const { status } of orders) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}

function table(cells: readonly (readonly [string, number | string, string])[]): string[] {
  const width = Math.max(...cells.map(([label]) => label.length));
  return cells.map(([label, count, note]) => `${label.padEnd(width)}  ${String(count).padStart(5)}  ${note}`.trimEnd());
}

type Exception = Extract<RowOutcome, { code: string }>;

function listing(title: string, rows: readonly RowOutcome[], kind: Exception['kind']): string[] {
  const listed = rows.filter((row): row is Exception => row.kind === kind);
  if (listed.length === 0) return [];
  const cells = listed.map((row) => {
    const kept = row.kind === 'refused' && row.kept ? ` Kept: ${row.kept}.` : '';
    return [String(row.line), row.workOrder, row.operation, row.code, `${row.message}${kept}`];
  });
  const header = ['line', 'order', 'operation', 'code', 'reason'];
  const widths = header.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`;
  return ['', title, ...[header, ...cells].map((row) => line(row).trimEnd())];
}
