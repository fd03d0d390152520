import type { Answer } from './interfaces.ts';

/** Answers what was told twice under one key with the first answer, and counts it once. */
export type IdempotentAnswers = Readonly<{
  /** Another body under a known key is a conflict. */
  once(key: string | null, body: string, answer: () => Answer): Answer;
}>;

const MOST_REMEMBERED = 100_000;

export function openIdempotentAnswers(): IdempotentAnswers {
  const known = new Map<string, Readonly<{ body: string; answer: Answer }>>();
  return {
    once: (key, body, answer) => {
      if (key === null) return answer();
      const before = known.get(key);
      if (before) {
        return before.body === body ? before.answer : { status: 409, body: { error: 'idempotency_key_reused' } };
      }
      const first = answer();
      if (first.status < 300) known.set(key, { body, answer: first });
      if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value!);
      return first;
    },
  };
}
