import { readFileSync } from 'node:fs';
import { databaseEnvironment } from './database.ts';
import { freePort } from './free-port.ts';
import { root, startNode, untilReady, type NodeProcess } from './node-process.ts';

export type System = Readonly<{
  url: string;
  /** Every Node process of ours, by name. */
  processes: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}>;

export const pidsOf = (processes: readonly NodeProcess[]): ReadonlyMap<string, number> =>
  new Map(processes.map(({ name, pid }) => [name, pid]));

/** What `npm start` gives to Node, so that it is measured as it runs. */
function flagsOfNpmStart(): string[] {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** Everything in one process, as `npm start` runs it; PostgreSQL is embedded unless a database is named. */
export async function startAllInOne(
  options: Readonly<{
    dataDirectory: string;
    database?: string;
    importLog?: boolean;
    profileDirectory?: string | undefined;
  }>,
): Promise<System> {
  const port = await freePort();
  const node = startNode({
    name: 'all-in-one',
    main: 'all-in-one/src/main.ts',
    flags: flagsOfNpmStart(),
    profileDirectory: options.profileDirectory,
    env: {
      PORT: String(port),
      ENGHUB_DATA_DIR: options.dataDirectory,
      ...(options.importLog ? {} : { ENGHUB_IMPORT: 'off' }),
      ...(options.database ? databaseEnvironment(options.database) : {}),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, [node]);
  return { url, processes: pidsOf([node]), stop: () => node.stop() };
}
