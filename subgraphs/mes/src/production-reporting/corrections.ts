import { refuse } from '@enghub/subgraph-kit/decision';
import { isId, newId } from '@enghub/subgraph-kit/ids';
import { answerRequest, bookRequest, findRequest, forgetRequest } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { forgetStock } from '../inventory/commands.ts';
import { isLabel } from '../text-rules.ts';
import { refusedAt, replayOf, reported, type Answered, type ReportOutcome, type ReportRefusal } from './commands.ts';
import { correct, totalsOf, type Totals } from './correction-rules.ts';
import { rememberedOperation } from './memory.ts';
import { shiftOf, written } from './prepare.ts';
import * as rules from './rules.ts';
import type { ProductionReport } from './rules.ts';
import * as store from './store.ts';

type Quantity = string | null | undefined;

export type CorrectionInput = Readonly<{
  requestId: string;
  reportId: string;
  goodQuantity?: Quantity;
  scrapQuantity?: Quantity;
  scrapReason?: string | null | undefined;
  reworkQuantity?: Quantity;
  sentBackQuantity?: Quantity;
  sentBackToOperationId?: string | null | undefined;
  reason: string;
  expectedGoodQuantity?: Quantity;
  expectedScrapQuantity?: Quantity;
  expectedReworkQuantity?: Quantity;
}>;

const COMMAND = 'correctProductionReport';

/** Changes what a report counted, by a row of its own at the report's time and in its shift. */
export async function correctProductionReport(input: CorrectionInput, context: Context): Promise<ReportOutcome> {
  const { requestId, ...body } = input;
  const { claims, transaction } = context;
  if (!isLabel(requestId)) return refuse({ code: 'BAD_REQUEST_ID' });
  const request = { requestId, command: COMMAND, body };

  const root = isId(input.reportId) ? await rootOf(input.reportId, context) : null;
  if (!root) {
    const known = await findRequest<Answered>(context.db, claims, request);
    if (known.kind === 'first') return refuse({ code: 'REPORT_NOT_FOUND' });
    return known.kind === 'reused' ? refuse({ code: 'REQUEST_ID_REUSED' }) : replayOf(known.answer, context);
  }
  const about = await rememberedOperation(context, root.operationId);
  const { factoryId } = about!;

  const outcome = await transaction(async (tx): Promise<Decided | Answer> => {
    const booked = await bookRequest<Answered>(tx, claims, request);
    if (booked.kind === 'reused') return { ok: false, refusal: { code: 'REQUEST_ID_REUSED' } };
    if (booked.kind === 'replayed') return { ok: true, replayed: booked.answer };
    const decided = await decide(tx, input, root, context);
    if (!decided.ok) {
      await forgetRequest(tx, claims, requestId);
      return decided;
    }
    const answer: Answered = decided.report ? { reportId: decided.report.id } : { awaitingId: decided.awaitingId };
    await answerRequest(tx, claims, requestId, answer);
    return decided;
  });
  if (!outcome.ok) return refusedAt(root, factoryId, requestId, outcome.refusal, context);
  if ('replayed' in outcome) return replayOf(outcome.replayed, context);
  if (!outcome.report) return replayOf(outcome, context, false);
  await forgetStock(context, factoryId, outcome.materials);
  return reported(outcome.report, false);
}

type Answer = Readonly<{ ok: true; replayed: Answered }>;
type Decided =
  | Readonly<{ ok: true; report: ProductionReport; materials: readonly string[]; awaitingId?: undefined }>
  | Readonly<{ ok: true; awaitingId: string; report?: undefined }>
  | Readonly<{ ok: false; refusal: ReportRefusal }>;

async function decide(tx: Db, input: CorrectionInput, root: ProductionReport, context: Context): Promise<Decided> {
  const sentBackTo = input.sentBackToOperationId ?? null;
  if (sentBackTo !== null && !isId(sentBackTo)) return { ok: false, refusal: { code: 'WRONG_SENT_BACK_OPERATION' } };
  await store.lockOrder(tx, root.workOrderId);
  const corrections = await store.findCorrections(tx, [root.id]);
  const decision = correct(root, corrections, {
    goodQuantity: input.goodQuantity ?? null,
    scrapQuantity: input.scrapQuantity ?? null,
    reworkQuantity: input.reworkQuantity ?? null,
    sentBackQuantity: input.sentBackQuantity ?? null,
    scrapReason: input.scrapReason ?? null,
    sentBackTo,
    reason: input.reason,
    expected: expectedOf(input),
  });
  if (!decision.ok) return { ok: false, refusal: { code: decision.refusal } };

  const { userId } = context.claims;
  const correction: ProductionReport = {
    ...root,
    ...decision.state,
    id: newId(root.endedAt.getTime()),
    reportedBy: userId,
    counterFrom: null,
    counterTo: null,
    recordedAt: context.now(),
    correctionOf: root.id,
    correctionReason: input.reason,
    warnings: [],
  };
  return sendCorrection(tx, correction, context);
}

/** Within the transaction that keeps the order still. */
async function sendCorrection(tx: Db, correction: ProductionReport, context: Context): Promise<Decided> {
  const about = await rememberedOperation(context, correction.operationId);
  const { calendar } = await shiftOf(context, about!.factoryId, correction);
  const request = { requestId: null, bodyHash: '', counter: null, command: COMMAND, approved: false };
  const prepared = written(correction, about!, calendar!, request, context);
  const [answer] = await store.callReportProduction(tx, [prepared]);
  switch (answer!.outcome) {
    case 'ACCEPTED':
      return {
        ok: true,
        report: { ...correction, warnings: (answer!.warnings ?? []).map(rules.readWarning) },
        materials: answer!.materials,
      };
    case 'AWAITING':
      return { ok: true, awaitingId: answer!.reportId };
    case 'REFUSED':
      return { ok: false, refusal: rules.nameRefusal(answer!) };
    default:
      throw new Error(`the correction was answered ${answer!.outcome}`);
  }
}

const expectedOf = (input: CorrectionInput): Partial<Totals> => ({
  ...(input.expectedGoodQuantity == null ? {} : { goodQuantity: input.expectedGoodQuantity }),
  ...(input.expectedScrapQuantity == null ? {} : { scrapQuantity: input.expectedScrapQuantity }),
  ...(input.expectedReworkQuantity == null ? {} : { reworkQuantity: input.expectedReworkQuantity }),
});

/** Who points at a correction means what it corrects. */
async function rootOf(reportId: string, { loaders }: Context): Promise<ProductionReport | null> {
  const report = await loaders.report.load(reportId);
  return report?.correctionOf ? loaders.report.load(report.correctionOf) : report;
}

/** A report with its corrections; null for a correction. */
export const correctedTotals = async (report: ProductionReport, { loaders }: Context): Promise<Totals | null> =>
  report.correctionOf === null ? totalsOf([report, ...(await loaders.correctionsOf.load(report.id))]) : null;
