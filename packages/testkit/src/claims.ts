/** Whom tests ask as: people of two tenants and three factories. */
import type { Claims } from '@enghub/subgraph-kit/claims';

const claims = (userId: string, tenantId: string, factoryIds: readonly string[]): Claims => ({
  userId,
  tenantId,
  factoryIds,
  permissions: [],
  language: 'en',
  traceId: 'trace-test',
});

export const productionManager: Claims = claims('emp-001', 'tenant-001', ['factory-sh-01', 'factory-bj-01']);
export const operator: Claims = claims('emp-101', 'tenant-001', ['factory-sh-01']);
export const qualityEngineer: Claims = claims('emp-201', 'tenant-001', ['factory-sh-01', 'factory-bj-01']);
export const otherTenant: Claims = claims('emp-701', 'tenant-002', ['factory-sz-01']);

/** The same person, who reads Chinese. */
export const inChinese = (who: Claims): Claims => ({ ...who, language: 'zh-CN' });
