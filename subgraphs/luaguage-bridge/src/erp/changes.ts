/** How a plant is told that the ERP says something else than before. */
import { fact, type Fact } from '@enghub/event-contracts/fact';
import { bomChanged } from '@enghub/event-contracts/luaguage-bridge/bom-changed.v1';
import { ppapChanged } from '@enghub/event-contracts/luaguage-bridge/ppap-changed.v1';
import { readBomAnswerKey } from './answer-keys.ts';
import type { ErpPpap } from './answers.ts';
import type { AnswerKind } from './store.ts';

/** Of what the plant makes its orders by; null for the rest. */
export function changeOf(
  kind: AnswerKind,
  key: string,
  value: object | null,
  at: string,
): Readonly<{ aggregateId: string; told: Fact }> | null {
  if (kind === 'BOM') {
    // Orders are made by a version, so what counts is whether it is still there, and what it says.
    const [productId, version] = readBomAnswerKey(key);
    const usable = value !== null;
    const about = { product_id: productId, bom_version: version, usable, reason: usable ? null : 'withdrawn' };
    return { aggregateId: productId, told: fact(bomChanged, { ...about, owner: null, at }) };
  }
  if (kind === 'PPAP') {
    const { status = 'REJECTED', approvedOn = null } = (value ?? {}) as Partial<ErpPpap>;
    const about = { material_id: key, status, approved_on: approvedOn, owner: null, at };
    return { aggregateId: key, told: fact(ppapChanged, about) };
  }
  return null;
}
