/** `npx tsx bench/src/profile.ts FILE [FROM_SECONDS]`: where a CPU profile's time went, by package and by function. */
import { readFileSync } from 'node:fs';
import { root } from './systems/node-process.ts';

type Frame = Readonly<{ functionName: string; url: string; lineNumber: number }>;
type Profile = Readonly<{
  nodes: readonly Readonly<{ id: number; callFrame: Frame; children?: readonly number[] }>[];
  samples: readonly number[];
  timeDeltas: readonly number[];
}>;

const [file, from = '0'] = process.argv.slice(2);
if (!file) throw new Error('Give the .cpuprofile to read, and from which second on.');
const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
const parents = new Map(
  profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
);

const placeOf = ({ functionName, url, lineNumber }: Frame): string =>
  `${functionName || '(anonymous)'}  ${url.replace(/^.*node_modules\//, '').replace(`file://${root}`, '')}:${lineNumber + 1}`;

function packageOf({ functionName, url }: Frame): string {
  if (!url) return functionName === '(garbage collector)' ? 'garbage collector' : 'native';
  const installed = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return installed ?? (url.startsWith('node:') ? 'node' : url.replace(`file://${root}`, '').replace(/\/src\/.*$/, ''));
}

function timeByNode(): ReadonlyMap<number, number> {
  const time = new Map<number, number>();
  let clock = 0;
  for (const [at, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[at] ?? 0;
    clock += delta;
    if (clock < Number(from) * 1e6 || frames.get(id)!.functionName === '(idle)') continue;
    time.set(id, (time.get(id) ?? 0) + delta);
  }
  return time;
}

function* withAncestors(id: number): Generator<Frame> {
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) yield frames.get(at)!;
}

const self = timeByNode();
const busy = [...self.values()].reduce((sum, it) => sum + it, 0);

function show(title: string, keysOf: (id: number) => Iterable<string>, count: number): void {
  const sums = new Map<string, number>();
  for (const [id, time] of self) for (const key of new Set(keysOf(id))) sums.set(key, (sums.get(key) ?? 0) + time);
  console.log(`\n${title}`);
  for (const [key, time] of [...sums].sort((a, b) => b[1] - a[1]).slice(0, count))
    console.log(`${((100 * time) / busy).toFixed(1).padStart(6)} %  ${key}`);
}

console.log(`${(busy / 1e6).toFixed(1)} s busy`);
show('By package, itself', (id) => [packageOf(frames.get(id)!)], 25);
show('By function, itself', (id) => [placeOf(frames.get(id)!)], 30);
show('By function, with what it calls', (id) => [...withAncestors(id)].map(placeOf), 90);
