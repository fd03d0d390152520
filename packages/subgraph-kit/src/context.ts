import type { Vault } from '@enghub/encryption/vault';
import { unavailableFailure } from '@enghub/messaging/transport';
import type { Claims } from './claims.ts';
import type { GraphPort } from './graph-port.ts';

/** What a request may use. Each subgraph adds its loaders. */
export type BaseContext<Db, Tx = Db> = Readonly<{
  /** The subgraph's name; events say that they come from it. */
  service: string;
  claims: Claims;
  /** Bound to the tenant and factories of the claims; row-level security does the rest. */
  db: Db;
  /**
   * For what may be two seconds old: boards, daily reports, statistics, figures of shifts. A read replica answers while it
   * can. It is `db` itself wherever the answer has to be current, see `Claims.mustBeCurrent`, and where there is no replica.
   * Commands, lists that a user looks at after a command, and traces of lots read `db`.
   */
  readDb: Db;
  now: () => Date;
  /** For stores: seals and opens the encrypted columns of the tenant of the claims. */
  vault: Vault;
  /** One transaction; events appended in it are relayed after the commit. Nested calls join the outer one. */
  transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** Other subgraphs, asked with the claims of this request. */
  graph: (subgraph: string, query: string, variables: Readonly<Record<string, unknown>>) => Promise<unknown>;
  /** Tells the relay that a statement outside `transaction` wrote events. */
  wakeRelay: () => void;
}>;

/** Asks another subgraph and gives its data; an error of the other side is thrown, as unavailable where it says so. */
export function graphOf(port: GraphPort, claims: Claims): BaseContext<unknown>['graph'] {
  return async (subgraph, query, variables) => {
    const { data, errors } = await port(subgraph, { query, variables }, claims);
    const [error] = errors ?? [];
    if (!error) return data;
    const message = `${subgraph}: ${error.message}`;
    throw error.extensions?.['code'] === 'UNAVAILABLE' ? unavailableFailure(message) : new Error(message);
  };
}
