import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { nounOf, prismaModel, sliceFiles } from './slice-template.ts';

const request = { subgraph: 'luaguage-bridge', slice: 'tool-changes', noun: 'ToolChange', stamp: '20260105060000' };
const files = sliceFiles(request);

describe('a new slice', () => {
  it('is a folder to read from top to bottom, and a migration', () => {
    expect([...files.keys()]).toEqual([
      'src/tool-changes/schema.graphql',
      'src/tool-changes/rules.ts',
      'src/tool-changes/rules.test.ts',
      'src/tool-changes/commands.ts',
      'src/tool-changes/store.ts',
      'src/tool-changes/resolvers.ts',
      'prisma/migrations/20260105060000_tool_changes/migration.sql',
    ]);
  });

  it('asks for scopes written as the others are', () => {
    const sdl = files.get('src/tool-changes/schema.graphql') ?? '';
    expect(() => parse(sdl)).not.toThrow();
    expect(sdl.match(/tool_change:\w+/g)).toEqual(['tool_change:view', 'tool_change:manage']);
  });

  it('puts its table under row-level security in the namespace of its subgraph', () => {
    const sql = files.get('prisma/migrations/20260105060000_tool_changes/migration.sql');
    expect(sql).toContain(`SELECT secure_table('"luaguage_bridge"."tool_changes"');`);
    expect(prismaModel(request)).toContain('@@schema("luaguage_bridge")');
  });

  it.each([
    ['tool-changes', 'ToolChange'],
    ['batches', 'Batch'],
    ['capacities', 'Capacity'],
    ['dispatching', 'Dispatching'],
    ['ppap', 'Ppap'],
  ])('named %s is about a %s', (slice, noun) => {
    expect(nounOf(slice)).toBe(noun);
  });
});
