/** `npm run replay -- FILE [--speed 600] [--url http://localhost:4000]`: the log as if it happened now. */
import { explain, defaultUrl, readArguments } from './command-line.ts';
import type { RowStep } from './plan.ts';
import { readLog } from './read-log.ts';
import { replayLog } from './replay-log.ts';
import type { RowOutcome } from './rows.ts';
import { devTokens } from './sign-in.ts';

const usage = `usage: npm run replay -- FILE [--speed 600] [--url ${defaultUrl}]`;

async function main(): Promise<void> {
  const given = readArguments(usage, ['speed', 'url']);
  if (!given) return;
  const url = given.options.url ?? defaultUrl;
  const speed = Number(given.options.speed ?? '600');
  if (!(speed > 0) || !Number.isFinite(speed)) {
    console.error(`--speed must be a number above zero\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  try {
    const log = await readLog(given.argument);
    for (const { line, reason } of log.unreadable) console.error(`line ${line} cannot be read: ${reason}`);
    const outcomes = await replayLog({
      log,
      url,
      tokenFor: devTokens(url),
      speed,
      signal: interrupted.signal,
      onReady: ({ factory, shiftAt }) => {
        console.log(`${log.rows.length} rows at ${speed} times the plant's speed. Ctrl-C ends.`);
        const shift = shiftAt ? ` of shiftDate ${shiftAt.shiftDate}, shift ${shiftAt.name}` : '';
        console.log(`Boards${shift}, by stationId:`);
        for (const { id, code } of factory?.stations ?? []) console.log(`  ${id}  ${code}`);
      },
      onRow: (outcome, step, order) => console.log(describeRow(outcome, step, order)),
    });
    const of = (kind: RowOutcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length;
    console.log(`accepted ${of('new')}, refused ${of('refused')}, not sent ${of('unsent')} of ${log.rows.length} rows`);
    if (of('unsent') > 0) process.exitCode = 1;
  } catch (error) {
    console.error(explain(error, url));
    process.exitCode = 1;
  }
}

function describeRow(outcome: RowOutcome, { row, stationCode, endedAt, time, pieces }: RowStep, order: string): string {
  const made = pieces
    ? `good ${pieces.goodQuantity}, scrap ${pieces.scrapQuantity}, rework ${pieces.reworkQuantity}`
    : '';
  const what = [time?.kind.toLowerCase(), made].filter(Boolean).join(', ');
  const verdict = 'code' in outcome ? `  ${outcome.kind}: ${outcome.code} ${outcome.message}` : '';
  return `${endedAt.toISOString()}  ${order}  ${row.operation} at ${stationCode}: ${what}${verdict}`;
}

await main();
