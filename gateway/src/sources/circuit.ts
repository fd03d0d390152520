/** Stops asking a subgraph that does not answer, so that nobody waits for it, and tries again with one request at a time. */
import type { Logger } from 'pino';

export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export type Circuit = Readonly<{
  /** Runs the work, or throws `CircuitOpen` at once. What the work throws is a failure; an answer with errors is an answer. */
  run<Value>(work: () => Promise<Value>): Promise<Value>;
  status(): CircuitStatus;
}>;

export type CircuitStatus = Readonly<{
  state: CircuitState;
  /** In a row. */
  failures: number;
  /** Requests refused since it opened. */
  refused: number;
  openedAt: Date | null;
}>;

export type CircuitTimes = Readonly<{
  /** Failures in a row that open it. */
  failures: number;
  /** How long nobody is let through before one is to try. */
  openMs: number;
}>;

const defaultTimes: CircuitTimes = { failures: 5, openMs: 3_000 };

const OPEN = 'ENGHUB_CIRCUIT_OPEN';

export const isCircuitOpen = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === OPEN;

export function createCircuit(
  name: string,
  logger: Logger,
  { failures: limit, openMs }: CircuitTimes = defaultTimes,
  now: () => number = Date.now,
): Circuit {
  let failures = 0;
  let refused = 0;
  let openedAt: number | null = null;
  let waitUntil = -Infinity;
  let isTrying = false;

  function succeeded(): void {
    if (openedAt !== null) logger.warn({ subgraph: name, refused }, 'subgraph answers again');
    failures = 0;
    refused = 0;
    openedAt = null;
  }

  function failed(): void {
    failures += 1;
    if (failures < limit) return;
    waitUntil = now() + openMs;
    if (openedAt !== null) return;
    openedAt = now();
    logger.error({ subgraph: name, failures }, 'subgraph is not asked for a while');
  }

  function refuse(): never {
    refused += 1;
    throw Object.assign(new Error(`${name} did not answer ${failures} times in a row`), { code: OPEN });
  }

  return {
    async run(work) {
      const isProbe = openedAt !== null;
      if (isProbe && (isTrying || now() < waitUntil)) refuse();
      if (isProbe) isTrying = true;
      try {
        const value = await work();
        // An answer to what was asked before it opened says nothing about now.
        if (isProbe || openedAt === null) succeeded();
        return value;
      } catch (error) {
        failed();
        throw error;
      } finally {
        if (isProbe) isTrying = false;
      }
    },
    status() {
      const mayTry = now() >= waitUntil;
      const state = openedAt === null ? 'CLOSED' : isTrying || mayTry ? 'HALF_OPEN' : 'OPEN';
      return { state, failures, refused, openedAt: openedAt === null ? null : new Date(openedAt) };
    },
  };
}
