import { cpuMsOf, familyCpuMs } from './processes.ts';

/** Whose CPU time is metered, by name. A family is a server with processes of its own, such as PostgreSQL. */
export type Metered = Readonly<{ processes: ReadonlyMap<string, number>; families?: ReadonlyMap<string, number> }>;

export type CpuUse = Readonly<{ seconds: number; ms: ReadonlyMap<string, number> }>;

/** Starts counting; the answer stops, and tells the CPU milliseconds that each has used since. */
export function startCpuMeter({ processes, families = new Map() }: Metered): () => CpuUse {
  const read = () =>
    new Map([
      ...[...processes].map(([name, pid]) => [name, cpuMsOf(pid)] as const),
      ...[...families].map(([name, pid]) => [name, familyCpuMs(pid)] as const),
    ]);
  const before = read();
  const startedAt = performance.now();
  return () => {
    const seconds = (performance.now() - startedAt) / 1000;
    const ms = new Map([...read()].map(([name, value]) => [name, value - before.get(name)!]));
    return { seconds, ms };
  };
}
