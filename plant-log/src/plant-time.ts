/** Plant time to UTC. A time that a clock change skips moves forward; one that it repeats means the first. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
}

function offsetAt(instant: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const wall = `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}Z`;
  return Date.parse(wall) - instant;
}

const dayLength = 86_400_000;

/** The instant at which clocks in the zone show the local time (2012-01-30T06:24:00). */
export function toInstant(local: string, timeZone: string): Date {
  const wall = Date.parse(`${local}Z`);
  const before = wall - offsetAt(wall - dayLength, timeZone);
  const after = wall - offsetAt(wall + dayLength, timeZone);
  const fits = (instant: number) => instant + offsetAt(instant, timeZone) === wall;
  const [first, second] = [Math.min(before, after), Math.max(before, after)];
  if (fits(first)) return new Date(first);
  return new Date(fits(second) ? second : before);
}
