import { describe, expect, it } from 'vitest';
import { isLabel, isNote } from './text-rules.ts';

describe('a label', () => {
  it.each(['WO-1', '工单 1', 'é', '🏭', 'x'.repeat(100)])('may be %j', (text) => expect(isLabel(text)).toBe(true));
  it.each(['', '  ', 'x'.repeat(101), 'nul\u0000', 'two\nlines', 'half \ud83c', '\udfed half'])(
    'may not be %j',
    (text) => expect(isLabel(text)).toBe(false),
  );
});

describe('a note', () => {
  it.each(['', 'two\nlines\tand a tab', 'x'.repeat(1_000)])('may be %j', (text) => expect(isNote(text)).toBe(true));
  it.each(['x'.repeat(1_001), 'nul\u0000', 'half \ud83c'])('may not be %j', (text) => expect(isNote(text)).toBe(false));
});
