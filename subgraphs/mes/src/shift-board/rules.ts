/** What a board shows. Pure: the caller brings the sums. */
import { Decimal } from 'decimal.js';

export type ShiftBoardLine = Readonly<{
  workOrderId: string;
  operationId: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
}>;

/** The sums of one operation at one station in the shift, with its latest report. Corrections count in the sums only. */
export type LineSums = ShiftBoardLine &
  Readonly<{ stationId: string; reportCount: number; lastReportedAt: Date; lastOperatorId: string }>;

type Figures = Readonly<{
  shiftDate: string;
  shift: string;
  startsAt: Date | null;
  endsAt: Date | null;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  reportCount: number;
  lastReportedAt: Date | null;
  asOf: Date;
}>;

export type ShiftBoard = Figures &
  Readonly<{
    stationId: string;
    lines: readonly ShiftBoardLine[];
    currentWorkOrderId: string | null;
    currentOperatorId: string | null;
  }>;

export type LineShiftBoard = Figures & Readonly<{ lineId: string }>;

export type ShiftOf = Readonly<{ shiftDate: string; shift: string }>;
export type BoardOf = ShiftOf & Readonly<{ stationId: string }>;
type Runs = Readonly<{ startsAt: Date; endsAt: Date }> | null;

/** `lines` come latest report first: the first one says who works on what. */
export function boardOf(of: BoardOf, runs: Runs, lines: readonly LineSums[], asOf: Date): ShiftBoard {
  const latest = lines[0];
  return {
    ...figures(of, runs, lines, asOf),
    stationId: of.stationId,
    goodQuantity: sum(lines, (line) => line.goodQuantity),
    lines,
    currentWorkOrderId: latest?.workOrderId ?? null,
    currentOperatorId: latest?.lastOperatorId ?? null,
  };
}

/** Pieces pass several stations of a line: only those of an order's last operation on the line came out of it. */
export function lineBoardOf(
  of: ShiftOf & { lineId: string },
  runs: Runs,
  lines: readonly LineSums[],
  isOutput: (operationId: string) => boolean,
  asOf: Date,
): LineShiftBoard {
  const output = lines.filter(({ operationId }) => isOutput(operationId));
  return {
    ...figures(of, runs, lines, asOf),
    lineId: of.lineId,
    goodQuantity: sum(output, (line) => line.goodQuantity),
  };
}

function figures({ shiftDate, shift }: ShiftOf, runs: Runs, lines: readonly LineSums[], asOf: Date) {
  return {
    shiftDate,
    shift,
    startsAt: runs?.startsAt ?? null,
    endsAt: runs?.endsAt ?? null,
    scrapQuantity: sum(lines, (line) => line.scrapQuantity),
    reworkQuantity: sum(lines, (line) => line.reworkQuantity),
    reportCount: lines.reduce((total, { reportCount }) => total + reportCount, 0),
    lastReportedAt: lines[0]?.lastReportedAt ?? null,
    asOf,
  };
}

const sum = (lines: readonly LineSums[], quantity: (line: LineSums) => string): string =>
  lines.reduce((total, line) => total.plus(quantity(line)), new Decimal(0)).toFixed();

/** The shift before, which left the hand-over notes: the latest one that starts earlier. */
export function shiftBefore<Shift extends { startsAt: Date }>(
  startsAt: Date,
  candidates: readonly Shift[],
): Shift | null {
  const earlier = candidates.filter((it) => it.startsAt < startsAt);
  return earlier.reduce<Shift | null>((last, it) => (last && last.startsAt >= it.startsAt ? last : it), null);
}
