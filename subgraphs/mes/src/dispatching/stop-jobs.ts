import type { Context } from '../context.ts';
import { endJobs, findRunning, findRunningOn } from '../labour/commands.ts';
import { loadForChange } from '../work-orders/commands.ts';
import { save } from './change.ts';
import * as rules from './rules.ts';
import * as store from './store.ts';

/**
 * Nobody works on an order that is held, completed or cancelled: its jobs end when that happened. Jobs that began since
 * are left alone, so it does no harm to hear of it late or twice.
 */
export async function stopJobs(
  stopped: Readonly<{ workOrderId: string; at: Date; by: string; command: string }>,
  context: Context,
): Promise<void> {
  const { workOrderId, at, by, command } = stopped;
  await context.transaction(async (tx) => {
    const order = await loadForChange(tx, workOrderId);
    const jobs = order ? await findRunningOn(tx, workOrderId, at) : [];
    if (!order || jobs.length === 0) return;
    await endJobs(tx, jobs, at);
    const operationIds = [...new Set(jobs.map(({ operationId }) => operationId))];
    const still = await findRunning(tx, operationIds);
    for (const operation of await store.findDispatched(tx, operationIds)) {
      const running = still.filter(({ operationId }) => operationId === operation.id).length;
      const decision =
        order.status === 'HELD'
          ? rules.restWhenHeld(operation, running, by, at)
          : { ok: true as const, state: operation, events: [] };
      if (!decision.ok) continue;
      const ended = jobs.filter(({ operationId }) => operationId === operation.id);
      await save(tx, context, { order, operation }, { command, decision, ended });
    }
  });
}
