import { unavailableFailure } from '@enghub/messaging/transport';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Bom } from './rules.ts';

const DEADLINE_MS = 4_000;

const query = /* GraphQL */ `
  query BillOfMaterials($productId: ID!, $version: String) {
    billOfMaterials(productId: $productId, version: $version) {
      outcome
      bom {
        version
        lines {
          material {
            id
          }
          quantity
          unit
        }
      }
    }
  }
`;

const lineSchema = z
  .object({ material: z.object({ id: z.string() }), quantity: z.string(), unit: z.string() })
  .transform(({ material, quantity, unit }) => ({ materialId: material.id, quantity, unit }));

const answerSchema = z.object({
  billOfMaterials: z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('FOUND'), bom: z.object({ version: z.string(), lines: z.array(lineSchema) }) }),
    z.object({ outcome: z.literal('UNKNOWN_PRODUCT') }),
    z.object({ outcome: z.literal('UNAVAILABLE') }),
  ]),
});

/** Asks the ERP bridge; null when the ERP does not know the product. What cannot be said now is asked again until it can. */
export async function billOfMaterials(
  context: Pick<Context, 'graph'>,
  productId: string,
  version: string | null,
): Promise<Bom | null> {
  const answer = await withDeadline(context.graph('luaguage-bridge', query, { productId, version }));
  const { billOfMaterials: found } = answerSchema.parse(answer);
  if (found.outcome === 'UNAVAILABLE') throw unavailableFailure(`The ERP cannot say what ${productId} is made of.`);
  return found.outcome === 'FOUND' ? found.bom : null;
}

async function withDeadline<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailableFailure('The ERP bridge did not answer in time.')), DEADLINE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
