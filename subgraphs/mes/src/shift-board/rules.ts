/** What a board shows. Pure: the caller brings the sums. */
import { Decimal } from 'decimal.js';

export type ShiftBoardLine = Readonly<{
  workOrderId: string;
  operationId: string;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
}>;

/** The sums of one operation at the station in the shift, with its latest report. */
export type LineSums = ShiftBoardLine & Readonly<{ reportCount: number; lastReportedAt: Date; lastOperatorId: string }>;

export type ShiftBoard = Readonly<{
  stationId: string;
  shiftDate: string;
  shift: string;
  startsAt: Date | null;
  endsAt: Date | null;
  goodQuantity: string;
  scrapQuantity: string;
  reworkQuantity: string;
  reportCount: number;
  lines: readonly ShiftBoardLine[];
  currentWorkOrderId: string | null;
  currentOperatorId: string | null;
  lastReportedAt: Date | null;
  asOf: Date;
}>;

export type BoardOf = Readonly<{ stationId: string; shiftDate: string; shift: string }>;

/** `lines` come latest report first: the first one says who works on what. */
export function boardOf(
  of: BoardOf,
  runs: { startsAt: Date; endsAt: Date } | null,
  lines: readonly LineSums[],
  asOf: Date,
): ShiftBoard {
  const sum = (quantity: (line: LineSums) => string) =>
    lines.reduce((total, line) => total.plus(quantity(line)), new Decimal(0)).toFixed();
  const latest = lines[0];
  return {
    ...of,
    startsAt: runs?.startsAt ?? null,
    endsAt: runs?.endsAt ?? null,
    goodQuantity: sum((line) => line.goodQuantity),
    scrapQuantity: sum((line) => line.scrapQuantity),
    reworkQuantity: sum((line) => line.reworkQuantity),
    reportCount: lines.reduce((total, { reportCount }) => total + reportCount, 0),
    lines,
    currentWorkOrderId: latest?.workOrderId ?? null,
    currentOperatorId: latest?.lastOperatorId ?? null,
    lastReportedAt: latest?.lastReportedAt ?? null,
    asOf,
  };
}
