import type { Context } from '../context.ts';
import { isLabel } from '../text-rules.ts';
import * as hours from './hour-rules.ts';
import type { Pace, Plan, ShiftHour, Unexplained } from './hour-rules.ts';
import { openReads, type BoardReads } from './reads.ts';
import { boardOf, lineBoardOf, type BoardOf, type LineShiftBoard, type ShiftBoard, type ShiftOf } from './rules.ts';

/** A board with what it can read more when somebody asks for it. */
export type StationBoard = ShiftBoard & Readonly<{ reads: BoardReads }>;
export type LineBoard = LineShiftBoard & Readonly<{ reads: BoardReads }>;
export type Board = StationBoard | LineBoard;

/** The board as it is now; null when there is no such station for the user. */
export async function readBoard(of: BoardOf, context: Context): Promise<StationBoard | null> {
  const station = await context.loaders.station.load(of.stationId);
  if (!station || !isLabel(of.shift)) return null;
  const { factoryId } = station;
  const reads = await openReads({ ...of, factoryId, lineId: null }, [station], context);
  return stationBoard(of, reads);
}

/** The board of all stations that stand on the line now; null when there is no such line for the user. */
export async function readLineBoard(of: ShiftOf & { lineId: string }, context: Context): Promise<LineBoard | null> {
  const line = await context.loaders.line.load(of.lineId);
  if (!line || !isLabel(of.shift)) return null;
  const { factoryId } = line;
  const stations = (await context.loaders.stationsOf.load(factoryId)).filter(({ lineId }) => lineId === line.id);
  const reads = await openReads({ ...of, factoryId }, stations, context);
  const [lines, outputs] = await Promise.all([reads.lines(), reads.outputs()]);
  return { ...lineBoardOf(of, reads.runs, lines, (id) => outputs.has(id), reads.asOf), reads };
}

async function stationBoard(of: BoardOf, reads: BoardReads): Promise<StationBoard> {
  const lines = (await reads.lines()).filter(({ stationId }) => stationId === of.stationId);
  return { ...boardOf(of, reads.runs, lines, reads.asOf), reads };
}

export const stationBoardsOf = ({ reads, shiftDate, shift }: LineBoard): Promise<StationBoard[]> =>
  Promise.all(reads.stations.map(({ id }) => stationBoard({ stationId: id, shiftDate, shift }, reads)));

const placeOf = (board: Board): string => ('stationId' in board ? board.stationId : board.lineId);

export const targetOf = async (board: Board): Promise<string | null> =>
  (await board.reads.targets()).get(placeOf(board)) ?? null;

/** What somebody decided, or else what the standard times allow. Null when the plant has no such shift on that day. */
async function planOf(board: Board): Promise<Plan | null> {
  const { reads } = board;
  if (!reads.runs) return null;
  const target = await targetOf(board);
  if (target !== null) return hours.planOfTarget(reads.hours, target);
  const work = await reads.work();
  if ('stationId' in board) {
    const { capacity } = reads.stations.find(({ id }) => id === board.stationId)!;
    const own = work.filter(({ stationId }) => stationId === board.stationId);
    return hours.planOfWork(reads.hours, own, capacity);
  }
  const outputs = await reads.outputs();
  const plans = reads.stations.map(({ id, capacity }) => {
    const own = work.filter(({ stationId }) => stationId === id);
    return hours.planOfWork(reads.hours, own, capacity, (operationId) => outputs.has(operationId));
  });
  return hours.addPlans(plans, reads.hours.length);
}

export async function hoursOf(board: Board): Promise<readonly ShiftHour[]> {
  const [plan, made] = await Promise.all([planOf(board), board.reads.made()]);
  if (!plan) return [];
  if ('stationId' in board) {
    return hours.hourRows(
      board.reads.hours,
      plan,
      made.filter(({ stationId }) => stationId === board.stationId),
    );
  }
  const outputs = await board.reads.outputs();
  const counted = made.map((row) => (outputs.has(row.operationId) ? row : { ...row, goodQuantity: '0' }));
  return hours.hourRows(board.reads.hours, plan, counted);
}

export async function plannedQuantity(board: Board): Promise<string | null> {
  const plan = await planOf(board);
  return plan && hours.totalOf(plan);
}

export async function plannedSoFar(board: Board): Promise<string | null> {
  const plan = await planOf(board);
  return plan && hours.plannedSoFar(board.reads.hours, plan, board.reads.asOf);
}

export function paceOf(board: Board, standardSecondsPerPiece: string | null): Pace | null {
  const { runs, asOf } = board.reads;
  return runs && hours.paceOf(runs, board.goodQuantity, standardSecondsPerPiece, asOf);
}

export async function unexplainedOf(board: StationBoard): Promise<Unexplained | null> {
  if (!board.reads.runs) return null;
  const gaps = await board.reads.gaps();
  return hours.unexplainedOf(gaps.filter(({ stationId }) => stationId === board.stationId));
}

/** Of all the line's stations together. */
export async function unexplainedMinutes(board: LineBoard): Promise<string | null> {
  return board.reads.runs && hours.unexplainedOf(await board.reads.gaps()).minutes;
}

export async function scrapReasonsOf(board: Board): Promise<readonly Readonly<{ reason: string; quantity: string }>[]> {
  const scrap = await board.reads.scrap();
  return hours.topReasons('stationId' in board ? scrap.filter((it) => it.stationId === board.stationId) : scrap);
}

/** What is on it now: a job that runs there, or else what was reported last. */
export async function currentWorkOrderId(board: StationBoard): Promise<string | null> {
  const jobs = await board.reads.jobs();
  return jobs.find(({ stationId }) => stationId === board.stationId)?.workOrderId ?? board.currentWorkOrderId;
}

/** Who is on it now: whoever has a job running there, or else whoever reported last. */
export async function currentOperatorsOf(board: StationBoard): Promise<readonly string[]> {
  const jobs = (await board.reads.jobs()).filter(({ stationId }) => stationId === board.stationId);
  const operators = new Set(jobs.flatMap(({ operatorId }) => operatorId ?? []));
  if (operators.size > 0) return [...operators];
  return board.currentOperatorId === null ? [] : [board.currentOperatorId];
}

export async function handOverNotesOf(board: Board, which: 'current' | 'previous') {
  const notes = await board.reads.notes();
  return notes[which].filter(({ placeId }) => placeId === placeOf(board));
}
