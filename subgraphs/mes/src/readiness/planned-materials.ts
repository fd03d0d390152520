/** What orders will use that are not released yet: the ERP says, in one question for all of them. */
import type { Context } from '../context.ts';
import { findOrders } from './store.ts';

type Bill = Readonly<{ bom: Readonly<{ lines: readonly Readonly<{ material: { id: string } }>[] }> | null }>;

/** By order. An ERP that is away names nothing: releasing is refused for want of its bill then. */
export async function plannedMaterials(
  context: Pick<Context, 'db' | 'graph'>,
  orderIds: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const orders = (await findOrders(context.db, orderIds)).filter(
    ({ status, type }) => status === 'PLANNED' && type === 'PRODUCTION',
  );
  const keyOf = ({ productId, bomVersion }: (typeof orders)[number]) => JSON.stringify([productId, bomVersion]);
  const keys = [...new Set(orders.map(keyOf))];
  if (keys.length === 0) return new Map();
  const asked = keys.map((key) => JSON.parse(key) as [string, string | null]);
  const variables = Object.fromEntries(
    asked.flatMap(([productId, version], at) => [
      [`p${at}`, productId],
      [`v${at}`, version],
    ]),
  );
  const query = `query(${asked.map((_, at) => `$p${at}: ID!, $v${at}: String`).join(', ')}) {
    ${asked
      .map(
        (_, at) =>
          `b${at}: billOfMaterials(productId: $p${at}, version: $v${at}) { bom { lines { material { id } } } }`,
      )
      .join('\n')}
  }`;
  const answer = (await context.graph('luaguage-bridge', query, variables).catch(() => null)) as Record<
    string,
    Bill
  > | null;
  return new Map(
    orders.map((order) => {
      const lines = answer?.[`b${keys.indexOf(keyOf(order))}`]?.bom?.lines ?? [];
      return [order.id, lines.map(({ material }) => material.id)];
    }),
  );
}
