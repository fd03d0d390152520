import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { findPostmaster } from './embedded/postmaster.ts';

let folder: string;
let dataDirectory: string;

beforeAll(() => {
  // As root the server runs as somebody else, who need not be allowed into root's own folder for temporary files.
  const place = process.getuid?.() === 0 ? '/var/tmp' : tmpdir();
  folder = mkdtempSync(path.join(place, 'enghub-embedded-'));
  chmodSync(folder, 0o711);
  dataDirectory = path.join(folder, 'postgres');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Another process that owns the server of a directory. */
async function startOwner(directory: string): Promise<{ owner: ChildProcess; url: string }> {
  const program = fileURLToPath(new URL('./embedded/server-owner.ts', import.meta.url));
  const owner = spawn(process.execPath, ['--import', 'tsx', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    owner.stdout?.once('data', (line: Buffer) => resolve(line.toString().trim()));
    owner.once('exit', (code) => reject(new Error(`The owner ended with ${code}`)));
  });
  return { owner, url };
}

const isRunning = (pid: number | undefined): boolean =>
  pid !== undefined && existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');

describe('the embedded server', () => {
  it('keeps its data from one start to the next, and is gone in between', async () => {
    const first = await startEmbeddedPostgres({ dataDirectory });
    await ask(first.url, `CREATE TABLE kept AS SELECT 'yes' AS answer`);
    await first.stop();
    expect(findPostmaster(first.dataDirectory)).toBeNull();
    await expect(ask(first.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');

    const second = await startEmbeddedPostgres({ dataDirectory });
    expect(await ask(second.url, 'SELECT * FROM kept')).toEqual([{ answer: 'yes' }]);
    await second.stop();
  });

  it('writes through to the disk unless it is told that nobody needs the data', async () => {
    const real = await startEmbeddedPostgres({ dataDirectory });
    expect(await ask(real.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    await real.stop();
    const quick = await startEmbeddedPostgres({
      dataDirectory: path.join(folder, 'quick'),
      durable: false,
      temporary: true,
    });
    expect(await ask(quick.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
    await quick.stop();
    expect(existsSync(path.join(folder, 'quick'))).toBe(false);
  });

  it('is one server for everybody in this process', async () => {
    const [one, two] = await Promise.all([
      startEmbeddedPostgres({ dataDirectory }),
      startEmbeddedPostgres({ dataDirectory }),
    ]);
    expect(two.url).toBe(one.url);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('works below a directory that only its owner may enter', async () => {
    const closed = path.join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const server = await startEmbeddedPostgres({ dataDirectory: path.join(closed, 'postgres') });
    await ask(server.url, `CREATE TABLE kept AS SELECT 'yes' AS answer`);
    await server.stop();

    const again = await startEmbeddedPostgres({ dataDirectory: path.join(closed, 'postgres') });
    expect(again.dataDirectory).toBe(server.dataDirectory);
    expect(await ask(again.url, 'SELECT * FROM kept')).toEqual([{ answer: 'yes' }]);
    await again.stop();
    rmSync(again.dataDirectory, { recursive: true });
  });

  it('leaves a directory alone that holds something else', async () => {
    const strange = path.join(folder, 'strange');
    mkdirSync(strange);
    writeFileSync(path.join(strange, 'thesis.txt'), 'years of work');
    await expect(startEmbeddedPostgres({ dataDirectory: strange })).rejects.toThrow('holds no PostgreSQL data');
    expect(readFileSync(path.join(strange, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it('says so when its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(startEmbeddedPostgres({ dataDirectory, port })).rejects.toThrow(`Port ${port}, wanted for PostgreSQL`);
    other.close();
  });
});

describe('the owner of a server', () => {
  it('leaves no process behind when it is killed', async () => {
    const { owner, url } = await startOwner(dataDirectory);
    const [row] = await ask(url, `SELECT pg_backend_pid() AS pid`);
    const server = findPostmaster(dataDirectory);
    expect(server).not.toBeNull();
    owner.kill('SIGKILL');
    await expect.poll(() => findPostmaster(dataDirectory), { timeout: 20_000 }).toBeNull();
    // The file goes a moment before the process does.
    await expect.poll(() => isRunning(server?.pid), { timeout: 20_000 }).toBe(false);
    expect(isRunning(row?.pid as number)).toBe(false);
  });

  it('loses nothing that was committed when it is killed and starts again at once', async () => {
    const { owner, url } = await startOwner(dataDirectory);
    await ask(url, 'CREATE TABLE committed AS SELECT generate_series(1, 1000) AS n');
    owner.kill('SIGKILL');
    const next = await startEmbeddedPostgres({ dataDirectory });
    expect(await ask(next.url, 'SELECT count(*)::int AS n FROM committed')).toEqual([{ n: 1000 }]);
    await next.stop();
  });

  it('is named to whoever wants the same data', async () => {
    const { owner } = await startOwner(dataDirectory);
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toThrow(`in use by process ${owner.pid}`);
    owner.kill('SIGKILL');
    await expect.poll(() => findPostmaster(dataDirectory), { timeout: 20_000 }).toBeNull();
  });

  it('is started again when it dies, at the same place and with what was committed', async () => {
    const outcomes: unknown[] = [];
    const server = await startEmbeddedPostgres({
      dataDirectory,
      onRestart: (error) => void outcomes.push(error ?? 'up'),
    });
    await ask(server.url, 'CREATE TABLE outlived AS SELECT 1 AS n');
    for (let time = 1; time <= 2; time += 1) {
      process.kill(findPostmaster(dataDirectory)!.pid, 'SIGKILL');
      await expect.poll(() => outcomes.filter((it) => it === 'up').length, { timeout: 20_000 }).toBe(time);
      expect(await ask(server.url, 'SELECT * FROM outlived')).toEqual([{ n: 1 }]);
    }
    await server.stop();
    expect(findPostmaster(dataDirectory)).toBeNull();
  });

  it('stays away when it was killed and is then stopped', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory });
    const { pid } = findPostmaster(dataDirectory)!;
    process.kill(pid, 'SIGKILL');
    await server.stop();
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
    expect(findPostmaster(dataDirectory)).toBeNull();
  });

  it('may find the server itself killed, and recovers what was committed', async () => {
    const first = await startOwner(dataDirectory);
    await ask(first.url, `CREATE TABLE survived AS SELECT 1 AS n`);
    const server = findPostmaster(dataDirectory);
    if (server) process.kill(server.pid, 'SIGKILL');
    first.owner.kill('SIGKILL');
    await expect.poll(() => findPostmaster(dataDirectory), { timeout: 20_000 }).toBeNull();
    // Until somebody took note of its end, PostgreSQL itself takes a dead server for a running one.
    await expect.poll(() => existsSync(`/proc/${server?.pid}`), { timeout: 20_000 }).toBe(false);
    const next = await startEmbeddedPostgres({ dataDirectory });
    expect(await ask(next.url, 'SELECT * FROM survived')).toEqual([{ n: 1 }]);
    await next.stop();
  });
});
