import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, piecesBetween } from './counter-rules.ts';

const at = new Date('2026-03-10T04:00:00Z');
const before = new Date('2026-03-10T03:00:00Z');
const input = { counterId: '', from: null, to: '150', at };

describe('a counter', () => {
  it('gives the difference of two readings', () => {
    expect(count({ ...input, from: '100' }, null)).toMatchObject({ pieces: '50', remembered: false });
  });

  it('goes on from the last reading that is known', () => {
    expect(count(input, { reading: '120', readAt: before })).toMatchObject({
      from: '120',
      pieces: '30',
      remembered: true,
    });
  });

  it('that shows less than before began again at zero', () => {
    expect(count({ ...input, to: '7' }, { reading: '120', readAt: before })).toMatchObject({ pieces: '7' });
  });

  it.each([
    ['without a first reading', input, null, 'NO_FIRST_READING'],
    ['with a reading below zero', { ...input, to: '-1' }, null, 'BAD_READING'],
    ['with a first reading below zero', { ...input, from: '-1' }, null, 'BAD_READING'],
    [
      'whose later reading was counted',
      input,
      { reading: '1', readAt: new Date(at.getTime() + 1) },
      'READING_OUT_OF_ORDER',
    ],
  ])('is refused %s', (_case, given, last, refusal) => {
    expect(count(given, last)).toBe(refusal);
  });

  it('counts every piece once, wherever it is read and however often it is reset', () => {
    const steps = fc.array(fc.record({ pieces: fc.nat(1_000), isReset: fc.boolean() }), { maxLength: 50 });
    fc.assert(
      fc.property(steps, (run) => {
        let shown = 0;
        let counted = 0;
        let made = 0;
        for (const { pieces, isReset } of run) {
          const next = isReset ? Math.min(pieces, Math.max(0, shown - 1)) : shown + pieces;
          if (isReset && next >= shown) continue;
          made += isReset ? next : pieces;
          counted += Number(piecesBetween(String(shown), String(next)));
          shown = next;
        }
        expect(counted).toBe(made);
      }),
    );
  });
});
