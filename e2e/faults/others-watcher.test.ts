import { describe, expect, it } from 'vitest';
import { steadySince } from './others-watcher.ts';

const upSince = (name: string): number | null => ({ gateway: 10, qms: 30, mes: null })[name] ?? null;

describe('What others owe while a process is down', () => {
  it('counts from when the last of those it needs came up', () => {
    expect(steadySince({ upSince }, ['gateway', 'qms'])).toBe(30);
  });

  it('is nothing while one of those it needs is down', () => {
    expect(steadySince({ upSince }, ['gateway', 'mes'])).toBeNull();
  });
});
