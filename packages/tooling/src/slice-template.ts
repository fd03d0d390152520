/** The files of a new slice in house style: one noun with one state, one command and its rule. Pure. */

export type SliceRequest = Readonly<{
  subgraph: string;
  /** Folder name, kebab-case: a plural noun or a gerund that the shop floor uses. */
  slice: string;
  /** Type name in PascalCase. */
  noun: string;
  /** When the migration is written, as YYYYMMDDHHMMSS. */
  stamp: string;
}>;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const snake = (text: string): string => text.replaceAll('-', '_');

/** `tool-changes` → `ToolChange`. A gerund stays as it is. */
export function nounOf(slice: string): string {
  const singular = slice
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch|sh)es$/, '$1')
    .replace(/([^s])s$/, '$1');
  return singular
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** `ToolChange` → `tool change`. */
const spoken = (noun: string): string => noun.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

/** Path below the subgraph's folder → text. */
export function sliceFiles(request: SliceRequest): ReadonlyMap<string, string> {
  const { slice, stamp } = request;
  return new Map([
    [`src/${slice}/schema.graphql`, schema(request)],
    [`src/${slice}/rules.ts`, rules(request)],
    [`src/${slice}/rules.test.ts`, rulesTest(request)],
    [`src/${slice}/commands.ts`, commands(request)],
    [`src/${slice}/store.ts`, store(request)],
    [`src/${slice}/resolvers.ts`, resolvers(request)],
    [`prisma/migrations/${stamp}_${snake(slice)}/migration.sql`, migration(request)],
  ]);
}

const scopeOf = ({ noun }: SliceRequest): string => snake(spoken(noun).replaceAll(' ', '-'));

const schema = (request: SliceRequest): string => {
  const { noun } = request;
  const scope = scopeOf(request);
  return `"What a ${spoken(noun)} is, in one line that a planner understands."
type ${noun} {
  id: ID!
  factoryId: ID!
  name: String!
  status: ${noun}Status!
  "Send back with a command, so that two people cannot overwrite each other."
  version: Int!
}

"Where a ${spoken(noun)} stands."
enum ${noun}Status {
  OPEN
  CLOSED
}

extend type Query {
  "One ${spoken(noun)}; null when it does not exist for the user."
  ${lowerFirst(noun)}(id: ID!): ${noun} @requiresScopes(scopes: [["${scope}:view"]])
}

extend type Mutation {
  "Closes an open ${spoken(noun)}."
  close${noun}(input: Close${noun}Input!): Close${noun}Result @requiresScopes(scopes: [["${scope}:manage"]])
}

input Close${noun}Input {
  id: ID!
  "The version that the user saw."
  version: Int!
}

union Close${noun}Result = Close${noun}Payload | ${noun}Refusal

type Close${noun}Payload {
  ${lowerFirst(noun)}: ${noun}!
}

"Why a ${spoken(noun)} command was refused."
type ${noun}Refusal implements Refusal {
  code: ${noun}RefusalCode!
  message: String!
}

enum ${noun}RefusalCode {
  "There is none for this user."
  NOT_FOUND
  "Someone else changed it since the user saw it."
  STALE_VERSION
  "It is closed already."
  ALREADY_CLOSED
}
`;
};

const rules = ({ noun }: SliceRequest): string => `/** What may happen to a ${spoken(noun)}. Pure. */
import { accept, refuse, type Decision } from '@enghub/subgraph-kit/decision';

export type ${noun} = Readonly<{
  id: string;
  factoryId: string;
  name: string;
  status: 'OPEN' | 'CLOSED';
  version: number;
}>;

export type CloseRefusal = 'ALREADY_CLOSED';

export function close(it: ${noun}): Decision<${noun}, never, CloseRefusal> {
  if (it.status === 'CLOSED') return refuse('ALREADY_CLOSED');
  return accept({ ...it, status: 'CLOSED' });
}
`;

const rulesTest = ({ noun }: SliceRequest): string => `import { describe, expect, it } from 'vitest';
import { close, type ${noun} } from './rules.ts';

const open: ${noun} = { id: 'id-1', factoryId: 'factory-sh-01', name: 'First', status: 'OPEN', version: 1 };

describe('closing a ${spoken(noun)}', () => {
  it('closes one that is open', () => {
    expect(close(open)).toEqual({ ok: true, state: { ...open, status: 'CLOSED' }, events: [] });
  });

  it('refuses one that is closed already', () => {
    expect(close({ ...open, status: 'CLOSED' })).toEqual({ ok: false, refusal: 'ALREADY_CLOSED' });
  });
});
`;

