/** Plays a plant's log as if it happened now: new orders beside those of the log, each row when its end comes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { definePlant } from './define-plant.ts';
import { createGraphClient, isGraphFailure, type GraphClient, type TokenFor } from './graph-client.ts';
import { operations, type Boards, type Order } from './operations.ts';
import { finishOrder, openOrder } from './orders.ts';
import { planLog, type PlannedOrder, type RowStep } from './plan.ts';
import { people, plant } from './plant.ts';
import type { Log } from './read-log.ts';
import { dueRows, happeningAt } from './replay-clock.ts';
import { refusedRow, sendRow, unsentRow, type RowOutcome } from './rows.ts';

export type ReplayOptions = Readonly<{
  log: Log;
  url: string;
  tokenFor: TokenFor;
  /** How many times faster than the plant was. */
  speed: number;
  /** Called once the plant is defined, with what a board needs to be opened. */
  onReady?: (boards: Boards) => void;
  onRow?: (outcome: RowOutcome, step: RowStep, orderNumber: string) => void;
  /** Ends the replay after the rows that are on their way. */
  signal?: AbortSignal;
}>;

export async function replayLog(options: ReplayOptions): Promise<readonly RowOutcome[]> {
  const { log, url, tokenFor, speed, onReady, onRow, signal } = options;
  const suffix = `-R${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`;
  const plan = planLog(log.rows, suffix);
  const client = createGraphClient({ url, tokenFor });
  const stations = await definePlant(client, plan, 8);
  onReady?.(await boardsOf(client));

  const opened = new Map<PlannedOrder, Order>();
  const send = async (planned: PlannedOrder, step: RowStep): Promise<RowOutcome> => {
    const operator = await client.signedIn(step.row.worker, people.standIn);
    if (!opened.has(planned)) {
      const verdict = await openOrder(client, planned, operator);
      if (!verdict.ok) return refusedRow(step, verdict.refusal);
      opened.set(planned, verdict.payload.order);
    }
    const outcome = await sendRow({ client, stations }, opened.get(planned)!, step);
    if (step.key === planned.rows.at(-1)!.key) await finish(planned, operator);
    return outcome;
  };

  // The row itself is told by now: an order that stays open is no reason to call it unsent.
  const finish = (planned: PlannedOrder, operator: string) =>
    finishOrder(client, planned.number, operator).catch((error: unknown) => {
      if (!isGraphFailure(error)) throw error;
    });

  // Rows of one order wait for one another; orders do not.
  const lanes = new Map<PlannedOrder, Promise<void>>();
  const outcomes: RowOutcome[] = [];
  const started = Date.now();
  for (const { planned, step, after } of dueRows(plan.orders, speed)) {
    const wait = started + after - Date.now();
    if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) break;
    const now = happeningAt(step, new Date());
    const run = async () => {
      const outcome = await send(planned, now).catch((error: unknown) => {
        if (!isGraphFailure(error)) throw error;
        return unsentRow(now, error.code, error.message);
      });
      outcomes.push(outcome);
      onRow?.(outcome, now, planned.number);
    };
    const lane = (lanes.get(planned) ?? Promise.resolve()).then(run);
    // Somebody looks at every lane at the end; until then a failed one must not end the process.
    lane.catch(() => undefined);
    lanes.set(planned, lane);
  }
  await Promise.all(lanes.values());
  return outcomes;
}

const boardsOf = (client: GraphClient): Promise<Boards> =>
  client.call(operations.boards, { factoryId: plant.factoryId, at: new Date().toISOString() }, people.standIn);
