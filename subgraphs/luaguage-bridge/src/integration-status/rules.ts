/** When an interface of the ERP counts as down, and when as well again. Pure: the caller brings the clock. */
/** How an interface has been doing, as one bridge saw it or as all of them did. */
export type Health<Name = string> = Readonly<{
  name: Name;
  circuit: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  /** Of the first failure since it last worked; null while it works. */
  failingSince: Date | null;
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

/** What two of them know together: the latest word counts, whoever heard it; our own of two at the same time. */
export function merged<Name>(one: Health<Name>, other: Health<Name>): Health<Name> {
  const newer = timeOf(latestOf(one)) >= timeOf(latestOf(other)) ? one : other;
  const lastSuccessAt = later(one.lastSuccessAt, other.lastSuccessAt);
  const lastFailureAt = later(one.lastFailureAt, other.lastFailureAt);
  const began = [one.failingSince, other.failingSince].filter((at) => at !== null && at >= (lastSuccessAt ?? at));
  const failingSince = newer.failingSince && (began.sort((a, b) => timeOf(a) - timeOf(b))[0] ?? lastFailureAt);
  const lastError = timeOf(one.lastFailureAt) >= timeOf(other.lastFailureAt) ? one.lastError : other.lastError;
  return { name: one.name, circuit: newer.circuit, failingSince, lastSuccessAt, lastFailureAt, lastError };
}

/** Whether there is something in it that the other does not know. */
export const isNews = (heard: Health, known: Health | undefined): boolean =>
  known === undefined
    ? latestOf(heard) !== null
    : heard.circuit !== known.circuit ||
      heard.failingSince?.getTime() !== known.failingSince?.getTime() ||
      // Who works need not say so all the time.
      timeOf(latestOf(heard)) - timeOf(latestOf(known)) >= (heard.failingSince ? 1 : SAID_AGAIN_MS);

const SAID_AGAIN_MS = 5_000;

const timeOf = (at: Date | null) => at?.getTime() ?? -Infinity;
const later = (one: Date | null, other: Date | null) => (timeOf(one) >= timeOf(other) ? one : other);
const latestOf = ({ lastSuccessAt, lastFailureAt }: Health<unknown>) => later(lastSuccessAt, lastFailureAt);

/** Known to be down: it has failed for long, or so often that it is left alone. */
export function isDown({ circuit, failingSince }: Health<unknown>, now: Date): boolean {
  if (failingSince === null) return false;
  return circuit !== 'CLOSED' || now.getTime() - failingSince.getTime() >= PATIENCE_MS;
}

/** The state that follows; null while nothing is to be told. */
export function nextState<Name>(
  health: Health<Name>,
  told: IntegrationState<Name> | null,
  now: Date,
): IntegrationState<Name> | null {
  const { name, failingSince, lastSuccessAt, lastError } = health;
  if (failingSince !== null) {
    if (told?.state === 'DEGRADED' || !isDown(health, now)) return null;
    return { name, state: 'DEGRADED', since: failingSince, lastError };
  }
  if (told?.state !== 'DEGRADED' || lastSuccessAt === null) return null;
  return { name, state: 'OK', since: lastSuccessAt, lastError: told.lastError };
}

/** Whether its last word was a failure. */
export const isFailing = ({ failingSince }: Health<unknown>): boolean => failingSince !== null;

/** Whether nobody asked for so long that it may have stopped working unnoticed. */
export function isQuiet(health: Health<unknown>, now: Date): boolean {
  return now.getTime() - timeOf(latestOf(health)) >= QUIET_MS;
}

const QUIET_MS = 15_000;

/** Milliseconds since the ERP was last heard here, while it fails. */
export function lagMs({ failingSince, lastSuccessAt }: Health, now: Date): number {
  if (failingSince === null) return 0;
  return Math.max(0, now.getTime() - (lastSuccessAt ?? failingSince).getTime());
}

export const isLagging = (lag: number): boolean => lag >= LAGGING_MS;
