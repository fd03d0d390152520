/** What the clients of a run saw: every attempt with the time of asking and of knowing, kept for the checker. */
import { writeFileSync } from 'node:fs';

/**
 * `unknown`: no answer, or one that leaves open whether it was done. `unsent`: nobody took the connection, or the gateway
 * did not let it in, so it certainly was not.
 */
export type Outcome = 'ok' | 'refused' | 'unknown' | 'unsent';

type Asked = Readonly<{ invokedAt: number; returnedAt: number; orderId: string; outcome: Outcome; code?: string }>;

/** One attempt to report, or to correct; the same key is the same request. */
export type ReportAttempt = Asked &
  Readonly<{
    kind: 'report' | 'correction';
    key: string;
    operationId: string;
    stationId: string;
    /** Of a correction: the change. */
    good: number;
    scrap: number;
    reportId?: string;
    replayed?: boolean;
  }>;

export type CommandAttempt = Asked &
  Readonly<{ kind: 'command'; command: string; sentVersion: number; version?: number }>;

export type OrderRead = Asked & Readonly<{ kind: 'read'; version: number; good: number; scrap: number }>;

/** What a watched board showed last. */
export type BoardSeen = Readonly<{ stationId: string; good: number; scrap: number; reportCount: number }>;

/** A question that needs none of the processes that were down, asked while they were. */
export type OthersAsked = Readonly<{ down: readonly string[]; asked: string; isAnswered: boolean; code?: string }>;

/** What only the ERP can vouch for, asked for while it could not be asked, and had been noticed to be away. */
export type AskedWithoutErp = Readonly<{ away: string; asked: string; isGranted: boolean; code?: string }>;

/** What was done to the system: kills, cuts, promotions. */
export type FaultNote = Readonly<{ at: number; fault: string; target: string }>;

export type PlantOfRun = Readonly<{
  orders: readonly Readonly<{
    id: string;
    quantity: number;
    firstVersion: number;
    operations: readonly Readonly<{ id: string; isLast: boolean; stationId: string }>[];
  }>[];
  /** Of one operation, one inspection for each so many good pieces; of all others, one for each report. */
  inspectedByPieces: Readonly<{ operationIds: readonly string[]; every: number }>;
}>;

export type History = Readonly<{
  plant: PlantOfRun;
  attempts: readonly (ReportAttempt | CommandAttempt | OrderRead)[];
  boards: readonly BoardSeen[];
  faults: readonly FaultNote[];
  others: readonly OthersAsked[];
  withoutErp: readonly AskedWithoutErp[];
  /** How often a client had to connect anew. */
  reconnects: number;
}>;

export type ClientLog = ReturnType<typeof createClientLog>;

/** Milliseconds that never go back, comparable between all clients of this process. */
export const instant = (): number => performance.timeOrigin + performance.now();

export function createClientLog() {
  const attempts: (ReportAttempt | CommandAttempt | OrderRead)[] = [];
  const faults: FaultNote[] = [];
  const others: OthersAsked[] = [];
  const withoutErp: AskedWithoutErp[] = [];
  const boards = new Map<string, BoardSeen>();
  let reconnects = 0;
  return {
    add: (attempt: ReportAttempt | CommandAttempt | OrderRead): void => void attempts.push(attempt),
    sawBoard: (board: BoardSeen): void => void boards.set(board.stationId, board),
    askedOthers: (asked: OthersAsked): void => void others.push(asked),
    askedWithoutErp: (asked: AskedWithoutErp): void => void withoutErp.push(asked),
    reconnected: (): void => void (reconnects += 1),
    fault: (fault: string, target: string): void => void faults.push({ at: instant(), fault, target }),
    countOf: (fault: string): number => faults.filter((note) => note.fault === fault).length,
    attempts: (): number => attempts.length,
    history: (plant: PlantOfRun): History => ({
      plant,
      attempts,
      boards: [...boards.values()],
      faults,
      others,
      withoutErp,
      reconnects,
    }),
  };
}

/** A line for each entry, in the order in which they were known. */
export function writeHistory(file: string, history: History): void {
  const { plant, attempts, boards, faults, others, withoutErp, reconnects } = history;
  const timed = [
    ...attempts.map((entry) => ({ at: entry.returnedAt, ...entry })),
    ...faults.map((entry) => ({ kind: 'fault', ...entry })),
  ].sort((a, b) => a.at - b.at);
  const lines = [{ plant, reconnects }, ...timed, { boards }, { others }, { withoutErp }].map((entry) =>
    JSON.stringify(entry),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
}
