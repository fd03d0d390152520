type Task = () => Promise<void>;

/** Runs tasks of one key one after another, and tasks of different keys side by side up to a limit. */
export type Lanes = Readonly<{
  add(key: string, task: Task): void;
  /** Forgets what has not begun. */
  clear(): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}>;

export function createLanes(limit: number, onError: (error: unknown) => void): Lanes {
  const lanes = new Map<string, Task[]>();
  const ready: string[] = [];
  let running = 0;
  let onIdle: (() => void)[] = [];

  function pump(): void {
    while (running < limit) {
      const key = ready.shift();
      if (key === undefined) break;
      const task = lanes.get(key)?.shift();
      if (!task) {
        lanes.delete(key);
        continue;
      }
      running += 1;
      void task()
        .catch(onError)
        .finally(() => {
          running -= 1;
          ready.push(key);
          pump();
        });
    }
    if (running === 0 && ready.length === 0) {
      const waiting = onIdle;
      onIdle = [];
      for (const resolve of waiting) resolve();
    }
  }

  return {
    add(key, task) {
      const lane = lanes.get(key);
      if (lane) lane.push(task);
      else {
        lanes.set(key, [task]);
        ready.push(key);
      }
      pump();
    },
    clear() {
      for (const lane of lanes.values()) lane.length = 0;
    },
    idle: () =>
      new Promise((resolve) => {
        onIdle.push(resolve);
        pump();
      }),
  };
}
