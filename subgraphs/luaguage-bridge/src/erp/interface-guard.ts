/** Stands before one interface of the ERP, so that its trouble is its own: bounds, tries again, and leaves it alone. */
import {
  bulkhead,
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  IterableBackoff,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { erpUnavailable, isErpUnavailable, isPassing } from './outage.ts';

export const erpInterfaces = [
  'PRODUCTS',
  'MATERIALS',
  'BOM',
  'PPAP',
  'PERMISSIONS',
  'USERS',
  'NOTIFICATIONS',
  'SALES_ORDERS',
  'ORDER_STATUS',
] as const;
export type ErpInterface = (typeof erpInterfaces)[number];

export type InterfaceHealth = Readonly<{
  name: ErpInterface;
  /** OPEN: it is not asked at all for a while. HALF_OPEN: one question tries whether it is back. */
  circuit: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  /** Of the first failure since it last worked; null while it works. */
  failingSince: Date | null;
  /** Null when there was none since the start; so with the others. */
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  /** Of the last failure, without secrets; it remains when the interface works again. */
  lastError: string | null;
}>;

/** One attempt that the ERP answered usably, or did not. */
export type InterfaceOutcome = Readonly<{ name: ErpInterface; at: Date; error: string | null }>;

export type GuardSettings = Readonly<{
  attemptMs: number;
  retryDelaysMs: readonly number[];
  failuresToOpen: number;
  halfOpenAfterMs: number;
  now: () => Date;
  onOutcome?: ((outcome: InterfaceOutcome) => void) | undefined;
}>;

export type InterfaceGuard = Readonly<{
  /** Only ever fails with `erpUnavailable`. */
  run<Answer>(attempt: (signal: AbortSignal) => Promise<Answer>): Promise<Answer>;
  health(): InterfaceHealth;
}>;

/** Questions to one interface at the same time, and how many may wait for their turn. */
export const CONCURRENT = 10;
const WAITING = 500;

export function guardInterface(name: ErpInterface, settings: GuardSettings): InterfaceGuard {
  let lastSuccessAt: Date | null = null;
  let lastFailureAt: Date | null = null;
  let lastError: string | null = null;
  let failingSince: Date | null = null;

  const breaker = circuitBreaker(handleWhen(isPassingFailure), {
    halfOpenAfter: settings.halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(settings.failuresToOpen),
  });
  // The breaker sees every attempt; its own "circuit open" is no passing failure and is not tried again.
  const policy = wrap(
    bulkhead(CONCURRENT, WAITING),
    retry(handleWhen(isPassingFailure), {
      maxAttempts: settings.retryDelaysMs.length,
      backoff: new IterableBackoff([...settings.retryDelaysMs]),
    }),
    breaker,
  );
  const bounded = timeout(settings.attemptMs, TimeoutStrategy.Aggressive);

  function tell(error: string | null): void {
    const at = settings.now();
    if (error === null) [lastSuccessAt, failingSince] = [at, null];
    else [lastFailureAt, lastError, failingSince] = [at, error, failingSince ?? at];
    settings.onOutcome?.({ name, at, error });
  }

  async function attempted<Answer>(attempt: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await bounded.execute(({ signal }) => attempt(signal));
      tell(null);
      return answer;
    } catch (error) {
      const failure = asOutage(name, error);
      tell(failure.message);
      throw failure;
    }
  }

  return {
    run: (attempt) =>
      policy
        .execute(() => attempted(attempt))
        .catch((error: unknown) => {
          throw asOutage(name, error);
        }),
    health: () => ({ name, circuit: circuitOf(breaker.state), failingSince, lastSuccessAt, lastFailureAt, lastError }),
  };
}

const isPassingFailure = (error: unknown) => isPassing(error);

function asOutage(name: ErpInterface, error: unknown) {
  if (isErpUnavailable(error)) return error;
  if (error instanceof TaskCancelledError) return erpUnavailable(`${name} did not answer in time`, { isPassing: true });
  if (error instanceof BrokenCircuitError) return erpUnavailable(`${name} is left alone for a while`);
  return erpUnavailable(`${name}: ${error instanceof Error ? error.message : String(error)}`);
}

const circuitOf = (state: CircuitState): InterfaceHealth['circuit'] =>
  state === CircuitState.Closed ? 'CLOSED' : state === CircuitState.HalfOpen ? 'HALF_OPEN' : 'OPEN';
