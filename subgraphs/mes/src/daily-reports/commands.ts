import { audit } from '@enghub/subgraph-kit/audit';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { fault } from '@enghub/subgraph-kit/fault';
import { readPage, type PageRequest } from '@enghub/subgraph-kit/pages';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { isLabel } from '../text-rules.ts';
import * as rules from './rules.ts';
import type { Cell, DailyReport, Group } from './rules.ts';
import * as store from './store.ts';
import { createTurns, type Turns } from './turns.ts';

type Asked = Readonly<{ factoryId: string; from: string; to: string }>;

/** The figures as of now, a replica's lag apart: what the consumer has only marked so far is recomputed first. */
export async function readDailyReport(
  { factoryId, from, to, groupBy }: Asked & { groupBy: readonly Group[] },
  { db, loaders }: Context,
): Promise<DailyReport | null> {
  if (!rules.daysOf(from, to, rules.MAX_DAYS_READ)) {
    throw fault('BAD_USER_INPUT', `from must not be after to, and both at most ${rules.MAX_DAYS_READ} days apart.`);
  }
  if (!(await loaders.factory.load(factoryId))) return null;
  const report = { factoryId, from, to, groupBy };
  await store.catchUp(db, report);
  return report;
}

/** A page of rows: by day, line, station, product and unit. */
export function readRowPage(args: { first: number; after: string | null }): PageRequest {
  const page = readPage(args, 5);
  const isOurs = page.after?.every((part) => part === '' || isLabel(part)) ?? true;
  if (!isOurs) throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
  return page;
}

/** Recomputes the figures from the source rows, a day at a time: reports that come in meanwhile wait for one day at most. */
export async function rebuildDailyReport(
  { factoryId, from, to }: Asked,
  context: Context,
): Promise<Decision<DailyReport, never, 'FACTORY_NOT_FOUND' | 'BAD_RANGE'>> {
  if (!(await context.loaders.factory.load(factoryId))) return refuse('FACTORY_NOT_FOUND');
  const days = rules.daysOf(from, to, rules.MAX_DAYS_REBUILT);
  if (!days) return refuse('BAD_RANGE');
  for (const day of days) {
    await context.transaction(async (tx) => {
      const report = { factoryId, from: day, to: day, groupBy: [] };
      const before = await store.totalsOf(tx, report);
      await store.rebuildDay(tx, factoryId, day);
      await audit(tx, context, {
        command: 'rebuildDailyReport',
        factoryId,
        entity: 'DailyReport',
        entityId: day,
        before: { totals: before },
        after: { totals: await store.totalsOf(tx, report) },
      });
    });
  }
  return { ok: true, state: { factoryId, from, to, groupBy: ['LINE', 'PRODUCT'] }, events: [] };
}

/**
 * A report has changed the figures of this cell. They are not added to but recomputed from the rows, so that an event that
 * comes twice, late or while somebody rebuilds leads to the same figures; see count_daily_production for how often.
 */
export function countCell(cell: Cell, { db }: Context): Promise<void> {
  const { factoryId, day, stationId, productId, unit } = cell;
  const key = JSON.stringify([factoryId, day, stationId, productId, unit]);
  return turnsOf(db)(key, () => store.countCell(db, cell));
}

const turns = new WeakMap<Db, Turns>();

/** What runs may have read before this event's report was there, so the events of a busy cell share what comes next. */
function turnsOf(db: Db): Turns {
  const known = turns.get(db);
  if (known) return known;
  const made = createTurns();
  turns.set(db, made);
  return made;
}

/** Another operation may be the last one now, and its pieces the order's. */
export const countOrderAgain = (workOrderId: string, { db }: Context): Promise<void> =>
  store.countCellsOfOrder(db, workOrderId);
