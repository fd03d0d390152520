import { PARTNER_SCOPE } from '@enghub/graph-contract/partner';

/** Which part of the graph somebody may know of: all of it, or the contract that partners build on. */
export type ContractName = 'whole' | 'partner';

export type PerContract<T> = Readonly<Record<ContractName, T>>;

/** The permission binds: whoever holds it is a partner, whatever else they hold. */
export const contractOf = (permissions: readonly string[]): ContractName =>
  permissions.includes(PARTNER_SCOPE) ? 'partner' : 'whole';
