import { isId, newId } from '@enghub/subgraph-kit/ids';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import type { TimePage } from '../time-cursor.ts';
import { kindOf, type ReportConflict } from './rules.ts';
import * as store from './store.ts';

type Refused = Readonly<{ code: string; limit?: string; actual?: string }> &
  Pick<ReportConflict, 'factoryId' | 'workOrderId' | 'operationId' | 'stationId' | 'requestId'>;
type Row = ReportConflict & Readonly<{ tenantId: string }>;

const MAX_IN_ONE_STATEMENT = 500;
// A storm of refusals must not fill the memory: what does not fit is not kept.
const MAX_WAITING = 5_000;

const waitingRows = new WeakMap<Db, Row[]>();

/** Keeps what a refused report ran into, after the answer and not before it: a crash may lose it, waiting may not cost anybody. */
export function recordRefusal({ db, claims, now }: Context, refused: Refused): void {
  const { code, limit = null, actual = null, factoryId, workOrderId, operationId, stationId, requestId } = refused;
  const kind = kindOf(code);
  if (!kind) return;
  const about = { factoryId, workOrderId, operationId, stationId, requestId, limit, actual };
  const { tenantId, userId } = claims;
  const row: Row = { id: newId(), kind, outcome: 'REFUSED', ...about, reportId: null, userId, at: now(), tenantId };

  const waiting = waitingRows.get(db);
  if (!waiting) {
    const rows = [row];
    waitingRows.set(db, rows);
    void writeAll(db, rows);
  } else if (waiting.length < MAX_WAITING) {
    waiting.push(row);
  }
}

/**
 * Keeps that somebody's change of an order came before this command, so that people see where they get in each other's
 * way. A transaction may say so: what is refused in it is written without it.
 */
export function recordStale(
  context: Context,
  order: Readonly<{ id: string; factoryId: string }>,
  about: Partial<Pick<ReportConflict, 'operationId' | 'stationId' | 'requestId'>> = {},
): void {
  const { operationId = null, stationId = null, requestId = null } = about;
  const where = { factoryId: order.factoryId, workOrderId: order.id, operationId, stationId, requestId };
  recordRefusal(context, { code: 'STALE_VERSION', ...where });
}

/** One statement at a time for each binding: the busier it is, the more each one carries. */
async function writeAll(db: Db, rows: Row[]): Promise<void> {
  // Refusals of the same moment share the first statement.
  await new Promise(setImmediate);
  while (rows.length > 0) {
    try {
      await store.insertConflicts(db, rows.splice(0, MAX_IN_ONE_STATEMENT));
    } catch {
      // The refusal was answered; that nobody can look it up is all that is lost.
    }
  }
  waitingRows.delete(db);
}

/** Null when there is no such plant for the user. */
export async function reportConflicts(
  of: Readonly<{ factoryId: string; page: TimePage; filter: store.ConflictFilter }>,
  { db, claims }: Context,
): Promise<readonly ReportConflict[] | null> {
  if (!claims.factoryIds.includes(of.factoryId)) return null;
  if (of.filter.workOrderId != null && !isId(of.filter.workOrderId)) return [];
  return store.pageOfConflicts(db, of.factoryId, of.page, of.filter);
}
