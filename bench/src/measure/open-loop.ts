/** A fixed number of things a second, whatever becomes of the earlier ones. */
import { setTimeout as pause } from 'node:timers/promises';

export type Latencies = Readonly<{ p50Ms: number; p99Ms: number; mostMs: number }>;

const tickMs = 2;

/**
 * What is due while `send` works goes with its next call, and still counts from the moment at which it was due: who is slow
 * does not get fewer. Answers those moments, on the machine's monotonic clock.
 */
export async function openLoop<Thing extends object>(
  things: readonly Thing[],
  perSecond: number,
  send: (due: readonly Thing[]) => Promise<void>,
): Promise<ReadonlyMap<Thing, bigint>> {
  const start = process.hrtime.bigint();
  const dueAt = new Map(things.map((thing, at) => [thing, start + BigInt(Math.round((at * 1e9) / perSecond))]));
  for (let sent = 0; sent < things.length;) {
    const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
    const due = things.slice(sent, Math.floor(elapsed * perSecond) + 1);
    sent += due.length;
    if (due.length > 0) await send(due);
    else await pause(tickMs);
  }
  return dueAt;
}

export function latenciesOf(ms: readonly number[]): Latencies {
  const sorted = [...ms].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1) };
}
