/** The one contract there is: what partners see of the graph. */
import type { ContractTags } from './contract.ts';

export const partnerTags: ContractTags = { include: 'partner', exclude: 'internal' };

/** Whoever holds this permission in the ERP sees the partner contract in place of the whole graph. */
export const PARTNER_SCOPE = 'graph:partner';
