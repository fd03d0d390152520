/** What follows from a word of the ERP: whatever was remembered is asked for again, and the plant hears what changed. */
import { fact } from '@enghub/event-contracts/fact';
import { permissionsChanged } from '@enghub/event-contracts/luaguage-bridge/permissions-changed.v1';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import { bomAnswerKey } from '../erp/answer-keys.ts';
import { keepNews } from '../erp/news-store.ts';
import { erpUnavailable } from '../erp/outage.ts';
import { recheck } from '../part-approvals/commands.ts';
import { pullSoon } from '../sync/commands.ts';
import { recheckBom } from '../products/commands.ts';
import type { Change } from './route.ts';

export async function hear(change: Change, context: Context): Promise<void> {
  switch (change.event) {
    case 'bom.changed':
      return hearOfBom(change.data.product_id, change.data.bom_version, context);
    case 'ppap.changed':
      return hearOfPpap(change.data.material_id, context);
    case 'permissions.changed':
      return hearOfPermissions(change.data.user_id, context);
    case 'sales-order.changed':
      return pullSoon(context);
  }
}

/** Another version may have become the current one with it. */
async function hearOfBom(productId: string, version: string, context: Context): Promise<void> {
  const { claims, now, erp } = context;
  const { tenantId } = claims;
  await context.transaction(async (tx) => {
    await keepNews(tx, { tenantId, kind: 'BOM', key: bomAnswerKey(productId, version) }, now());
    await keepNews(tx, { tenantId, kind: 'PRODUCT', key: productId }, now());
  });
  await erp.forget({ what: 'BOM', tenantId, productId, version });
  if (!(await recheckBom(productId, version, context))) throw notAsked();
}

async function hearOfPpap(materialId: string, context: Context): Promise<void> {
  const { claims, now, erp } = context;
  const { tenantId } = claims;
  await context.transaction((tx) => keepNews(tx, { tenantId, kind: 'PPAP', key: materialId }, now()));
  await erp.forget({ what: 'PPAP', tenantId, materialId });
  if (!(await recheck(materialId, context))) throw notAsked();
}

/** Gateways hear of it once it is committed, by the live bus; a user who is asked about then is asked for at the ERP. */
async function hearOfPermissions(userId: string, context: Context): Promise<void> {
  const { claims, now, erp } = context;
  const { tenantId } = claims;
  const at = now();
  const told = fact(permissionsChanged, { user_id: userId, at: at.toISOString() });
  await context.transaction(async (tx) => {
    await keepNews(tx, { tenantId, kind: 'USER', key: userId }, at);
    await publish(tx, context, { factoryId: null, aggregateId: userId }, [told]);
  });
  await erp.forget({ what: 'PERMISSIONS', userId });
}

/** Whoever told us may tell us again; if not, we ask by ourselves when the interface works. */
const notAsked = () => erpUnavailable('told of a change, and could not be asked for it');
