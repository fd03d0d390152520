/** Asks for bills of materials afresh; the plant is told when the ERP changed or withdrew one. */
import type { Context } from '../context.ts';

/** False when the ERP could not be asked. */
export async function recheckBom(productId: string, version: string, context: Context): Promise<boolean> {
  const { source } = await context.erp.bom(context, productId, version, { isAfresh: true });
  return source === 'ERP';
}
