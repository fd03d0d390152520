/** Waits until a system has done all that follows from what it accepted. */
import { setTimeout as pause } from 'node:timers/promises';
import type { BrokerQueues } from './broker-queues.ts';
import { instant } from './client-log.ts';
import type { Database } from './facts.ts';

export type Settled = Readonly<{
  converged: boolean;
  ms: number;
  /** What is missing, where it did not converge. */
  left: string;
}>;

export const CONVERGE_WITHIN_MS = 60_000;
/** Where nothing moves for so long, nothing will. */
const STANDSTILL_MS = 15_000;

export async function settle(database: Database, queues: BrokerQueues | null): Promise<Settled> {
  const startedAt = instant();
  let quietSince: number | null = null;
  let before = '';
  let movedAt = startedAt;
  for (;;) {
    const state = await look(database, queues);
    const now = instant();
    if (state.text !== before) movedAt = now;
    before = state.text;
    quietSince = state.isQuiet ? (quietSince ?? now) : null;
    if (quietSince !== null && now - quietSince > 600) {
      return { converged: true, ms: Math.round(quietSince - startedAt), left: '' };
    }
    const isStill = now - movedAt > STANDSTILL_MS;
    if (isStill || now - startedAt > CONVERGE_WITHIN_MS) {
      return { converged: false, ms: Math.round(now - startedAt), left: state.text };
    }
    await pause(150);
  }
}

async function look(database: Database, queues: BrokerQueues | null): Promise<{ isQuiet: boolean; text: string }> {
  try {
    const waiting = await database.waiting();
    const { due, counted, activities, activitiesDue } = await database.effects();
    // The broker is asked last, and only when the tables are quiet: each question is a connection.
    const isDone = waiting === 0 && counted >= due && activities >= activitiesDue;
    const queued = isDone && queues ? [...(await queues.waiting())] : [];
    const queuedText = queued.map(([queue, events]) => `${events} in ${queue}`).join(', ') || 'none queued';
    return {
      isQuiet: isDone && queued.length === 0,
      text: `${waiting} unsent, ${queuedText}, ${counted} of ${due} counted by quality, ${activities} of ${activitiesDue} heard by equipment`,
    };
  } catch (error) {
    return { isQuiet: false, text: String(error) };
  }
}
