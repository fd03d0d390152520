/** What people read of an audit entry. Pure. */

export type Json = null | boolean | number | string | readonly Json[] | Readonly<{ [name: string]: Json }>;

export type AuditEntry = Readonly<{
  id: string;
  factoryId: string | null;
  at: Date;
  userId: string;
  origin: string | null;
  traceId: string;
  command: string;
  entity: string;
  entityId: string;
  before: Json;
  after: Json;
  reason: string | null;
  isSealed: boolean;
}>;

/** One value that is not what it was; null for one that was not there, or was empty. */
export type AuditChange = Readonly<{ field: string; old: string | null; new: string | null }>;

/** The values that differ, in the order of their names; what lies deeper is named by its path: operations.0.status. */
export function changesOf(before: Json, after: Json): AuditChange[] {
  const old = new Map(flatten(before));
  const fresh = new Map(flatten(after));
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .sort()
    .map((field) => ({ field, old: old.get(field) ?? null, new: fresh.get(field) ?? null }))
    .filter((change) => change.old !== change.new);
}

function flatten(value: Json, path: readonly string[] = []): [string, string | null][] {
  if (value === null || typeof value !== 'object') {
    // A state that is no object has no names; the entry of something new or gone is null as a whole.
    return path.length === 0 && value === null ? [] : [[path.join('.'), value === null ? null : String(value)]];
  }
  return Object.entries(value).flatMap(([name, inner]) => flatten(inner as Json, [...path, name]));
}
