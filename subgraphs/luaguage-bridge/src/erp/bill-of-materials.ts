import type { ErpBom } from './answers.ts';
import type { Asker, Erp, Known } from './erp.ts';
import { isErpUnavailable } from './outage.ts';

export type BillOfMaterials = ErpBom & Readonly<{ source: 'ERP' | 'CACHE'; asOf: Date }>;

/**
 * UNAVAILABLE may still carry a BOM: the last one known, older than the ERP's word is good for, or however young while
 * its interface is known to be down.
 */
export type BomLookup = Readonly<{ outcome: 'FOUND' | 'UNKNOWN_PRODUCT' | 'UNAVAILABLE'; bom: BillOfMaterials | null }>;

/** The BOM of a product, in its current version when none is named. */
export async function findBom(
  { erp, asker, isDown }: Readonly<{ erp: Erp; asker: Asker; isDown: () => Promise<boolean> }>,
  productId: string,
  version: string | null,
): Promise<BomLookup> {
  try {
    const product = version === null ? await erp.product(asker, productId) : null;
    const wanted = version ?? product?.value?.currentBomVersion;
    if (wanted === undefined) return { outcome: 'UNKNOWN_PRODUCT', bom: null };
    const found = await erp.bom(asker, productId, wanted);
    if (!found.value) return { outcome: 'UNKNOWN_PRODUCT', bom: null };
    const isYoung = found.isCurrent && (product?.isCurrent ?? true);
    // What the ERP said just now needs no word on whether it can be asked.
    const isCurrent = isYoung && (found.source === 'ERP' || !(await isDown()));
    return { outcome: isCurrent ? 'FOUND' : 'UNAVAILABLE', bom: stated({ ...found, value: found.value }) };
  } catch (error) {
    if (!isErpUnavailable(error)) throw error;
    return { outcome: 'UNAVAILABLE', bom: null };
  }
}

const stated = ({ value, source, asOf }: Known<ErpBom>): BillOfMaterials => ({ ...value, source, asOf });
