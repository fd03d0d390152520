/** Under which keys answers of the ERP are cached; null when an id is none, so that there is nothing to ask. */
import { isErpId } from './answers.ts';

export const productKey = (tenantId: string, id: string) => keyOf([tenantId, 'product'], id);
export const materialKey = (tenantId: string, id: string) => keyOf([tenantId, 'material'], id);
export const bomKey = (tenantId: string, productId: string, version: string) =>
  keyOf([tenantId, 'product_bom'], productId, version);
export const ppapKey = (tenantId: string, materialId: string) => keyOf([tenantId, 'ppap'], materialId);
/** Without a tenant: it is the answer that says to whom a user belongs. */
export const userKey = (id: string) => keyOf(['user'], id);

/** Encoded, so that no id can reach over into the next part. */
function keyOf(ours: readonly string[], ...ids: readonly string[]): string | null {
  return ids.every(isErpId) ? [...ours, ...ids].map(encodeURIComponent).join(':') : null;
}

/** Under which key the last good answer about a version of a BOM is kept. */
export const bomAnswerKey = (productId: string, version: string) => JSON.stringify([productId, version]);
export const readBomAnswerKey = (key: string): [productId: string, version: string] =>
  JSON.parse(key) as [string, string];
