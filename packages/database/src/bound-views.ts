/** What Prisma's adapter takes for a pool: it opens nothing itself and lends the connections of one binding. */
import pg from 'pg';
import { isRefusedStatement } from './bound-connections.ts';
import type { ReplicaWatch } from './replica-watch.ts';

type Lend = () => Promise<pg.PoolClient>;
type Run = (...args: unknown[]) => Promise<unknown>;

/** Everything over the connections that are lent. */
export const boundView = (lend: Lend): pg.Pool => viewOf(lend, statementsOver(lend));

/**
 * Single statements go to the replica while it may be read. Whatever goes wrong there, also what its old rows or tables
 * are to blame for, is asked of the primary, whose word counts; so are transactions.
 */
export function readerView(primary: Lend, replica: Lend, watch: ReplicaWatch): pg.Pool {
  const [onPrimary, onReplica] = [statementsOver(primary), statementsOver(replica)];
  return viewOf(primary, async (...args) => {
    if (watch.mayBeRead()) {
      try {
        return await watch.whileItAnswers(() => onReplica(...args));
      } catch {
        // The watch has noted it.
      }
    }
    return onPrimary(...args);
  });
}

function statementsOver(lend: Lend): Run {
  return async (...args) => {
    const client = await lend();
    let broken = false;
    try {
      return await (client.query as (...query: unknown[]) => unknown)(...args);
    } catch (error) {
      broken = !isRefusedStatement(error);
      throw error;
    } finally {
      client.release(broken);
    }
  };
}

function viewOf(connect: Lend, query: Run): pg.Pool {
  const view = new pg.Pool({ max: 1 });
  return Object.assign(view, { connect, query, end: () => Promise.resolve() }) as unknown as pg.Pool;
}
