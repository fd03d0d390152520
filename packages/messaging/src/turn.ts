/** Of all processes one works for a consumer: the one that has the turn of its mailbox. */
import type { DatabaseSession } from './database-session.ts';

export type Turn = Readonly<{
  /** True when it is, or becomes, this process's turn; the turn ends with the connection. */
  takeTurn(): Promise<boolean>;
  hasTurn(): boolean;
  endTurn(): Promise<void>;
  /** Whether nobody who consumes may have the turn: a tool asked for it, or history has to come first. */
  isWithheld(): Promise<boolean>;
}>;

/** The lock, with the consumer's name as the first parameter. */
export const turnKey = `hashtextextended(current_schema() || ' mailbox ' || $1, 0)`;

export function openTurn(session: DatabaseSession, consumer: string): Turn {
  let turnOf = 0;
  const hasTurn = () => turnOf !== 0 && turnOf === session.generation();

  return {
    hasTurn,
    async takeTurn() {
      if (hasTurn()) return true;
      turnOf = 0;
      const [row] = await session.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${turnKey}) AS locked`, [
        consumer,
      ]);
      if (row?.locked) turnOf = session.generation();
      return hasTurn();
    },
    async endTurn() {
      if (!hasTurn()) return;
      turnOf = 0;
      await session.query(`SELECT pg_advisory_unlock(${turnKey})`, [consumer]);
    },
    async isWithheld() {
      const [row] = await session.query<{ withheld: boolean }>(
        `SELECT waits_for_history OR coalesce(turn_asked_until > clock_timestamp(), false) AS withheld
           FROM consumers WHERE consumer = $1`,
        [consumer],
      );
      return row?.withheld === true;
    },
  };
}
