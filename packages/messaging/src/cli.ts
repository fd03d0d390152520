/** `npm run events -- replay | expect | release | backlog | dead-letters | show | discard` */
import { withInstalledDatabases, type InstalledDatabase } from '@enghub/database/installed-databases';
import { rolesOf } from '@enghub/database/roles';
import { backlogOf } from './backlog.ts';
import { readCommand, type EventsCommand } from './command-line.ts';
import { expectConsumer, registeredConsumers, releaseConsumer } from './consumers.ts';
import { openSession } from './database-session.ts';
import { silentLogger } from './logger.ts';
import { mayPublish, replay, type ReplayOutcome, type ReplayRefusal, type Source } from './replay.ts';
import { discardUnreadable, hexDump, readUnreadable, unreadableLetters } from './unreadable-letters.ts';

const usage = `Usage: npm run events -- <command>
  replay --consumer <name> --from <instant> [--to <instant>] [--types <a,b>] [--tenant <id>] [--factory <id>] [--dry-run]
                          put events that were written in the interval [from, to) into the consumer's mailbox, in order,
                          before what it hears from now on; what it applied before, and what became a dead letter, is left
                          alone. It may be repeated. While it reads, the consumer waits. Types are names of events, routing
                          keys or patterns of them. --dry-run counts and changes nothing.
  expect <consumer>       before a new consumer starts for the first time: it is to wait until its history was replayed
  release <consumer>      let it go on with what it has
  backlog                 what waits, of each service and consumer
  dead-letters            those that are no events, which nobody sees in the graph
  show <id>               the bytes of one
  discard <id> --by <who> --reason <why>
Works on the databases of …_DATABASE_URL; those that are not set are the ones of npm start, below ENGHUB_DATA_DIR.
The system may go on meanwhile, or stand still. Ends with 1 when something failed, with 2 when it refuses.`;

const words: Record<ReplayRefusal, string> = {
  UNKNOWN_CONSUMER: 'There is no such consumer. Those that are known:',
  NOT_STARTED: 'It has not started yet, so what it hears is not known. It waits for its history once it has.',
  EMPTY_INTERVAL: '--from has to be before --to.',
  TURN_NOT_GIVEN: 'The process that works for the consumer does not let go of its mailbox. Nothing was changed.',
};

const outcomes: Record<ReplayOutcome, string> = {
  PUT: 'put into the mailbox',
  APPLIED: 'applied before',
  DEAD_LETTER: 'dead letters, left to the administrators',
  DISCARDED: 'discarded by administrators',
  FORGOTTEN: 'left out: too old for the consumer to know whether it applied them',
};

type Namespace = Source & Readonly<{ namespace: string }>;

/** The namespaces that were ever started, and those whose database nobody named. */
async function withNamespaces(work: (open: readonly Namespace[], missing: readonly string[]) => Promise<void>) {
  await withInstalledDatabases(async (databases) => {
    const open: Namespace[] = [];
    try {
      for (const database of databases) {
        if (database.url && (await isStarted(database))) {
          const { service, namespace } = database;
          const { url } = rolesOf(database.url, namespace).relay;
          open.push({
            service,
            namespace,
            session: openSession({ url, name: 'events', namespace, logger: silentLogger }),
          });
        }
      }
      await work(
        open,
        databases.filter(({ url }) => url === null).map(({ service }) => service),
      );
    } finally {
      for (const { session } of open) await session.close();
    }
  });
}

async function isStarted({ url, namespace }: InstalledDatabase): Promise<boolean> {
  const owner = openSession({ url: url!, name: 'events', logger: silentLogger });
  try {
    const [row] = await owner.query<{ known: boolean }>('SELECT to_regclass($1) IS NOT NULL AS known', [
      `${namespace}.outbox_archive`,
    ]);
    return row?.known === true;
  } catch (error) {
    if (/database .* does not exist/.test((error as Error).message)) return false;
    throw error;
  } finally {
    await owner.close();
  }
}

type Replay = Extract<EventsCommand, { command: 'replay' }>;