const commands = ({
  noun,
}: SliceRequest): string => `import { refuse, type Decision } from '@enghub/subgraph-kit/decision';
import type { Context } from '../context.ts';
import { close, type ${noun}, type CloseRefusal } from './rules.ts';
import * as store from './store.ts';

export type CommandRefusal = 'NOT_FOUND' | 'STALE_VERSION';

export function close${noun}(
  input: Readonly<{ id: string; version: number }>,
  { transaction }: Context,
): Promise<Decision<${noun}, never, CloseRefusal | CommandRefusal>> {
  return transaction(async (tx) => {
    const found = await store.find(tx, input.id);
    if (!found) return refuse('NOT_FOUND');
    if (found.version !== input.version) return refuse('STALE_VERSION');

    const decision = close(found);
    if (!decision.ok) return decision;

    const saved = await store.save(tx, decision.state);
    return saved ? { ...decision, state: saved } : refuse('STALE_VERSION');
  });
}
`;

const store = ({ noun }: SliceRequest): string => `import { isId } from '@enghub/subgraph-kit/ids';
import type { Db } from '../database.ts';
import type { ${noun} as Row } from '../generated/prisma/client.ts';
import type { ${noun} } from './rules.ts';

export async function find(db: Pick<Db, '${lowerFirst(noun)}'>, id: string): Promise<${noun} | null> {
  const row = isId(id) ? await db.${lowerFirst(noun)}.findFirst({ where: { id } }) : null;
  return row && stateOf(row);
}

/** Null when someone else saved first. */
export async function save(db: Pick<Db, '${lowerFirst(noun)}'>, it: ${noun}): Promise<${noun} | null> {
  const { count } = await db.${lowerFirst(noun)}.updateMany({
    where: { id: it.id, version: it.version },
    data: { name: it.name, status: it.status, version: { increment: 1 } },
  });
  return count === 1 ? { ...it, version: it.version + 1 } : null;
}

const stateOf = ({ id, factoryId, name, status, version }: Row): ${noun} => ({
  id,
  factoryId,
  name,
  status: status as ${noun}['status'],
  version,
});
`;

const resolvers = ({
  noun,
}: SliceRequest): string => `import { refusalIn, type RefusalMessages } from '@enghub/subgraph-kit/refusal-messages';
import type { Resolvers } from '../generated/graphql.ts';
import { close${noun}, type CommandRefusal } from './commands.ts';
import type { CloseRefusal } from './rules.ts';
import * as store from './store.ts';

export const resolvers: Resolvers = {
  Query: {
    ${lowerFirst(noun)}: (_, { id }, { db }) => store.find(db, id),
  },

  Mutation: {
    close${noun}: async (_, { input }, context) => {
      const decision = await close${noun}(input, context);
      return decision.ok
        ? { __typename: 'Close${noun}Payload', ${lowerFirst(noun)}: decision.state }
        : { __typename: '${noun}Refusal', ...refusalIn(context.claims.language, refusals, decision.refusal) };
    },
  },
};

// A new rule does not compile until it has words for the operator.
const refusals: RefusalMessages<CloseRefusal | CommandRefusal> = {
  NOT_FOUND: { en: 'There is no such ${spoken(noun)}.', 'zh-CN': '没有该记录。' },
  STALE_VERSION: {
    en: 'Someone else changed this ${spoken(noun)}. Reload it and try again.',
    'zh-CN': '该记录已被他人修改，请刷新后重试。',
  },
  ALREADY_CLOSED: { en: 'This ${spoken(noun)} is closed already.', 'zh-CN': '该记录已关闭。' },
};
`;

/** What prisma/schema.prisma gains. */
export const prismaModel = ({ subgraph, slice, noun }: SliceRequest): string => `
model ${noun} {
  id        String   @id @db.Uuid
  tenantId  String   @map("tenant_id")
  factoryId String   @map("factory_id")
  name      String
  status    String
  version   Int      @default(1)
  createdAt DateTime @map("created_at") @db.Timestamptz(3)

  @@index([tenantId, factoryId])
  @@map("${snake(slice)}")
  @@schema("${snake(subgraph)}")
}
`;

function migration({ subgraph, slice }: SliceRequest): string {
  const table = snake(slice);
  const qualified = `"${snake(subgraph)}"."${table}"`;
  return `CREATE TABLE ${qualified} (
    "id" UUID NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "factory_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "${table}_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "${table}_tenant_id_factory_id_idx" ON ${qualified}("tenant_id", "factory_id");

SELECT secure_table('${qualified}');
`;
}
