/** Asks the interfaces that fail, and those whose failing would be noticed too late, without anybody's need. */
import type { Context } from '../context.ts';
import { someHolder } from '../directory/commands.ts';
import { readBomAnswerKey } from '../erp/answer-keys.ts';
import type { ErpInterface } from '../erp/interface-guard.ts';
import { findLatest } from '../erp/news-store.ts';
import { deliverSoon } from '../notifications/commands.ts';
import { pullSoon, sendSoon } from '../sync/commands.ts';
import { healthOf } from './reads.ts';
import { isFailing, isQuiet } from './rules.ts';

/** While these are down something is refused, so that it must be known also when nobody happens to ask. */
const watched: readonly ErpInterface[] = ['BOM', 'PPAP', 'PERMISSIONS'];

/** Those that are to be asked now. */
export async function findToBeAsked(context: Context): Promise<ErpInterface[]> {
  const now = context.now();
  return (await healthOf(context))
    .filter((health) => isFailing(health) || (watched.includes(health.name) && isQuiet(health, now)))
    .map(({ name }) => name);
}

/** Of no thing: an ERP that knows of none answers well too. */
const NOTHING = 'enghub-asks-whether-you-are-there';

/** For what the ERP answered lately, if it ever did: an interface may know nothing and have all the rest wrong. */
export async function askFor(name: ErpInterface, context: Context): Promise<void> {
  const { luaguage, erp, db, claims } = context;
  const { tenantId } = claims;
  switch (name) {
    case 'BOM': {
      const [productId, version] = readBomAnswerKey(
        (await findLatest(db, 'BOM')) ?? JSON.stringify([NOTHING, NOTHING]),
      );
      return void (await erp.bom(context, productId, version, { isAfresh: true }));
    }
    case 'PPAP':
      return void (await erp.ppap(context, (await findLatest(db, 'PPAP')) ?? NOTHING, { isAfresh: true }));
    case 'PRODUCTS':
      return void (await luaguage.product(tenantId, (await findLatest(db, 'PRODUCT')) ?? NOTHING));
    case 'MATERIALS':
      return void (await luaguage.material(tenantId, (await findLatest(db, 'MATERIAL')) ?? NOTHING));
    case 'PERMISSIONS':
      return void (await luaguage.user((await someHolder(context)) ?? NOTHING));
    case 'USERS':
      return void (await luaguage.usersWithRole(tenantId, 'administrator'));
    // What waits to be pulled or sent is tried by those who do it, sooner than they would.
    case 'SALES_ORDERS':
      return pullSoon(context);
    case 'ORDER_STATUS':
      return sendSoon(context, 1);
    case 'NOTIFICATIONS':
      return deliverSoon(context, 1);
  }
}
