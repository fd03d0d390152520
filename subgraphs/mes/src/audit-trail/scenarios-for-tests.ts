/** Every mutation of MES, once or more with success: the audit trail of a whole plant. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import type { TestSubgraph } from '@enghub/testkit/subgraph';
import type { Plant } from '../plant-for-tests.ts';

type Row = Record<string, unknown>;

export type Floor = Readonly<{
  mes: TestSubgraph;
  plant: Plant;
  claims: Claims;
  /** Runs a mutation that must be accepted, and answers the id of the thing that its last audit entry is about. */
  say: (mutation: string, input: Row, claims?: Claims) => Promise<string>;
  ids: (sql: string) => Promise<string[]>;
  /** The first id, as soon as there is one: consumers write a moment later. */
  eventually: (sql: string) => Promise<string>;
  versionOf: (table: string, id: string) => Promise<number>;
}>;

export type Scenario = (floor: Floor) => Promise<void>;
