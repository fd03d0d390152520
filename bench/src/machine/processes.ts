/** What the kernel knows of a process: CPU time and memory. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

// USER_HZ is 100 on every Linux that Node runs on.
const MS_PER_TICK = 10;

type Stat = Readonly<{ parent: number; ownMs: number; withChildrenMs: number }>;

/** Null for a process that has ended. */
function statOf(pid: number): Stat | null {
  try {
    // The name may hold spaces and brackets; what follows its last bracket does not.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = (from: number) => Number(fields[from]) + Number(fields[from + 1]);
    const ownMs = ticks(11) * MS_PER_TICK;
    return { parent: Number(fields[1]), ownMs, withChildrenMs: ownMs + ticks(13) * MS_PER_TICK };
  } catch {
    return null;
  }
}

export const cpuMsOf = (pid: number): number => statOf(pid)?.ownMs ?? 0;

export const parentOf = (pid: number): number | null => statOf(pid)?.parent ?? null;

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

/** A process with all its children, those that have come and gone included. */
export const familyCpuMs = (pid: number): number =>
  childrenOf(pid).reduce((sum, child) => sum + cpuMsOf(child), statOf(pid)?.withChildrenMs ?? 0);

export type Memory = Readonly<{
  rssMb: number;
  /** Pages that several processes share count by their share: what PostgreSQL's processes really take together. */
  pssMb: number;
}>;

export function memoryOf(pid: number): Memory {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
    return { rssMb: mb('Rss'), pssMb: mb('Pss') };
  } catch {
    return { rssMb: 0, pssMb: 0 };
  }
}

export function memoryOfAll(pids: readonly number[]): Memory {
  const each = pids.map(memoryOf);
  return {
    rssMb: each.reduce((sum, it) => sum + it.rssMb, 0),
    pssMb: each.reduce((sum, it) => sum + it.pssMb, 0),
  };
}
