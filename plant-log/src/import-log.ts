/** Drives the graph with a plant's log, as a client would. Sending a log again adds nothing. */
import { definePlant } from './define-plant.ts';
import { createGraphClient, isGraphFailure, type GraphClient, type TokenFor } from './graph-client.ts';
import { inLanes } from './lanes.ts';
import { finishOrder, openOrder } from './orders.ts';
import { planLog, type PlannedOrder } from './plan.ts';
import { people } from './plant.ts';
import { readLog, type UnreadableRow } from './read-log.ts';
import { refusedRow, sendRow, unsentRow, type RowOutcome, type SendingContext } from './rows.ts';

export type ImportOptions = Readonly<{
  file: string;
  /** Of the gateway, such as http://localhost:4000. */
  url: string;
  tokenFor: TokenFor;
  /** Called after each row, with the rows of the file as total. */
  onProgress?: (done: number, total: number) => void;
  /** How many orders are worked on at once; the rows of one order never overtake each other. */
  concurrency?: number;
}>;

export type OrderOutcome = Readonly<{ number: string; kind: 'new' | 'known' | 'refused' | 'unsent'; status: string }>;

/** Every row of the file has exactly one outcome, in the order of the file. */
export type ImportOutcome = Readonly<{
  rowsRead: number;
  rows: readonly RowOutcome[];
  orders: readonly OrderOutcome[];
  stations: number;
  routings: number;
}>;

export async function importLog(options: ImportOptions): Promise<ImportOutcome> {
  const { file, url, tokenFor, onProgress, concurrency = 8 } = options;
  const log = await readLog(file);
  const plan = planLog(log.rows);
  const rowsRead = log.rows.length + log.unreadable.length;
  const client = createGraphClient({ url, tokenFor });

  onProgress?.(0, rowsRead);
  const stations = await definePlant(client, plan, concurrency);
  const rows: RowOutcome[] = log.unreadable.map(unreadable);
  const orders: OrderOutcome[] = [];
  const settle = (outcome: RowOutcome) => {
    rows.push(outcome);
    onProgress?.(rows.length, rowsRead);
  };
  await inLanes(plan.orders, concurrency, async (order) => {
    orders.push(await workThrough({ client, stations }, order, settle));
  });
  return {
    rowsRead,
    rows: rows.sort((a, b) => a.line - b.line),
    orders,
    stations: plan.stations.length,
    routings: plan.routings.length,
  };
}

async function workThrough(
  context: SendingContext,
  planned: PlannedOrder,
  settle: (outcome: RowOutcome) => void,
): Promise<OrderOutcome> {
  const { number, rows } = planned;
  const waiting = [...rows];
  try {
    const operator = await operatorOf(context.client, rows[0]!.row.worker);
    const opened = await openOrder(context.client, planned, operator);
    if (!opened.ok) {
      for (const step of rows) settle(refusedRow(step, opened.refusal));
      return { number, kind: 'refused', status: opened.refusal.code };
    }
    const { order, known } = opened.payload;
    const kind = known ? 'known' : 'new';
    for (let step = waiting[0]; step; step = waiting[0]) {
      const outcome = await sendRow(context, order, step);
      waiting.shift();
      settle(outcome);
      if (outcome.kind === 'unsent') {
        for (const later of waiting.splice(0))
          settle(unsentRow(later, 'NOT_TRIED', `Line ${outcome.line} was not sent.`));
        return { number, kind, status: order.status };
      }
    }
    const closing = await operatorOf(context.client, rows.at(-1)!.row.worker);
    const finished = await finishOrder(context.client, number, closing);
    return { number, kind, status: finished.ok ? finished.payload.status : finished.refusal.code };
  } catch (error) {
    if (!isGraphFailure(error)) throw error;
    for (const step of waiting) settle(unsentRow(step, error.code, error.message));
    return { number, kind: 'unsent', status: error.code };
  }
}

const operatorOf = (client: GraphClient, worker: string) => client.signedIn(worker, people.standIn);

const unreadable = ({ line, workOrder, operation, reason }: UnreadableRow): RowOutcome => ({
  line,
  workOrder,
  operation,
  key: `line ${line}`,
  kind: 'refused',
  code: 'UNREADABLE_ROW',
  message: reason,
});
