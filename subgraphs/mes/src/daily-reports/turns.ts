/** Work of one key is done by turns; whoever asks while it runs shares the next turn, which begins after they asked. */
export type Turns = (key: string, work: () => Promise<void>) => Promise<void>;

type Turn = { readonly over: Promise<void>; next?: Promise<void> };

export function createTurns(): Turns {
  const turns = new Map<string, Turn>();

  function begin(key: string, work: () => Promise<void>): Promise<void> {
    const result = work();
    const turn: Turn = { over: result.catch(() => undefined) };
    turns.set(key, turn);
    void turn.over.then(() => {
      if (!turn.next) turns.delete(key);
    });
    return result;
  }

  return (key, work) => {
    const turn = turns.get(key);
    if (!turn) return begin(key, work);
    return (turn.next ??= turn.over.then(() => begin(key, work)));
  };
}
