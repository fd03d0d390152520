/**
 * Takes the candidates by turns, so that whatever else the machine does falls on all of them alike. Every round begins
 * with another one.
 */
export async function alternate<Name, Sample>(
  candidates: ReadonlyMap<Name, (round: number) => Promise<Sample>>,
  rounds: number,
  onSample: (name: Name, round: number, sample: Sample) => void = () => undefined,
): Promise<ReadonlyMap<Name, readonly Sample[]>> {
  const samples = new Map<Name, Sample[]>([...candidates.keys()].map((name) => [name, []]));
  const names = [...candidates.keys()];
  for (let round = 0; round < rounds; round++) {
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const sample = await candidates.get(name)!(round);
      samples.get(name)!.push(sample);
      onSample(name, round, sample);
    }
  }
  return samples;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The middle of what each sample says, with the smallest and the largest. */
export type Spread = Readonly<{ median: number; least: number; most: number }>;

export function spreadOf<Sample>(samples: readonly Sample[], read: (sample: Sample) => number): Spread {
  const values = samples.map(read);
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
