import { fault } from '@enghub/subgraph-kit/fault';
import { isId } from '@enghub/subgraph-kit/ids';
import { isStorable } from '@enghub/subgraph-kit/instants';
import { readPage } from '@enghub/subgraph-kit/pages';

/** A page of a list that is sorted by an instant and then by id, latest first. */
export type TimePage = Readonly<{ first: number; before: Readonly<{ at: Date; id: string }> | null }>;

export function readTimePage(args: { first: number; after?: string | null | undefined }): TimePage {
  const { first, after } = readPage({ first: args.first, after: args.after ?? null }, 2);
  if (!after) return { first, before: null };
  const [time = '', id = ''] = after;
  const at = new Date(time);
  if (!isStorable(at) || !isId(id)) throw fault('BAD_USER_INPUT', 'after is not a cursor of this list.');
  return { first, before: { at, id } };
}

export const timeKey = (at: Date, id: string): readonly string[] => [at.toISOString(), id];
