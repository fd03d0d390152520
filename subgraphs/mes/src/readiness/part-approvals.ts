/** Which materials the ERP has approved for orders that are released now, in one question for all of them. */
import type { Context } from '../context.ts';
import { own, type Blocker } from './rules.ts';

type Approval = Readonly<{
  materialId: string;
  outcome: 'APPROVED' | 'NOT_APPROVED' | 'UNVERIFIED';
  asOf?: string | null;
}>;

const QUERY = `query($materialIds: [ID!]!) {
  partApprovals(materialIds: $materialIds) { materialId outcome asOf }
}`;

/** By material: what keeps it out of new orders. Whoever cannot be asked has approved nothing. */
export async function unapproved(
  { graph, now }: Pick<Context, 'graph' | 'now'>,
  materialIds: readonly string[],
): Promise<ReadonlyMap<string, Blocker>> {
  const wanted = [...new Set(materialIds)].sort();
  if (wanted.length === 0) return new Map();
  const answer = (await graph('luaguage-bridge', QUERY, { materialIds: wanted }).catch(() => null)) as {
    partApprovals?: readonly Approval[];
  } | null;
  const known = new Map(answer?.partApprovals?.map((it) => [it.materialId, it]));
  return new Map(
    wanted.flatMap((material) => {
      const said = known.get(material) ?? { outcome: 'UNVERIFIED' as const };
      if (said.outcome === 'APPROVED') return [];
      const kind = said.outcome === 'UNVERIFIED' ? 'PPAP_UNVERIFIED' : 'PPAP_NOT_APPROVED';
      const detail = { material, status: said.outcome };
      return [[material, { ...own(kind, now(), detail, material), source: 'luaguage-bridge' }]];
    }),
  );
}
