/** What the shop floor does during a run: reports alone and in batches, repeats, corrects, holds, resumes and reads. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';
import { instant, type ClientLog, type ReportAttempt } from './client-log.ts';
import { people, shiftStart, type RunPlant } from './plant-of-run.ts';
import { boardWatcher } from './board-watcher.ts';
import { commander, reader } from './order-people.ts';

export type Workload = Readonly<{
  /** Nothing new is begun; what clients mean to repeat is repeated until it is answered, or for so long. */
  finish(withinMs: number): Promise<void>;
  close(): Promise<void>;
}>;

export type WorkloadOptions = Readonly<{
  client: Client;
  log: ClientLog;
  plant: RunPlant;
  /** Reports a second, all together. */
  rate: number;
  singles?: number;
  batches?: number;
  rowsPerBatch?: number;
  watchBoards?: boolean;
  /** While this holds, nothing that was gathered is sent for the first time. */
  isBehind?: () => boolean;
}>;

/** A report as a terminal keeps it until it is answered. */
type Row = Readonly<{
  key: string;
  orderId: string;
  operationId: string;
  stationId: string;
  good: number;
  scrap: number;
  endedAt: string;
}>;
type Again = Readonly<{ rows: readonly Row[]; dueAt: number }>;

/** So many reports come alone; the others are what terminals and machines have gathered. */
const ALONE = 1 / 6;
/** A report that comes alone costs many times one of a batch. */
const MOST_ALONE_PER_SECOND = 25;
const RESENT = 0.1;
const ABANDONED = 0.3;
/** So much work waits for a terminal that cannot report. */
const KEPT_BACK_MS = 20_000;
/** What tries without pause takes the processor from the process that is to come back. */
const WITHOUT_CONNECTION_MS = 250;

const single = `mutation ($input: ReportProductionInput!) { reportProduction(input: $input) {
  __typename
  ... on ReportProductionPayload { replayed report { id } }
  ... on ProductionReportRefusal { code } } }`;
const many = `mutation ($input: ReportProductionBatchInput!) { reportProductionBatch(input: $input) {
  __typename
  ... on ProductionReportRefusal { code }
  ... on ReportProductionBatchPayload { results {
    __typename
    ... on ReportProductionPayload { replayed report { id } }
    ... on ProductionReportRefusal { code } } } } }`;
const correct = `mutation ($input: CorrectProductionReportInput!) { correctProductionReport(input: $input) {
  __typename
  ... on ReportProductionPayload { replayed report { id } }
  ... on ProductionReportRefusal { code } } }`;

type Reported = Readonly<{ __typename: string; replayed?: boolean; report?: { id: string }; code?: string }>;

