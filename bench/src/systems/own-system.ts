import { startAllInOne, type System } from './all-in-one.ts';
import { createDatabase, dropDatabase } from './database.ts';
import { scratchDirectory } from './scratch.ts';

/** An all-in-one form for one measurement, on an empty database of that name; nothing of it is left afterwards. */
export async function onOwnSystem<Measured>(
  database: string,
  profileDirectory: string | undefined,
  measure: (system: System) => Promise<Measured>,
): Promise<Measured> {
  const scratch = scratchDirectory(database);
  const stops: (() => Promise<unknown>)[] = [() => scratch.remove()];
  try {
    await createDatabase(database);
    stops.push(() => dropDatabase(database));
    const system = await startAllInOne({ dataDirectory: scratch.path, database, profileDirectory });
    stops.push(() => system.stop());
    return await measure(system);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
