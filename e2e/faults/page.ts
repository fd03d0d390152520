/** `docs/reliability.md` has tables between marks; they come from the results that the last runs left. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defectTable, type DefectRecord } from './defects/defect-table.ts';
import { missingOf, type LongResults } from './long.ts';
import { readResults, type About } from './records.ts';
import { tableOf } from './table.ts';

export type DefectResults = Readonly<{ about: About; records: readonly DefectRecord[] }>;

const file = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

export function withSection(page: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name}: written by npm run test:faults -- --table -->`, `<!-- end of ${name} -->`];
  const [start, end] = [page.indexOf(open), page.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`the page has no place for ${name}`);
  return `${page.slice(0, start + open.length)}\n\n${content}\n\n${page.slice(end)}`;
}

export function pageWith(page: string, long: LongResults | null, defects: DefectResults | null): string {
  return withSection(withSection(page, 'runs', runsSection(long)), 'defects', defectsSection(defects));
}

function runsSection(long: LongResults | null): string {
  if (!long) return 'The long mode has not been run on this version yet.';
  const missing = missingOf(long.records);
  const enough = missing.length === 0 ? '' : `\n\n**Not enough for the long mode**: ${missing.join(', ')}.`;
  return `${aboutText(long.about)}\n\n${tableOf(long.records)}${enough}`;
}

const defectsSection = (defects: DefectResults | null): string =>
  defects
    ? `${aboutText(defects.about)}\n\n${defectTable(defects.records)}`
    : 'The seeded defects have not been run on this version yet.';

const aboutText = ({ at, node, processors, processorModel }: About): string =>
  `Run on ${at}, Node ${node}, ${processors} processors (${processorModel}).`;

export const currentPage = (): string => readFileSync(file, 'utf8');

export function freshPage(): string {
  return pageWith(currentPage(), readResults<LongResults>('long'), readResults<DefectResults>('defects'));
}

export function writePage(): void {
  writeFileSync(file, freshPage());
  console.log(`Wrote the tables of ${file}`);
}
