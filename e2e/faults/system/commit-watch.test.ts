import { describe, expect, it } from 'vitest';
import { createCommitWatch } from './commit-watch.ts';

/** A message of the protocol of PostgreSQL: its type, its length, its texts each with a zero behind it. */
function message(type: string, ...texts: readonly string[]): Buffer {
  const body = Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type, 'latin1'), length, body]);
}

/** What a client sends first has no type: the version of the protocol, and who asks. */
function startup(): Buffer {
  const body = Buffer.concat([Buffer.from([0, 3, 0, 0]), Buffer.from('user\0mes\0\0', 'latin1')]);
  return message('', body.toString('latin1').slice(0, -1));
}

const parse = (name: string, text: string) => message('P', name, text);
const bind = (name: string) => message('B', '', name);
const execute = message('E', '', '');
const sync = message('S');
const ready = (state: 'I' | 'T' | 'E') =>
  Buffer.concat([Buffer.from('Z'), Buffer.from([0, 0, 0, 5]), Buffer.from(state)]);

function connection() {
  const watch = createCommitWatch();
  expect(watch.fromClient(startup()).map(({ commits }) => commits)).toEqual([false]);
  watch.fromServer(ready('I'));
  return watch;
}
/** Whether each part commits, and that nothing of what was sent is missing. */
function partsOf(watch: ReturnType<typeof createCommitWatch>, ...sent: readonly Buffer[]): boolean[] {
  const bytes = Buffer.concat(sent);
  const parts = watch.fromClient(bytes);
  expect(Buffer.concat(parts.map((part) => part.bytes))).toEqual(bytes);
  return parts.map(({ commits }) => commits);
}

describe('A connection to PostgreSQL', () => {
  it('commits with the Sync behind a statement that writes outside of a transaction', () => {
    const watch = connection();
    const insert = parse('', `INSERT INTO mes.notes VALUES (1)`);
    expect(partsOf(watch, insert, bind(''), execute, sync)).toEqual([false, true]);
  });

  it('commits when the function that reports is called, by whatever name its statement was prepared', () => {
    const watch = connection();
    partsOf(watch, parse('s1', 'SELECT report_production($1::jsonb) AS result'), sync);
    expect(partsOf(watch, bind('s1'), execute, sync)).toEqual([false, true]);
    partsOf(watch, parse('s2', 'SELECT mes.report_production($1)'), sync);
    expect(partsOf(watch, bind('s2'), execute, sync)).toEqual([false, true]);
  });

  it('does not commit by reading, nor by asking again for nothing', () => {
    const watch = connection();
    expect(partsOf(watch, parse('', 'SELECT id FROM mes.work_orders'), bind(''), execute, sync)).toEqual([false]);
    expect(partsOf(watch, sync)).toEqual([false]);
  });

  it('commits in a transaction only with COMMIT, said either way', () => {
    const watch = connection();
    partsOf(watch, parse('', 'BEGIN'), bind(''), execute, sync);
    watch.fromServer(ready('T'));
    expect(partsOf(watch, parse('', 'UPDATE mes.notes SET a = 1'), bind(''), execute, sync)).toEqual([false]);
    watch.fromServer(ready('T'));
    expect(partsOf(watch, parse('', 'COMMIT'), bind(''), execute, sync)).toEqual([false, true]);
    watch.fromServer(ready('I'));
    partsOf(watch, message('Q', 'BEGIN'));
    watch.fromServer(ready('T'));
    expect(partsOf(watch, message('Q', 'DELETE FROM mes.notes'))).toEqual([false]);
    watch.fromServer(ready('T'));
    expect(partsOf(watch, message('Q', 'ROLLBACK'))).toEqual([false]);
    expect(partsOf(watch, message('Q', 'COMMIT'))).toEqual([true]);
  });

  it('is cut in front of each of several commits that come together', () => {
    const watch = connection();
    const update = [parse('', 'UPDATE mes.notes SET a = 1'), bind(''), execute, sync];
    expect(partsOf(watch, ...update, ...update)).toEqual([false, true, false, true]);
  });

  it('is understood also when its messages arrive in pieces', () => {
    const watch = connection();
    const bytes = Buffer.concat([parse('', 'INSERT INTO mes.notes VALUES (1)'), bind(''), execute, sync]);
    const parts = [...bytes].flatMap((byte) => watch.fromClient(Buffer.from([byte])));
    expect(parts.filter(({ commits }) => commits)).toHaveLength(1);
    expect(parts.at(-1)!.commits).toBe(true);
    expect(Buffer.concat(parts.map((part) => part.bytes))).toEqual(bytes);
  });

  it('tells when the server has answered all, and when it is given up', () => {
    const watch = connection();
    let times = 0;
    watch.whenReady(() => (times += 1));
    watch.fromServer(message('C', 'INSERT 0 1'));
    expect(times).toBe(0);
    const answer = ready('I');
    watch.fromServer(answer.subarray(0, 3));
    expect(times).toBe(0);
    watch.fromServer(answer.subarray(3));
    expect(times).toBe(1);
    expect(watch.isDoomed()).toBe(false);
    watch.doom();
    expect(watch.isDoomed()).toBe(true);
  });
});
