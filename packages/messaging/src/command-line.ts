/** What was asked for on the command line of `npm run events`. Pure. */
export type EventsCommand =
  | Readonly<{
      command: 'replay';
      consumer: string;
      from: Date;
      to: Date | null;
      types: readonly string[];
      tenantId: string | null;
      factoryId: string | null;
      isDryRun: boolean;
    }>
  | Readonly<{ command: 'expect' | 'release'; consumer: string }>
  | Readonly<{ command: 'backlog' }>
  | Readonly<{ command: 'dead-letters' }>
  | Readonly<{ command: 'show'; id: string }>
  | Readonly<{ command: 'discard'; id: string; by: string; reason: string }>;

export type ReadCommand = EventsCommand | Readonly<{ command: 'refused'; why: string }>;

type Flags = Readonly<Record<string, string>>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const flagsOfReplay = ['--consumer', '--from', '--to', '--types', '--tenant', '--factory'];

export function readCommand([command = '', ...words]: readonly string[]): ReadCommand {
  if (command === 'replay') return readReplay(words);
  if (command === 'backlog' || command === 'dead-letters') {
    return words.length === 0 ? { command } : refused(`${command} takes nothing else.`);
  }
  const [name = '', ...rest] = words;
  if (command === 'expect' || command === 'release') {
    return isConsumer(name) && rest.length === 0
      ? { command, consumer: name }
      : refused(`${command} takes a consumer.`);
  }
  if (command === 'show') {
    return uuid.test(name) && rest.length === 0 ? { command, id: name } : refused('show takes the id of a letter.');
  }
  if (command === 'discard') {
    const flags = readFlags(rest, ['--by', '--reason']);
    if (!uuid.test(name) || !flags?.['--by'] || !flags['--reason']) {
      return refused('discard takes the id of a letter, --by and --reason.');
    }
    return { command, id: name, by: flags['--by'], reason: flags['--reason'] };
  }
  return refused(command === '' ? 'Say what to do.' : `There is no command "${command}".`);
}

function readReplay(words: readonly string[]): ReadCommand {
  const isDryRun = words.includes('--dry-run');
  const flags = readFlags(
    words.filter((word) => word !== '--dry-run'),
    flagsOfReplay,
  );
  if (!flags) return refused(`replay takes ${flagsOfReplay.join(', ')} with a value each, and --dry-run.`);
  const consumer = flags['--consumer'] ?? '';
  if (!isConsumer(consumer)) return refused('replay needs a --consumer such as qms.inspections.');
  if (flags['--from'] === undefined) return refused('replay needs an instant --from which on events are taken.');
  const from = readInstant(flags['--from']);
  const to = flags['--to'] === undefined ? null : readInstant(flags['--to']);
  const wrong = from === undefined ? '--from' : to === undefined ? '--to' : null;
  if (from === undefined || to === undefined) {
    return refused(`${wrong} is an instant with its offset such as 2026-11-01T00:00:00Z, not "${flags[wrong!]}".`);
  }
  if (to !== null && from >= to) return refused('--from has to be before --to.');
  return {
    command: 'replay',
    consumer,
    from,
    to,
    types: (flags['--types'] ?? '').split(',').filter((type) => type !== ''),
    tenantId: flags['--tenant'] ?? null,
    factoryId: flags['--factory'] ?? null,
    isDryRun,
  };
}

function readFlags(words: readonly string[], allowed: readonly string[]): Flags | null {
  const flags: Record<string, string> = {};
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value] = words.slice(at, at + 2);
    if (!allowed.includes(name) || name in flags || !value || value.startsWith('--')) return null;
    flags[name] = value;
  }
  return flags;
}

function readInstant(text: string): Date | undefined {
  const at = new Date(text);
  return instant.test(text) && !Number.isNaN(at.getTime()) ? at : undefined;
}

const isConsumer = (name: string): boolean => /^[a-z][a-z-]*(\.[a-z0-9-]+)+$/.test(name);
const refused = (why: string) => ({ command: 'refused', why }) as const;
