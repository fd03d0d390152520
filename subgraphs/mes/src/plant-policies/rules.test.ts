import { describe, expect, it } from 'vitest';
import { changePolicies, defaultPolicies } from './rules.ts';

const known = { factoryId: 'f', version: 3, policies: defaultPolicies('5') };

describe('changing the policies of a plant', () => {
  it('moves the version and leaves the rest as it is', () => {
    expect(changePolicies(known, { predecessor: 'WARN', overproduction: { quantity: '10.0' } })).toMatchObject({
      state: {
        version: 4,
        policies: {
          ...known.policies,
          predecessor: 'WARN',
          overproduction: { mode: 'BLOCK', percent: '5', quantity: '10' },
        },
      },
    });
  });

  it('takes away a quantity and a numbering rule', () => {
    const numbered = { assignedAt: 'START', pattern: '{seq:4}' } as const;
    const set = changePolicies(known, { lotNumber: numbered, overproduction: { quantity: '3' } });
    if (!set.ok) throw new Error(set.refusal);
    expect(changePolicies(set.state, { lotNumber: null, overproduction: { quantity: null } })).toMatchObject({
      state: { version: 5, policies: known.policies },
    });
  });

  it('changes nothing when nothing differs', () => {
    const decision = changePolicies(known, { overproduction: { mode: 'BLOCK' }, expiredLot: 'BLOCK' });
    expect(decision.ok && decision.state).toBe(known);
  });

  it('refuses a quantity below zero', () => {
    expect(changePolicies(known, { overproduction: { quantity: '-1' } })).toEqual({
      ok: false,
      refusal: 'BAD_QUANTITY',
    });
  });
});
