import { Decimal } from 'decimal.js';
import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { forgetCalendar } from '../shifts/commands.ts';
import { totalsOf } from './correction-rules.ts';
import { rememberedOperation } from './memory.ts';
import { shiftOf, written } from './prepare.ts';
import * as rules from './rules.ts';
import type { AwaitingReport, ProductionReport } from './rules.ts';
import * as store from './store.ts';

export type ApprovedRefusal = rules.StateRefusal | Readonly<{ code: 'NEGATIVE_QUANTITY' | 'NO_SHIFT' }>;

type Counted = Readonly<{ report: ProductionReport; materials: readonly string[] }>;

const MAX_ATTEMPTS = 5;

/** Keeps the reports of the order still while somebody decides on one that waits. */
export const keepStill = async (tx: Db, { report }: AwaitingReport): Promise<void> => {
  await store.lockOrder(tx, report.workOrderId);
};

/** Makes the month of the report known before the transaction that counts it. */
export const makeRoomFor = (db: Db, { report }: AwaitingReport): Promise<void> =>
  store.ensurePartitions(db, [report.endedAt]);

/** Counts what was approved as if it had just been reported, at its own time and by who made it. */
export async function sendApproved(
  tx: Db,
  { report, counter }: AwaitingReport,
  context: Context,
): Promise<Decision<Counted, never, ApprovedRefusal>> {
  const about = (await rememberedOperation(context, report.operationId))!;
  if (report.correctionOf !== null && (await wouldBeNegative(tx, report))) return refuse({ code: 'NEGATIVE_QUANTITY' });

  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    const { calendar, shift } = await shiftOf(context, about.factoryId, report);
    if (!calendar || !shift) return refuse({ code: 'NO_SHIFT' });
    const { shiftDate, name } = shift;
    const counted = report.correctionOf === null ? { ...report, shiftDate, shift: name } : report;
    const how = {
      requestId: null,
      bodyHash: '',
      command: 'approveReport',
      approved: true,
      counter: counter && { id: counter.id, remembered: false },
    };
    const [answer] = await store.callReportProduction(tx, [written(counted, about, calendar, how, context)]);
    switch (answer!.outcome) {
      case 'ACCEPTED': {
        const warnings = (answer!.warnings ?? []).map(rules.readWarning);
        return { ok: true, state: { report: { ...counted, warnings }, materials: answer!.materials }, events: [] };
      }
      case 'REFUSED':
        return refuse(rules.nameRefusal(answer!));
      case 'CALENDAR_CHANGED':
        forgetCalendar(context, about.factoryId);
        break;
      default:
        throw new Error(`the approved report was answered ${answer!.outcome}`);
    }
  }
  throw new Error('the approved report found no quiet moment');
}

/** Other corrections may have come while this one waited. */
async function wouldBeNegative(tx: Db, correction: ProductionReport): Promise<boolean> {
  const rootId = correction.correctionOf!;
  const [root] = await store.findReports(tx, [rootId]);
  const totals = totalsOf([root!, ...(await store.findCorrections(tx, [rootId])), correction]);
  return Object.values(totals).some((total) => new Decimal(total).lt(0));
}
