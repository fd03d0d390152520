/** How long events are kept, and what is known of events and of requests. */
export type Retention = Readonly<{
  /** Of sent events in the outbox. */
  outboxDays: number;
  /** Of all events: in the archive, a month as a whole. What consumers have applied is known for as long. */
  archiveDays: number;
  /** Of request ids with their answers. Who sends one again later than this has sent it for the first time. */
  requestDays: number;
}>;

export const defaultRetention: Retention = { outboxDays: 7, archiveDays: 400, requestDays: 400 };

/** Throws with the name of a setting that is no number of days. */
export function readRetention(env: Readonly<Record<string, string | undefined>>): Retention {
  const outboxDays = daysOf(env, 'ENGHUB_EVENTS_OUTBOX_DAYS', defaultRetention.outboxDays);
  const archiveDays = daysOf(env, 'ENGHUB_EVENTS_ARCHIVE_DAYS', defaultRetention.archiveDays);
  const requestDays = daysOf(env, 'ENGHUB_REQUEST_DAYS', defaultRetention.requestDays);
  if (archiveDays < outboxDays) {
    throw new Error(
      'ENGHUB_EVENTS_ARCHIVE_DAYS counts from the event itself: it cannot be less than the outbox keeps.',
    );
  }
  return { outboxDays, archiveDays, requestDays };
}

const mostDays = 3_650;

function daysOf(env: Readonly<Record<string, string | undefined>>, name: string, otherwise: number): number {
  const given = env[name]?.trim();
  if (!given) return otherwise;
  const days = Number(given);
  if (!/^\d+$/.test(given) || days < 1 || days > mostDays) {
    throw new Error(`${name} is a whole number of days from 1 to ${mostDays}, not "${given}".`);
  }
  return days;
}
