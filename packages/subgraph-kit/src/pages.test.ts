import { describe, expect, it } from 'vitest';
import { readPage, toPage } from './pages.ts';

const key = (row: { at: string; id: string }) => [row.at, row.id];
const rows = ['a', 'b', 'c'].map((id) => ({ at: '2012-01-30', id }));

describe('a page', () => {
  it('ends where the extra row says that there is more', () => {
    const page = toPage(rows, 2, key);
    expect(page.edges.map((edge) => edge.node.id)).toEqual(['a', 'b']);
    expect(page.pageInfo.hasNextPage).toBe(true);
    expect(readPage({ first: 2, after: page.pageInfo.endCursor }, 2).after).toEqual(['2012-01-30', 'b']);
  });

  it('that is empty has no end cursor', () => {
    expect(toPage([], 2, key).pageInfo).toEqual({ hasNextPage: false, endCursor: null });
  });

  it.each([0, -1, 201])('refuses first: %i', (first) => {
    expect(() => readPage({ first }, 2)).toThrow(/between 1 and 200/);
  });

  it.each([
    'garbage',
    '',
    'W10',
    Buffer.from('{"a":1}').toString('base64url'),
    Buffer.from('["a"]').toString('base64url'),
  ])('refuses the cursor %j', (after) => expect(() => readPage({ first: 1, after }, 2)).toThrow(/cursor/));
});
