/** A new version is rolled out while everybody works: each process is stopped in good order and started again. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../scenario.ts';

export async function restartByTurns(run: Run): Promise<void> {
  const { plant } = run.system;
  while (!run.isOver()) {
    for (const name of plant.processes) {
      run.log.fault('restart', name);
      await plant.stop(name);
      await plant.start(name);
      await pause(1_000);
      if (run.isOver()) break;
    }
  }
}
