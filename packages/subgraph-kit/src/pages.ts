import { fault } from './fault.ts';

/** Relay pages. The cursor is the sort key of the last item, opaque to clients. */
export type PageRequest = Readonly<{ first: number; after: readonly string[] | null }>;
export type Page<Node> = Readonly<{
  edges: readonly Readonly<{ cursor: string; node: Node }>[];
  pageInfo: Readonly<{ hasNextPage: boolean; endCursor: string | null }>;
}>;

export const MAX_PAGE = 200;

/** Reads `first` and `after`; a page out of bounds or a cursor that we did not make is bad input. */
export function readPage(args: { first: number; after?: string | null }, keyLength: number): PageRequest {
  if (args.first < 1 || args.first > MAX_PAGE) {
    throw fault('BAD_USER_INPUT', `first must be between 1 and ${MAX_PAGE}.`);
  }
  return { first: args.first, after: args.after == null ? null : readCursor(args.after, keyLength) };
}

/** Makes a page from up to `first + 1` rows: the extra row only tells that there is more. */
export function toPage<Node>(
  rows: readonly Node[],
  first: number,
  key: (node: Node) => readonly (string | number)[],
): Page<Node> {
  const edges = rows.slice(0, first).map((node) => ({ cursor: writeCursor(key(node).map(String)), node }));
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}

const writeCursor = (key: readonly string[]) => Buffer.from(JSON.stringify(key)).toString('base64url');

function readCursor(cursor: string, keyLength: number): readonly string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === keyLength && key.every((part) => typeof part === 'string')) return key;
  } catch {
    // Falls through: whatever it is, it is not a cursor of ours.
  }
  throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
}
