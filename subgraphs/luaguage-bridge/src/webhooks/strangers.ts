/** Who sends what the ERP did not sign. Counted by the company it is about, so that nobody is shut out for another's sake. */

export type Strangers = Readonly<{
  /** One more; true while there are few enough to be dealt with one by one. */
  note(tenantId: string): boolean;
}>;

const WINDOW_MS = 60_000;
const A_WINDOW = 20;
/** Names are the strangers' own, so there may be any number of them; beyond so many they are counted as one. */
const NAMES = 1_000;

export function countStrangers(now: () => Date): Strangers {
  const counts = new Map<string, number>();
  let since = -Infinity;

  return {
    note(tenantId) {
      const at = now().getTime();
      if (Math.abs(at - since) >= WINDOW_MS) {
        counts.clear();
        since = at;
      }
      const name = counts.has(tenantId) || counts.size < NAMES ? tenantId : '';
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return count <= A_WINDOW;
    },
  };
}