async function runReplay(request: Replay, open: readonly Namespace[], missing: readonly string[]): Promise<void> {
  const home = homeOf(request.consumer, open);
  if (!home) return refuse(`${words.UNKNOWN_CONSUMER} ${await namesOf(open)}`);
  const known = await registeredConsumers(home.session);
  const routingKeys = known.find(({ consumer }) => consumer === request.consumer)?.routingKeys ?? [];
  const unseen = missing.filter((service) => mayPublish(service, routingKeys));
  if (unseen.length > 0) return refuse(`Events of ${unseen.join(', ')} would be missing: set its …_DATABASE_URL.`);
  const done = await replay(
    request,
    home.session,
    open.filter(({ service }) => mayPublish(service, routingKeys)),
  );
  if (!done.ok) {
    const about = done.refusal === 'UNKNOWN_CONSUMER' ? ` ${await namesOf(open)}` : '';
    return refuse(words[done.refusal] + about);
  }
  const interval = `from ${request.from.toISOString()} to ${request.to?.toISOString() ?? 'now'}`;
  const events = done.counts.reduce((sum, count) => sum + count.events, 0);
  console.log(`${events} events ${interval} for ${request.consumer}${request.isDryRun ? ' (dry run)' : ''}`);
  for (const { service, eventType, outcome, events: count } of done.counts) {
    const word = request.isDryRun && outcome === 'PUT' ? 'to put into the mailbox' : outcomes[outcome];
    console.log(`  ${service} ${eventType}: ${count} ${word}`);
  }
  if (done.isReleased) console.log(`${request.consumer} has its history and goes on.`);
  if (done.stillWaits) {
    const why = request.isDryRun ? '' : ' This was not all that it missed:';
    console.log(`${request.consumer} still waits.${why} replay without limits, or release it.`);
  }
}

const homeOf = (consumer: string, open: readonly Namespace[]) =>
  open.find(({ service }) => consumer.startsWith(`${service}.`));

async function namesOf(open: readonly Namespace[]): Promise<string> {
  const known = await Promise.all(open.map(({ session }) => registeredConsumers(session)));
  return known.flatMap((consumers) => consumers.map(({ consumer }) => consumer)).join(', ') || 'none';
}

async function runExpectOrRelease(command: 'expect' | 'release', consumer: string, open: readonly Namespace[]) {
  const home = homeOf(consumer, open);
  if (!home) return refuse(`No service that was ever started has a consumer ${consumer}.`);
  if (command === 'expect') {
    if (await expectConsumer(home.session, consumer)) console.log(`${consumer} will wait for its history.`);
    else refuse(`${consumer} has started before: it hears what is published already.`);
  } else if (await releaseConsumer(home.session, consumer)) console.log(`${consumer} goes on.`);
  else refuse(`${consumer} does not wait.`);
}

async function printBacklog(open: readonly Namespace[]): Promise<void> {
  for (const { service, session } of open) {
    const { unsent, oldestSeconds, consumers } = await backlogOf(session);
    const oldest = unsent > 0 ? `, the oldest for ${Math.round(oldestSeconds)} s` : '';
    console.log(`${service}: ${unsent} events not sent yet${oldest}`);
    for (const { consumer, waiting, retrying, dead, waitsForHistory } of consumers) {
      const waits = waitsForHistory ? '; waits for its history' : '';
      console.log(`  ${consumer}: ${waiting} in the mailbox, ${retrying} of them failed; ${dead} dead letters${waits}`);
    }
  }
}

async function listLetters(open: readonly Namespace[]): Promise<void> {
  let found = 0;
  for (const { session } of open) {
    for (const { id, consumer, routingKey, since, bytes, error } of await unreadableLetters(session)) {
      found += 1;
      console.log(`${id}  ${since.toISOString()}  ${consumer}  ${routingKey}  ${bytes} bytes  ${error}`);
    }
  }
  if (found === 0) console.log('There is no letter that cannot be read. The others are in the graph: deadLetters.');
}

async function showLetter(id: string, open: readonly Namespace[]): Promise<void> {
  for (const { session } of open) {
    const letter = await readUnreadable(session, id);
    if (!letter) continue;
    const { consumer, routingKey, state, since, attempts, error, settledBy, reason, body } = letter;
    console.log(`${consumer}  ${routingKey}  ${state} since ${since.toISOString()}, ${attempts} attempts\n${error}`);
    if (settledBy) console.log(`settled by ${settledBy}: ${reason ?? ''}`);
    return console.log(hexDump(body));
  }
  refuse('There is no unreadable letter of that id.');
}

async function discardLetter(command: Extract<EventsCommand, { command: 'discard' }>, open: readonly Namespace[]) {
  for (const { session } of open) {
    if (await discardUnreadable(session, command)) return console.log(`${command.id} is discarded.`);
  }
  refuse('There is no unreadable letter of that id that waits for a decision.');
}

async function run(command: EventsCommand): Promise<void> {
  await withNamespaces(async (open, missing) => {
    if (command.command === 'replay') await runReplay(command, open, missing);
    else if (command.command === 'backlog') await printBacklog(open);
    else if (command.command === 'show') await showLetter(command.id, open);
    else if (command.command === 'discard') await discardLetter(command, open);
    else if (command.command === 'dead-letters') await listLetters(open);
    else await runExpectOrRelease(command.command, command.consumer, open);
  });
}

function refuse(why: string): void {
  console.error(why);
  process.exitCode = 2;
}

const given = readCommand(process.argv.slice(2));
if (given.command === 'refused') refuse(`${given.why}\n${usage}`);
else {
  await run(given).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
