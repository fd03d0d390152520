import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import { hashBody } from '@enghub/subgraph-kit/requests';
import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { isLabel } from '../text-rules.ts';
import { MAX_ATTEMPTS, outcomeOf, refusedEarly, replayOf, REPORT_COMMAND, type ReportOutcome } from './commands.ts';
import { rememberOperations } from './memory.ts';
import { prepareReport, type Readings, type ReportInput } from './prepare.ts';
import * as store from './store.ts';
import type { PreparedReport, ReportAnswer } from './store.ts';

export const MAX_BATCH = 500;
/** As the audit trail names it; a report is the same request in a batch and alone. */
const BATCH_COMMAND = 'reportProductionBatch';

/** An answer for each row, in the order of the rows; a row that broke the database's rules answers an error. */
export type BatchOutcome = Decision<
  readonly (ReportOutcome | Error)[],
  never,
  Readonly<{ code: 'NOTHING_REPORTED' } | { code: 'TOO_MANY_REPORTS'; limit: string; actual: string }>
>;

type Row = Readonly<{ place: number; input: ReportInput; bodyHash: string }>;
type Sent = Readonly<{ row: Row; prepared: PreparedReport }>;

/** Reports that a terminal collected, as if it had sent them one after the other, in one statement. */
export async function reportProductionBatch(inputs: readonly ReportInput[], context: Context): Promise<BatchOutcome> {
  const actual = String(inputs.length);
  if (inputs.length === 0) return refuse({ code: 'NOTHING_REPORTED' });
  if (inputs.length > MAX_BATCH) return refuse({ code: 'TOO_MANY_REPORTS', limit: String(MAX_BATCH), actual });

  const outcomes: (ReportOutcome | Error)[] = inputs.map(() => refuse({ code: 'BAD_REQUEST_ID' }));
  let open = inputs.flatMap((input, place): Row[] => {
    const { requestId, ...body } = input;
    return isLabel(requestId) ? [{ place, input, bodyHash: hashBody(context.claims, REPORT_COMMAND, body) }] : [];
  });
  await rememberOperations(
    context,
    open.map(({ input }) => input.operationId),
  );
  for (let attempts = 0; open.length > 0; attempts++) {
    if (attempts === MAX_ATTEMPTS) throw new Error('the batch found no quiet moment');
    open = await attempt(open, outcomes, context);
  }
  return { ok: true, state: outcomes, events: [] };
}

/** Fills in what could be answered, and gives the rows that are worth trying again. */
async function attempt(rows: readonly Row[], outcomes: (ReportOutcome | Error)[], context: Context): Promise<Row[]> {
  const readings: Readings = new Map();
  const sent: Sent[] = [];
  const refused: Row[] = [];
  for (const row of rows) {
    const decision = await prepareReport(row.input, row.bodyHash, context, readings);
    outcomes[row.place] = decision.ok ? outcomes[row.place]! : decision;
    if (decision.ok) sent.push({ row, prepared: { ...decision.state, command: BATCH_COMMAND } });
    else refused.push(row);
  }
  const answers = await sendInParts(context.db, sent);
  const again: Row[] = [];
  await Promise.all(
    sent.map(async ({ row, prepared }, at) => {
      const answer = answers[at]!;
      const outcome = answer instanceof Error ? answer : await outcomeOf(answer, prepared, context);
      if (outcome) outcomes[row.place] = outcome;
      else again.push(row);
    }),
  );
  await answerFromMemory(refused, outcomes, context);
  return again.sort((one, other) => one.place - other.place);
}

/** One row that breaks a rule of the database spoils its statement: halves of it, down to that row, do not. */
async function sendInParts(db: Db, sent: readonly Sent[]): Promise<readonly (ReportAnswer | Error)[]> {
  if (sent.length === 0) return [];
  try {
    return await store.sendReports(
      db,
      sent.map(({ prepared }) => prepared),
    );
  } catch (error) {
    if (!store.isFaultOfOneRow(error)) throw error;
    if (sent.length === 1) return [error as Error];
    const half = Math.ceil(sent.length / 2);
    return [...(await sendInParts(db, sent.slice(0, half))), ...(await sendInParts(db, sent.slice(half)))];
  }
}

/** What would be refused today may have been accepted when it was first sent, even by a row further up. */
async function answerFromMemory(
  refused: readonly Row[],
  outcomes: (ReportOutcome | Error)[],
  context: Context,
): Promise<void> {
  if (refused.length === 0) return;
  const known = await store.findAnswers(
    context.db,
    context.claims.tenantId,
    refused.map(({ input }) => input.requestId),
  );
  await Promise.all(
    refused.map(async ({ place, input, bodyHash }) => {
      const found = known.get(input.requestId);
      const again = found?.bodyHash === bodyHash ? await replayOf(found.answer, context) : null;
      const outcome = again ?? (found ? refuse({ code: 'REQUEST_ID_REUSED' as const }) : outcomes[place]!);
      outcomes[place] = outcome instanceof Error ? outcome : await refusedEarly(input, outcome, context);
    }),
  );
}
