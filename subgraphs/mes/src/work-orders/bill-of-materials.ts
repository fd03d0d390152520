/** What the ERP says an order's product is made of. */
import type { Context } from '../context.ts';
import { isLabel } from '../text-rules.ts';
import type { BomLine } from './release-rules.ts';

export type Bom = Readonly<{
  version: string;
  /** ERP when it was asked just now, CACHE when it is known from before. */
  source: 'ERP' | 'CACHE';
  asOf: string | null;
  lines: readonly BomLine[];
}>;

/** How the bill came to be known; `asOf` is an instant of the ERP's. */
export type BomSource = Pick<Bom, 'source' | 'asOf'>;

export type BomOutcome = 'FOUND' | 'UNKNOWN_PRODUCT' | 'UNAVAILABLE';

type Answer = {
  billOfMaterials?: {
    outcome: BomOutcome;
    bom: {
      version: string;
      source?: 'ERP' | 'CACHE';
      asOf?: string;
      lines?: { material: { id: string }; quantity: string; unit: string }[];
    } | null;
  };
};

const QUERY = `query($productId: ID!, $version: String) {
  billOfMaterials(productId: $productId, version: $version) {
    outcome bom { version source asOf lines { material { id } quantity unit } }
  }
}`;

/** Asked before a transaction, which must not wait for it. Whatever goes wrong over there, to the planner it is one thing. */
export async function askForBom(
  context: Pick<Context, 'graph'>,
  productId: string,
  version: string | null,
): Promise<Readonly<{ outcome: BomOutcome; bom: Bom | null }>> {
  const answer = (await context.graph('luaguage-bridge', QUERY, { productId, version }).catch(() => undefined)) as
    Answer | undefined;
  const { outcome, bom } = answer?.billOfMaterials ?? { outcome: 'UNAVAILABLE' as const, bom: null };
  if (!bom) return { outcome, bom: null };
  const { source = 'ERP', asOf = null, lines = [] } = bom;
  const usable = lines
    .map(({ material, quantity, unit }) => ({ materialId: material.id, quantity, unit }))
    .filter(({ materialId, unit }) => isLabel(materialId) && isLabel(unit));
  return { outcome, bom: { version: bom.version, source, asOf, lines: usable } };
}
