/** When an interface of the ERP counts as degraded, and when as well again. Pure: the caller brings the clock. */
/** How an interface has been doing since the bridge started. */
type Health<Name> = Readonly<{
  name: Name;
  circuit: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  lastError: string | null;
}>;

export type IntegrationState<Name = string> = Readonly<{
  name: Name;
  state: 'OK' | 'DEGRADED';
  since: Date;
  lastError: string | null;
}>;

/** One failure is tried again; what fails for this long is nobody's hiccup. */
const PATIENCE_MS = 10_000;
const LAGGING_MS = 5 * 60_000;

/** The state that follows; null while nothing is to be told. */
export function nextState<Name>(
  health: Health<Name>,
  told: IntegrationState<Name> | null,
  now: Date,
): IntegrationState<Name> | null {
  const { name, circuit, lastSuccessAt, lastFailureAt, lastError } = health;
  const isFailing = lastFailureAt !== null && (lastSuccessAt === null || lastSuccessAt < lastFailureAt);
  if (isFailing) {
    const failingSince = lastSuccessAt ?? lastFailureAt;
    const isLong = now.getTime() - failingSince.getTime() >= PATIENCE_MS;
    if (told?.state === 'DEGRADED' || (circuit === 'CLOSED' && !isLong)) return null;
    return { name, state: 'DEGRADED', since: lastFailureAt, lastError };
  }
  if (told?.state !== 'DEGRADED' || lastSuccessAt === null) return null;
  return { name, state: 'OK', since: lastSuccessAt, lastError: told.lastError };
}

/** Milliseconds since the ERP was last heard here, while it fails. */
export function lagMs({ lastSuccessAt, lastFailureAt }: Health<string>, now: Date): number {
  if (lastFailureAt === null || (lastSuccessAt !== null && lastSuccessAt >= lastFailureAt)) return 0;
  return Math.max(0, now.getTime() - (lastSuccessAt ?? lastFailureAt).getTime());
}

export const isLagging = (lag: number): boolean => lag >= LAGGING_MS;
