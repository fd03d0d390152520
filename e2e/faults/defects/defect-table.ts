import type { RunRecord } from '../records.ts';
import { flawsOf, lines } from '../table.ts';
import type { Defect } from './defect.ts';

export type DefectRecord = Readonly<{
  name: string;
  title: string;
  caughtBy: Defect['caughtBy'];
  isCaught: boolean;
  run: RunRecord;
}>;

export const defectTable = (records: readonly DefectRecord[]): string =>
  lines([
    ['defect', 'what it does', 'scenario', 'seconds', 'acknowledged', 'counts that are not zero', 'caught'],
    ...records.map(({ name, title, caughtBy, isCaught, run }) => [
      name,
      title,
      `${run.name}: ${run.title}`,
      run.seconds.toFixed(0),
      String(run.acknowledged),
      flawsOf(run.counts).join(', ') || 'none',
      isCaught ? `by ${caughtBy.filter((count) => run.counts[count] > 0).join(', ')}` : '**no**',
    ]),
  ]);
