/** What a completed order came to. Pure: the caller brings the sums, the times and the plant's day. */
import { Decimal } from 'decimal.js';

export type OperationFacts = Readonly<{
  id: string;
  sequence: number;
  name: string;
  status: string;
  setupSeconds: string | null;
  runSecondsPerPiece: string | null;
  runSecondsPerBatch: string | null;
  batchQuantity: string | null;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  sentBackQuantity: string;
  returnedQuantity: string;
}>;

export type OrderFacts = Readonly<{
  quantity: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  lossQuantity: string;
  dueDate: string | null;
  releasedAt: Date | null;
  startedAt: Date | null;
  completedAt: Date | null;
}>;

/** What the reports of one operation say beyond the quantities that its row sums up. */
export type ReportFacts = Readonly<{
  operationId: string;
  reportCount: number;
  firstAt: Date;
  lastAt: Date;
  /** Covered by the intervals of its reports; where two of one station overlap, once. */
  busySeconds: string;
  scrapReasons: readonly Readonly<{ reason: string; quantity: string }>[];
}>;

/** What somebody clocked (jobs) or wrote down (time events) for one operation. */
export type TimeFacts = Readonly<{
  operationId: string;
  source: 'JOB' | 'TIME_EVENT';
  kind: 'SETUP' | 'LABOUR' | 'MACHINE';
  seconds: string;
}>;

export type OperationReport = Readonly<{
  operationId: string;
  sequence: number;
  name: string;
  status: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  sentBackQuantity: string;
  plannedSetupSeconds: string | null;
  actualSetupSeconds: string;
  plannedRunSeconds: string | null;
  actualRunSeconds: string;
  labourSeconds: string;
  yield: string | null;
  firstPassYield: string | null;
  reportCount: number;
  firstReportAt: string | null;
  lastReportAt: string | null;
  scrapReasons: readonly Readonly<{ reason: string; quantity: string }>[];
}>;

/** Kept as JSON: instants are texts. */
export type Figures = Readonly<{
  quantity: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  lossQuantity: string;
  dueDate: string | null;
  dueDateMet: boolean | null;
  completedAt: string;
  firstReportAt: string | null;
  lastReportAt: string | null;
  leadSeconds: string | null;
  executionSeconds: string | null;
  yield: string | null;
  firstPassYield: string | null;
  operations: readonly OperationReport[];
}>;

const ZERO = new Decimal(0);
const YIELD_PLACES = 4;

export function figuresOf(
  order: OrderFacts & { completedAt: Date },
  operations: readonly OperationFacts[],
  reports: readonly ReportFacts[],
  times: readonly TimeFacts[],
  /** The day on which it was completed, in plant time. */
  completedOn: string,
): Figures {
  const done = operations.map((operation) =>
    operationReport(
      operation,
      order.quantity,
      reports.find(({ operationId }) => operationId === operation.id),
      times.filter(({ operationId }) => operationId === operation.id),
    ),
  );
  const firsts = done.flatMap(({ firstReportAt }) => firstReportAt ?? []).sort();
  const lasts = done.flatMap(({ lastReportAt }) => lastReportAt ?? []).sort();
  const { completedAt, releasedAt, startedAt, dueDate } = order;
  return {
    quantity: order.quantity,
    goodQuantity: order.goodQuantity,
    scrapQuantity: order.scrapQuantity,
    reworkQuantity: order.reworkQuantity,
    lossQuantity: order.lossQuantity,
    dueDate,
    dueDateMet: dueDate === null ? null : completedOn <= dueDate,
    completedAt: completedAt.toISOString(),
    firstReportAt: firsts[0] ?? null,
    lastReportAt: lasts.at(-1) ?? null,
    leadSeconds: releasedAt && between(releasedAt, completedAt),
    executionSeconds: startedAt && between(startedAt, completedAt),
    yield: ratio(new Decimal(order.goodQuantity), new Decimal(order.goodQuantity).plus(order.scrapQuantity)),
    firstPassYield: rolled(
      done.filter(({ status }) => status !== 'SKIPPED').map(({ firstPassYield }) => firstPassYield),
    ),
    operations: done,
  };
}

function operationReport(
  operation: OperationFacts,
  ordered: string,
  reports: ReportFacts | undefined,
  times: readonly TimeFacts[],
): OperationReport {
  const { goodQuantity, scrapQuantity, reworkQuantity, sentBackQuantity, returnedQuantity } = operation;
  const good = new Decimal(goodQuantity);
  const processed = good.plus(scrapQuantity).plus(sentBackQuantity);
  const firstPass = Decimal.max(0, good.minus(reworkQuantity).minus(returnedQuantity));
  const skipped = operation.status === 'SKIPPED';
  return {
    operationId: operation.id,
    sequence: operation.sequence,
    name: operation.name,
    status: operation.status,
    goodQuantity,
    scrapQuantity,
    reworkQuantity,
    sentBackQuantity,
    plannedSetupSeconds: skipped ? '0' : operation.setupSeconds,
    actualSetupSeconds: spent(times, 'SETUP') ?? '0',
    plannedRunSeconds: skipped ? '0' : runSeconds(operation, ordered),
    actualRunSeconds: spent(times, 'MACHINE') ?? reports?.busySeconds ?? '0',
    labourSeconds: spent(times, 'LABOUR') ?? '0',
    yield: ratio(good, processed),
    firstPassYield: ratio(firstPass, processed.minus(returnedQuantity)),
    reportCount: reports?.reportCount ?? 0,
    firstReportAt: reports?.firstAt.toISOString() ?? null,
    lastReportAt: reports?.lastAt.toISOString() ?? null,
    scrapReasons: reports?.scrapReasons ?? [],
  };
}

/** By the standard: per piece, or per batch begun; null without one. */
export function runSeconds(
  operation: Pick<OperationFacts, 'runSecondsPerPiece' | 'runSecondsPerBatch' | 'batchQuantity'>,
  pieces: string,
): string | null {
  const { runSecondsPerPiece, runSecondsPerBatch, batchQuantity } = operation;
  if (runSecondsPerPiece !== null) return new Decimal(runSecondsPerPiece).times(pieces).toFixed();
  if (runSecondsPerBatch === null || batchQuantity === null || new Decimal(batchQuantity).lte(0)) return null;
  return new Decimal(pieces).div(batchQuantity).ceil().times(runSecondsPerBatch).toFixed();
}

/** A plant clocks jobs or writes time events: where it did both, the clock counts. */
export function spent(times: readonly TimeFacts[], kind: TimeFacts['kind']): string | null {
  const own = times.filter((time) => time.kind === kind);
  const clocked = own.filter(({ source }) => source === 'JOB');
  const counted = clocked.length > 0 ? clocked : own;
  return counted.length === 0 ? null : counted.reduce((sum, { seconds }) => sum.plus(seconds), ZERO).toFixed();
}

const between = (from: Date, to: Date): string =>
  new Decimal(Math.max(0, to.getTime() - from.getTime())).div(1000).toFixed();

const ratio = (part: Decimal, whole: Decimal): string | null =>
  whole.lte(0)
    ? null
    : Decimal.max(0, Decimal.min(1, part.div(whole)))
        .toDecimalPlaces(YIELD_PLACES)
        .toFixed();

/** A piece passes every operation: the yields multiply. */
const rolled = (yields: readonly (string | null)[]): string | null =>
  yields.length === 0
    ? null
    : (yields
        .reduce<Decimal | null>(
          (product, it) => (product === null || it === null ? null : product.times(it)),
          new Decimal(1),
        )
        ?.toDecimalPlaces(YIELD_PLACES)
        .toFixed() ?? null);
