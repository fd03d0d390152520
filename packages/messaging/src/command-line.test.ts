import { describe, expect, it } from 'vitest';
import { readCommand } from './command-line.ts';

const read = (line: string) => readCommand(line.split(' '));
const whole = 'replay --consumer qms.inspections --from 2026-11-01T00:00:00Z';

describe('npm run events', () => {
  it('replays an interval, as far as it is asked for', () => {
    const asked =
      '--to 2026-11-02T00:00:00+08:00 --types ProductionReported,mes.lot.# --tenant t1 --factory f1 --dry-run';
    expect(read(`${whole} ${asked}`)).toEqual({
      command: 'replay',
      consumer: 'qms.inspections',
      from: new Date('2026-11-01T00:00:00Z'),
      to: new Date('2026-11-01T16:00:00Z'),
      types: ['ProductionReported', 'mes.lot.#'],
      tenantId: 't1',
      factoryId: 'f1',
      isDryRun: true,
    });
    expect(read(whole)).toMatchObject({ to: null, types: [], tenantId: null, factoryId: null, isDryRun: false });
  });

  it.each([
    ['an interval that ends before it begins', `${whole} --to 2026-10-31T00:00:00Z`, '--from has to be before --to'],
    ['an interval of nothing', `${whole} --to 2026-11-01T00:00:00Z`, '--from has to be before --to'],
    ['a day without an offset', 'replay --consumer qms.a --from 2026-11-01', '--from is an instant'],
    ['a day that is none', 'replay --consumer qms.a --from 2026-13-01T00:00:00Z', '--from is an instant'],
    ['an end that is none', `${whole} --to tomorrow`, '--to is an instant'],
    ['no beginning', 'replay --consumer qms.inspections', 'replay needs an instant'],
    ['no consumer', 'replay --from 2026-11-01T00:00:00Z', 'replay needs a --consumer'],
    ['what it does not know', `${whole} --force yes`, 'replay takes'],
    ['a name without its value', `${whole} --to --dry-run`, 'replay takes'],
    ['the same twice', `${whole} --from 2026-11-01T00:00:00Z`, 'replay takes'],
    ['another command', 'purge', 'There is no command "purge"'],
    ['a letter without an id', 'show 17', 'show takes the id'],
    ['a decision without a reason', 'discard 0b0e0f7e-0000-4000-8000-000000000001 --by me', 'discard takes the id'],
    ['a consumer without a service', 'expect inspections', 'expect takes a consumer'],
  ])('refuses %s', (_case, line, why) => {
    expect(read(line)).toEqual({ command: 'refused', why: expect.stringContaining(why) as string });
  });

  it('reads a reason of several words, and the other commands', () => {
    const id = '0b0e0f7e-0000-4000-8000-000000000001';
    const reason = 'sent by a test';
    expect(readCommand(['discard', id, '--by', 'emp-901', '--reason', reason])).toEqual({
      command: 'discard',
      id,
      by: 'emp-901',
      reason,
    });
    expect(read('expect qms.inspections')).toEqual({ command: 'expect', consumer: 'qms.inspections' });
    expect(read('backlog')).toEqual({ command: 'backlog' });
    expect(read(`show ${id}`)).toEqual({ command: 'show', id });
  });
});
