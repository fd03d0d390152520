/**
 * Where processes meet what is outside of them, one step at a time: whoever drives the stage chooses which step comes next,
 * and which process ends before it. What one connection was asked for first is done first.
 */

export type Life = Readonly<{ name: string; isAlive(): boolean }>;

type Step = {
  readonly life: Life;
  readonly act: () => void;
  readonly fail?: ((when: 'before' | 'after') => void) | undefined;
};

/** Lines that may break have such a word in their name. */
export type Breakable = 'database' | 'transaction' | 'publishes';

export type Stage = Readonly<{
  begin(name: string): Life;
  /** Ends a process where it stands: none of its steps happens any more, and nothing answers it. */
  end(life: Life): void;
  /** Resolves with what `act` answers, once its turn has come on its line; with `onBreak` it may break instead. */
  step<T>(life: Life, line: string, act: () => T, onBreak?: () => void): Promise<T>;
  /** The same for what nobody waits for. */
  send(life: Life, line: string, act: () => void): void;
  /** Forgets what is on its way on a line. */
  cut(line: string): void;
  /** How many steps could be next. */
  waiting(): number;
  run(choice: number): Promise<void>;
  /** Does it, but lets the answer wait until it is chosen in its turn. */
  runSlowly(choice: number): Promise<void>;
  /** Breaks a connection of a kind at its next step, before or after that was done. */
  break(kind: Breakable, choice: number, when: 'before' | 'after'): Promise<void>;
  /** So many steps of a kind fail, as while a server is away. */
  fail(kind: Breakable, steps: number): void;
  /** Whatever was away is back. */
  recover(): void;
}>;

/** Until all that follows inside the processes has happened, up to their next steps. */
export const untilAllFollowed = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createStage(): Stage {
  const ended = new Set<Life>();
  const lines = new Map<string, Step[]>();
  let answersBeing: ((answer: () => void) => void) | undefined;

  const failing = new Map<Breakable, number>();

  const heads = () => [...lines];
  const at = <T>(from: readonly T[], choice: number): T | undefined => from[choice % from.length];

  function put(line: string, step: Step): void {
    if (ended.has(step.life)) return;
    const steps = lines.get(line);
    if (steps) steps.push(step);
    else lines.set(line, [step]);
  }

  function take(line: string): Step {
    const steps = lines.get(line)!;
    const step = steps.shift()!;
    if (steps.length === 0) lines.delete(line);
    return step;
  }

  function failsNow(line: string): boolean {
    const [kind, left] = [...failing].find(([it]) => line.includes(it)) ?? [];
    if (!kind || !left) return false;
    if (left > 1) failing.set(kind, left - 1);
    else failing.delete(kind);
    return true;
  }

  async function perform(what: () => void): Promise<void> {
    what();
    await untilAllFollowed();
  }

  return {
    begin: (name) => {
      const life: Life = { name, isAlive: () => !ended.has(life) };
      return life;
    },
    end(life) {
      ended.add(life);
      for (const [line, steps] of lines) {
        const left = steps.filter((step) => step.life !== life);
        if (left.length > 0) lines.set(line, left);
        else lines.delete(line);
      }
    },
    step: (life, line, act, onBreak) =>
      new Promise((resolve, reject) => {
        const attempt = () => {
          try {
            const value = act();
            return () => resolve(value);
          } catch (error) {
            return () => reject(error as Error);
          }
        };
        put(line, {
          life,
          act: () => {
            const answer = attempt();
            if (answersBeing) answersBeing(answer);
            else answer();
          },
          fail:
            onBreak &&
            ((when) => {
              if (when === 'after') attempt();
              onBreak();
              reject(new Error('the connection broke'));
            }),
        });
      }),
    send: (life, line, act) => put(line, { life, act }),
    cut: (line) => void lines.delete(line),
    waiting: () => lines.size,
    async run(choice) {
      const head = at(heads(), choice);
      if (!head) return;
      const isFailing = failsNow(head[0]);
      await perform(() => {
        const step = take(head[0]);
        if (isFailing && step.fail) step.fail('before');
        else step.act();
      });
    },
    async runSlowly(choice) {
      const head = at(heads(), choice);
      if (!head) return;
      const [line] = head;
      const step = take(line);
      answersBeing = (answer) => {
        // Ahead of what its connection was asked for later.
        lines.set(line, [{ life: step.life, act: answer }, ...(lines.get(line) ?? [])]);
      };
      await perform(() => {
        step.act();
        answersBeing = undefined;
      });
    },
    fail: (kind, steps) => void failing.set(kind, steps),
    recover: () => failing.clear(),
    async break(kind, choice, when) {
      const breakable = heads().filter(([line, steps]) => line.includes(kind) && steps[0]!.fail);
      const head = at(breakable, choice);
      if (head) await perform(() => take(head[0]).fail!(when));
    },
  };
}