export function startWorkload(options: WorkloadOptions): Workload {
  const {
    client,
    log,
    plant,
    rate,
    singles = 6,
    batches = 3,
    rowsPerBatch = 40,
    watchBoards = true,
    isBehind = () => false,
  } = options;
  let going = true;
  let open = true;
  let count = 0;
  const again: Again[] = [];
  const correctable: { row: Row; reportId: string }[] = [];

  function nextRow(): Row {
    count += 1;
    const order = plant.orders[Math.floor(Math.random() * plant.orders.length)]!;
    const operation = order.operations[count % order.operations.length]!;
    return {
      key: `op-${crypto.randomUUID()}`,
      orderId: order.id,
      operationId: operation.id,
      stationId: operation.stationId,
      good: 1 + (count % 3),
      scrap: count % 10 === 0 ? 1 : 0,
      endedAt: new Date(shiftStart + (count % 30_000_000)).toISOString(),
    };
  }

  /** Whether there was a connection. */
  async function send(rows: readonly Row[], isFirst: boolean): Promise<boolean> {
    const invokedAt = instant();
    const inputs = rows.map(inputOf);
    const reply =
      rows.length === 1
        ? await client.ask<Reported>(people.operator, 'reportProduction', single, { input: inputs[0] })
        : await client.ask<{ results?: (Reported | null)[]; code?: string }>(
            people.operator,
            'reportProductionBatch',
            many,
            { input: { reports: inputs } },
          );
    const returnedAt = instant();
    const results =
      reply.outcome !== 'ok' ? [] : 'results' in reply.data ? (reply.data.results ?? []) : [reply.data as Reported];
    const unanswered: Row[] = [];
    for (const [at, row] of rows.entries()) {
      const known = reply.outcome === 'ok' ? outcomeOf(results[at]) : { outcome: reply.outcome, code: reply.code };
      const { endedAt: _, ...about } = row;
      log.add({ kind: 'report', ...about, invokedAt, returnedAt, ...known });
      if (known.outcome === 'unknown' || known.outcome === 'unsent') unanswered.push(row);
      if (known.outcome === 'ok') {
        if (Math.random() < RESENT) again.push({ rows: [row], dueAt: returnedAt + Math.random() * 4_000 });
        if (row.good > 1 && correctable.length < 50 && known.replayed === false)
          correctable.push({ row, reportId: known.reportId! });
      }
    }
    const isConnected = reply.outcome !== 'unsent';
    // Some terminals give up at once; the others send again what they have until it is answered, together or one by one.
    if (unanswered.length === 0 || (isFirst && reply.outcome === 'unknown' && Math.random() < ABANDONED))
      return isConnected;
    const dueAt = instant() + 300 + Math.random() * 1_000;
    if (Math.random() < 0.7) again.push({ rows: unanswered, dueAt });
    else again.push(...unanswered.map((row) => ({ rows: [row], dueAt })));
    return isConnected;
  }

  /** What is to be sent again, so much of it as fits together: row by row, it would keep everybody from reporting. */
  function due(size: number): readonly Row[] | undefined {
    const now = instant();
    const rows: Row[] = [];
    for (let at = 0; at < again.length && rows.length < size;) {
      const next = again[at]!;
      if (next.dueAt <= now && rows.length + next.rows.length <= size) rows.push(...again.splice(at, 1)[0]!.rows);
      else at += 1;
    }
    return rows.length > 0 ? rows : undefined;
  }

  /** Sends so many rows each time, and in the mean at this rate: what an outage kept back follows at once. */
  async function reporter(size: number, perSecond: number): Promise<void> {
    const everyMs = (1000 * size) / perSecond;
    let nextAt = instant() + Math.random() * everyMs;
    while (open) {
      const isTime = going && instant() >= nextAt && !(size > 1 && isBehind());
      const repeats = due(size);
      const rows = repeats ?? (isTime ? Array.from({ length: size }, nextRow) : undefined);
      const isConnected = rows ? await send(rows, !repeats) : true;
      if (rows && !repeats) nextAt = Math.max(nextAt + everyMs, instant() - KEPT_BACK_MS);
      await pause(!isConnected ? WITHOUT_CONNECTION_MS : rows ? 1 : 20);
    }
  }

  async function corrector(): Promise<void> {
    while (going) {
      const chosen = correctable.splice(Math.floor(Math.random() * correctable.length), 1)[0];
      if (chosen) await sendCorrection(chosen.row, chosen.reportId);
      await pause(400);
    }
  }

  /** One piece fewer; sent once more when its outcome is unknown. */
  async function sendCorrection(row: Row, reportId: string): Promise<void> {
    const key = `fix-${crypto.randomUUID()}`;
    const input = { requestId: key, reportId, goodQuantity: String(row.good - 1), reason: key };
    for (let attempt = 0; attempt < 2; attempt++) {
      const invokedAt = instant();
      const reply = await client.ask<Reported>(people.manager, 'correctProductionReport', correct, { input });
      const known = reply.outcome === 'ok' ? outcomeOf(reply.data) : { outcome: reply.outcome, code: reply.code };
      const { endedAt: _, ...about } = row;
      const change = { key, good: -1, scrap: 0 };
      log.add({ kind: 'correction', ...about, ...change, invokedAt, returnedAt: instant(), ...known });
      if (known.outcome !== 'unknown') return;
      await pause(1_000);
    }
  }

  const isGoing = () => going;
  const alone = Math.min(rate * ALONE, MOST_ALONE_PER_SECOND);
  const workers = [
    ...Array.from({ length: singles }, () => reporter(1, alone / singles)),
    ...Array.from({ length: batches }, () => reporter(rowsPerBatch, (rate - alone) / batches)),
  ];
  const others = [
    corrector(),
    ...plant.contended.flatMap((id) => [commander(client, log, id, isGoing), commander(client, log, id, isGoing)]),
    ...plant.orders.slice(0, 3).map(({ id }) => reader(client, log, id, isGoing)),
    reader(client, log, plant.orders.at(-1)!.id, isGoing),
  ];
  const watchers = watchBoards ? plant.stationIds.map((stationId) => boardWatcher(client, log, stationId)) : [];

  return {
    async finish(withinMs) {
      going = false;
      await Promise.all(others);
      const deadline = instant() + withinMs;
      while (again.length > 0 && instant() < deadline) await pause(50);
      open = false;
      await Promise.all(workers);
    },
    async close() {
      going = false;
      open = false;
      await Promise.all([...others, ...workers]);
      await Promise.all(watchers.map((watcher) => watcher.close()));
    },
  };
}

const inputOf = ({ key, operationId, good, scrap, endedAt }: Row) => ({
  requestId: key,
  operationId,
  // Nobody else writes this into the row: by it the checker knows it again, whatever was answered.
  operatorId: key,
  goodQuantity: String(good),
  scrapQuantity: String(scrap),
  ...(scrap > 0 ? { scrapReason: 'BURR' } : {}),
  endedAt,
});

type Known = Pick<ReportAttempt, 'outcome'> & Partial<Pick<ReportAttempt, 'code' | 'reportId' | 'replayed'>>;

function outcomeOf(result: Reported | null | undefined): Known {
  if (!result) return { outcome: 'unknown', code: 'NO_ROW' };
  if (result.report) return { outcome: 'ok', reportId: result.report.id, replayed: result.replayed === true };
  return { outcome: 'refused', code: result.code ?? result.__typename };
}
