import type { DeadLetterResolved } from '@enghub/event-contracts/events/dead-letter-resolved.v1';
import type { EventDeadLettered } from '@enghub/event-contracts/events/event-dead-lettered.v1';
import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type { FailedStep, Known } from './rules.ts';

type Place = Readonly<{ tenantId: string; factoryId: string | null }>;

/** A letter that dies again after another try is the same step: it has been failing since the first time. */
export async function insertStep(tx: Db, place: Place, letter: EventDeadLettered): Promise<void> {
  const { work_order_id: workOrderId, report_id: reportId } = letter.about;
  await tx.failedStep.createMany({
    data: [
      {
        ...place,
        id: letter.dead_letter_id,
        step: letter.consumer,
        workOrderId: idOrNull(workOrderId),
        reportId: idOrNull(reportId),
        state: 'FAILED',
        since: new Date(letter.at),
      },
    ],
    skipDuplicates: true,
  });
}

const idOrNull = (id: string | undefined): string | null => (id !== undefined && isId(id) ? id : null);

export async function settleStep(tx: Db, resolved: DeadLetterResolved): Promise<void> {
  const { outcome, reason, at } = resolved;
  await tx.failedStep.updateMany({
    where: { id: resolved.dead_letter_id },
    data: { state: outcome === 'REPLAYED' ? 'REPAIRED' : 'DISCARDED', settledAt: new Date(at), reason },
  });
}

type Row = Omit<FailedStep, 'step'> & Readonly<{ ofId: string; step: string | null }>;
export type KnownOf = Known & Readonly<{ id: string }>;

/** Of each report: its failed steps, and since when its own events are unsent. One statement, however many reports. */
export async function findOfReports(db: Db, reportIds: readonly string[]): Promise<KnownOf[]> {
  const ids = [...reportIds];
  const rows = await db.$queryRaw<Row[]>`
    SELECT report_id::text AS "ofId", step, state, since, settled_at AS "settledAt", reason
      FROM failed_steps WHERE report_id = ANY (${ids}::uuid[])
    UNION ALL
    SELECT envelope->'data'->>'report_id', NULL, NULL, min(created_at), NULL, NULL
      FROM outbox WHERE sent_at IS NULL AND envelope->'data'->>'report_id' = ANY (${ids}::text[])
     GROUP BY 1
    ORDER BY since, step`;
  return gathered(ids, rows);
}

/** The same of orders, by which their events are kept in line. */
export async function findOfOrders(db: Db, workOrderIds: readonly string[]): Promise<KnownOf[]> {
  const ids = [...workOrderIds];
  const rows = await db.$queryRaw<Row[]>`
    SELECT work_order_id::text AS "ofId", step, state, since, settled_at AS "settledAt", reason
      FROM failed_steps WHERE work_order_id = ANY (${ids}::uuid[])
    UNION ALL
    SELECT aggregate_id, NULL, NULL, min(created_at), NULL, NULL
      FROM outbox WHERE sent_at IS NULL AND aggregate_id = ANY (${ids}::text[])
     GROUP BY 1
    ORDER BY since, step`;
  return gathered(ids, rows);
}

function gathered(ids: readonly string[], rows: readonly Row[]): KnownOf[] {
  return ids.map((id) => {
    const own = rows.filter(({ ofId }) => ofId === id);
    const steps = own.flatMap(({ ofId: _, step, ...rest }) => (step === null ? [] : [{ ...rest, step }]));
    return { id, steps, waitingSince: own.find(({ step }) => step === null)?.since ?? null };
  });
}
