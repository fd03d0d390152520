/** What follows from a word of the ERP: whatever was remembered is asked for again, and the plant hears what changed. */
import { fact } from '@enghub/event-contracts/fact';
import { permissionsChanged } from '@enghub/event-contracts/luaguage-bridge/permissions-changed.v1';
import { publish } from '@enghub/subgraph-kit/publish';
import type { Context } from '../context.ts';
import { recheck } from '../part-approvals/commands.ts';
import { pullSoon } from '../sync/commands.ts';
import { recheckBom } from '../products/commands.ts';
import type { Change } from './route.ts';

export async function hear(change: Change, context: Context): Promise<void> {
  switch (change.event) {
    case 'bom.changed':
      return recheckBom(change.data.product_id, change.data.bom_version, context, true);
    case 'ppap.changed':
      return recheck(change.data.material_id, context);
    case 'permissions.changed':
      return forgetPermissions(change.data.user_id, context);
    case 'sales-order.changed':
      return pullSoon(context);
  }
}

/** Gateways hear of it once it is committed, by the live bus; a user who is asked about then is asked for at the ERP. */
async function forgetPermissions(userId: string, context: Context): Promise<void> {
  await context.erp.forget({ what: 'PERMISSIONS', userId });
  const told = fact(permissionsChanged, { user_id: userId, at: context.now().toISOString() });
  await context.transaction((tx) => publish(tx, context, { factoryId: null, aggregateId: userId }, [told]));
}
