/** Whose permissions are looked up: one user again and again, a thousand by turns, and a thousand who were never seen. */
import { settle, tokenFor } from '../measure/graph.ts';
import { load } from '../measure/load.ts';
import { alternate, spreadOf, type Spread } from '../measure/rounds.ts';
import { figure, range, type Result } from '../results.ts';
import { onOwnSystem } from '../systems/own-system.ts';
import type { RunOptions } from '../systems/settings.ts';

const DATABASE = 'enghub_bench_people';
const PEOPLE = 1_000;
const CONNECTIONS = 32;
const body = JSON.stringify({ query: '{ me { id } }' });

type Kind = 'one' | 'thousand' | 'strangers';
type Sample = Readonly<{ perSecond: number; p99Ms: number }>;

export const people = ({ rounds, seconds, profileDirectory }: RunOptions): Promise<Result> =>
  onOwnSystem(DATABASE, profileDirectory, async (system) => {
    const { url } = system;
    let seen = 0;
    const thousand = async (): Promise<string[]> => {
      const tokens: string[] = [];
      for (let at = 0; at < PEOPLE; at += 1) tokens.push(await tokenFor(url, `ID${100_000 + (seen += 1)}`));
      return tokens;
    };
    const regulars = await thousand();
    await askOnce(url, regulars);

    const steadily = async (tokens: readonly string[]): Promise<Sample> => {
      let at = 0;
      const token = () => tokens[(at += 1) % tokens.length]!;
      return load({ url, token, connections: CONNECTIONS, seconds, body, isGood });
    };
    const works: Record<Kind, () => Promise<Sample>> = {
      one: () => steadily([regulars[0]!]),
      thousand: () => steadily(regulars),
      strangers: async () => askOnce(url, await thousand()),
    };
    await works.one();
    const candidates = new Map(
      Object.entries(works).map(([kind, work]) => [
        kind,
        async () => {
          await settle();
          return work();
        },
      ]),
    );
    const samples = await alternate(candidates, rounds, (name, round, { perSecond }) =>
      console.log(`${round + 1}/${rounds} ${name}: ${figure(perSecond)}/s`),
    );
    return asResult(samples as ReadonlyMap<Kind, readonly Sample[]>, rounds, seconds);
  });

const isGood = (answer: string) => answer.includes('"me":{"id":"ID');

/** Each asks once, so many at a time. */
async function askOnce(url: string, tokens: readonly string[]): Promise<Sample> {
  const waiting = [...tokens];
  const times: number[] = [];
  const startedAt = performance.now();
  const lane = async () => {
    for (let token = waiting.pop(); token; token = waiting.pop()) {
      const askedAt = performance.now();
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const answer = await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).text();
      if (!isGood(answer)) throw new Error(`unexpected answer: ${answer.slice(0, 300)}`);
      times.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  times.sort((one, other) => one - other);
  const perSecond = tokens.length / ((performance.now() - startedAt) / 1000);
  return { perSecond, p99Ms: times[Math.floor(times.length * 0.99)]! };
}

function asResult(samples: ReadonlyMap<Kind, readonly Sample[]>, rounds: number, seconds: number): Result {
  const rate = (kind: Kind): Spread => spreadOf(samples.get(kind)!, (it) => it.perSecond);
  const share = rate('thousand').median / rate('one').median;
  const titles = {
    one: 'one user, remembered',
    thousand: 'a thousand users by turns, remembered',
    strangers: 'a thousand users, each for the first time',
  };
  return {
    name: 'people',
    title: 'Permissions of a thousand users',
    targets: [
      {
        what: 'a thousand remembered users to one',
        limit: '≥ 0.8',
        measured: figure(share),
        met: share >= 0.8,
      },
    ],
    tables: [
      {
        title: 'Answers',
        rows: (['one', 'thousand', 'strangers'] as const).map((kind) => ({
          asked: titles[kind],
          'answers/s': range(rate(kind)),
          'of one user': figure(rate(kind).median / rate('one').median),
          'p99 ms': figure(spreadOf(samples.get(kind)!, (it) => it.p99Ms).median),
        })),
      },
    ],
    notes: [
      `\`{ me { id } }\` at ${CONNECTIONS} connections on the all-in-one form, ${rounds} rounds of ${seconds} s, by turns. Who is asked for the first time costs a call to the ERP (its simulator, in the same process) and a row in the bridge; each asks once, and each round has a thousand others.`,
      'Each request verifies another token: a thousand users are a thousand signatures to remember.',
    ],
    samples: [...samples].map(([name, each]) => ({ name, rounds: each })),
  };
}
