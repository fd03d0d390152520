import { setTimeout as pause } from 'node:timers/promises';

/** Waits until a question is answered with something true. A process that ended is final; other errors are "not yet". */
export async function eventually<Value>(
  question: () => Promise<Value | false | null | undefined>,
  options: Readonly<{ within: number; every?: number; or?: () => string }>,
): Promise<Value> {
  const deadline = performance.now() + options.within;
  let last: unknown = 'never true';
  while (performance.now() < deadline) {
    try {
      const answer = await question();
      if (answer) return answer;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('the system ended')) throw error;
      last = error;
    }
    await pause(options.every ?? 100);
  }
  throw new Error(options.or?.() ?? `did not happen within ${options.within} ms: ${String(last)}`);
}
