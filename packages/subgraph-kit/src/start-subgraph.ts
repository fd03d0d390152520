import { buildSubgraphSchema } from '@apollo/subgraph';
import type { PrismaPg } from '@prisma/adapter-pg';
import { foundationMigrations, provision } from '@enghub/database/provision';
import type { ReplicaStatus } from '@enghub/database/replica-watch';
import { atReplica } from '@enghub/database/roles';
import { openTenantClients, type Replica, type TenantClients } from '@enghub/database/tenant-clients';
import { auditMigrations } from '@enghub/audit/migrations';
import { startSealer } from '@enghub/audit/sealer';
import type { EncryptedColumns } from '@enghub/encryption/encrypted-columns';
import type { MasterKeys } from '@enghub/encryption/master-keys';
import { encryptionMigrations } from '@enghub/encryption/migrations';
import { prepareEncryption } from '@enghub/encryption/prepare-encryption';
import { noVaults, openVaults } from '@enghub/encryption/vault';
import type { Envelope } from '@enghub/event-contracts/envelope';
import { claim } from '@enghub/messaging/inbox';
import type { LiveBus } from '@enghub/messaging/live';
import { messagingMigrations } from '@enghub/messaging/migrations';
import { startRelay } from '@enghub/messaging/relay';
import { readRetention } from '@enghub/messaging/retention';
import type { Transport } from '@enghub/messaging/transport';
import { parse, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { systemClaims, type Claims } from './claims.ts';
import { graphOf, type BaseContext } from './context.ts';
import { createEngine } from './engine.ts';
import { deadLetterConsumer } from './events/dead-letter-consumer.ts';
import { eventsResolvers, type EventsView } from './events/slice.ts';
import type { GraphPort } from './graph-port.ts';
import type { SqlTransaction } from './requests.ts';
import type { RunningSubgraph } from './running-subgraph.ts';
import { scalars } from './scalars.ts';
import { readTypeDefs } from './type-defs.ts';

/** What a subgraph does when an event arrives. Runs once in effect: inbox row and effect are one transaction. */
export type Consumer<Context> = Readonly<{
  /** Names the queue together with the subgraph: qms + inspections = qms.inspections. */
  name: string;
  routingKeys: readonly string[];
  /** Says that handling an event again changes nothing: it is neither claimed nor given a transaction. */
  isRepeatable?: boolean;
  /** `context.db` is the transaction that also holds the inbox row. */
  handle: (event: Envelope, context: Context) => Promise<void>;
}>;

/** One capability: what it adds to the graph and what it hears. */
export type Slice<Context> = Readonly<{ resolvers: object; consumers?: readonly Consumer<Context>[] }>;

type PrismaLike = SqlTransaction & {
  $disconnect(): Promise<void>;
  // Each generated client has overloads of its own; see `transact`.
  $transaction(...args: never): unknown;
};

export type SubgraphDefinition<Db extends PrismaLike, Context extends BaseContext<Db>> = Readonly<{
  name: string;
  /** The subgraph's folder: prisma/migrations and src/**\/schema.graphql are found below it. */
  folder: URL;
  slices: readonly Slice<Context>[];
  createClient: (adapter: PrismaPg) => Db;
  createContext: (base: BaseContext<Db>) => Context;
  /** What the database holds encrypted; stores seal and open it with the context's vault. */
  encryptedColumns?: EncryptedColumns;
  /** Topics of the live bus that an event of ours moves. `dbOf` opens the tables of the event's tenant and plant. */
  liveTopics?: (event: Envelope, dbOf: (event: Envelope) => Db) => Promise<readonly string[]>;
  /** Runs once after the migrations and then daily, e.g. to make partitions ahead. */
  upkeep?: (clients: TenantClients<Db>) => Promise<void>;
  /** Works by itself beside the requests, from when the consumers hear until the end. */
  background?: (tools: BackgroundTools<Context>) => BackgroundWork;
}>;

export type BackgroundTools<Context> = Readonly<{
  contextFor: (claims: Claims) => Context;
  logger: Logger;
  now: () => Date;
}>;
export type BackgroundWork = Readonly<{ stop(): Promise<void> }>;

export type SubgraphServices = Readonly<{
  /** A PostgreSQL URL that may create schemas and roles; requests themselves run under a role without such rights. */
  databaseUrl: string;
  /** A streaming replica of that server, for reads that may be two seconds old. */
  readReplica?: Pick<Replica, 'url' | 'times'> | undefined;
  transport: Transport;
  live: LiveBus;
  graph: GraphPort;
  logger: Logger;
  /** Needed by a subgraph that has encrypted columns. */
  masterKeys?: MasterKeys | undefined;
  now?: () => Date;
}>;

const DAY_MS = 24 * 60 * 60 * 1000;
const TRANSACTION = { timeout: 10_000, maxWait: 5_000 };

/** Migrates, connects, hears and answers: everything a subgraph needs but its rules. */
export async function startSubgraph<Db extends PrismaLike, Context extends BaseContext<Db>>(
  definition: SubgraphDefinition<Db, Context>,
  services: SubgraphServices,
): Promise<RunningSubgraph> {
  const { name } = definition;
  const logger = services.logger.child({ subgraph: name });
  const now = services.now ?? (() => new Date());
  const namespace = name.replaceAll('-', '_');
  const { appUrl, relayUrl } = await provision({
    ownerUrl: services.databaseUrl,
    namespace,
    migrationDirectories: migrationDirectories(definition.folder),
  });
  const { masterKeys } = services;
  const columns = Object.values(definition.encryptedColumns ?? {});
  await prepareEncryption({ ownerUrl: services.databaseUrl, relayUrl, namespace, columns, masterKeys });
  const vaults = masterKeys ? openVaults({ appUrl, namespace, masterKeys }) : noVaults;
  const { readReplica } = services;
  const clients = openTenantClients<Db>({
    url: appUrl,
    createClient: definition.createClient,
    replica: readReplica && {
      ...readReplica,
      url: atReplica(appUrl, readReplica.url),
      onChange: replicaLog(logger),
    },
  });
  const relay = startRelay({
    relayUrl,
    namespace,
    transport: services.transport,
    retention: readRetention(process.env),
    logger,
    onRelayed: (events) => {
      for (const { envelope } of events) void tick(envelope);
    },
  });

  const anchorFile = process.env['AUDIT_ANCHOR_FILE'] || undefined;
  const sealer = startSealer({ relayUrl, namespace, logger, anchorFile });

  const claimsOf = (event: Envelope): Claims =>
    systemClaims(name, {
      tenantId: event.tenant_id,
      factoryIds: event.factory_id === null ? [] : [event.factory_id],
      traceId: event.trace_id,
    });

  /** Whoever watches reads afresh, so a tick that is lost with the database is only late. */
  async function tick(event: Envelope): Promise<void> {
    try {
      const topics = await definition.liveTopics?.(event, (of) => clients.for(claimsOf(of)));
      topics?.forEach((topic) => services.live.publish(topic));
    } catch (error) {
      logger.warn({ err: error, event: event.event_id }, 'could not tell which boards an event moves');
    }
  }

  function contextFor(claims: Claims, within?: Db): Context {
    const db = within ?? clients.for(claims);
    return definition.createContext({
      service: name,
      claims,
      db,
      readDb: within ?? (claims.mustBeCurrent ? db : clients.readerFor(claims)),
      now,
      graph: graphOf(services.graph, claims),
      vault: vaults.of(claims.tenantId),
      wakeRelay: relay.wake,
      transaction: async (work) => {
        if (within) return work(within);
        const result = await transact(db, work);
        relay.wake();
        return result;
      },
    });
  }

  async function consume(consumer: Consumer<Context>, event: Envelope): Promise<void> {
    const claims = claimsOf(event);
    if (consumer.isRepeatable) return consumer.handle(event, contextFor(claims));
    await transact(clients.for(claims), async (tx) => {
      if (await claim(tx, `${name}.${consumer.name}`, event)) await consumer.handle(event, contextFor(claims, tx));
    });
    relay.wake();
  }

  const consumers: readonly Consumer<Context>[] = [
    ...definition.slices.flatMap((slice) => slice.consumers ?? []),
    deadLetterConsumer(name, contextFor),
  ];
  const schema = schemaOf(definition, {
    service: name,
    consumers: consumers.map((consumer) => `${name}.${consumer.name}`),
    queued: (consumer) => services.transport.queued(consumer),
    unheard: () => services.transport.unheard(name),
  });
  const subscriptions = await Promise.all(
    consumers.map((consumer) =>
      services.transport.subscribe({
        queue: `${name}.${consumer.name}`,
        routingKeys: consumer.routingKeys,
        handle: (event) => consume(consumer, event),
        mailboxUrl: relayUrl,
      }),
    ),
  );

  await definition.upkeep?.(clients);
  const daily = setInterval(() => {
    definition.upkeep?.(clients).catch((error: unknown) => logger.error({ err: error }, 'upkeep failed'));
  }, DAY_MS);
  daily.unref();
  const background = definition.background?.({ contextFor: (claims) => contextFor(claims), logger, now });

  return {
    name,
    schema,
    execute: createEngine(schema, logger),
    contextFor: (claims) => contextFor(claims),
    isReady: () => isReady(clients.pool),
    readReplica: clients.replica,
    stop: async () => {
      clearInterval(daily);
      await background?.stop();
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
      await Promise.all([relay.stop(), sealer.stop()]);
      await Promise.all([clients.close(), vaults.close()]);
    },
  };
}

function transact<Db extends PrismaLike, T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  type Transact = (work: (tx: Db) => Promise<T>, options: typeof TRANSACTION) => Promise<T>;
  return (db.$transaction as unknown as Transact).call(db, work, TRANSACTION);
}

/** In the order in which they are applied: what every namespace needs first, then the subgraph's own tables. */
export const migrationDirectories = (folder: URL): string[] => [
  foundationMigrations,
  messagingMigrations,
  auditMigrations,
  encryptionMigrations,
  new URL('./prisma/migrations', folder).pathname,
];

function schemaOf<Db extends PrismaLike, Context extends BaseContext<Db>>(
  definition: SubgraphDefinition<Db, Context>,
  events: EventsView,
): GraphQLSchema {
  const typeDefs = readTypeDefs(definition.folder).map((sdl) => parse(sdl));
  const resolvers = [scalars, eventsResolvers(events), ...definition.slices.map((slice) => slice.resolvers)];
  return buildSubgraphSchema(
    typeDefs.map((document, at) => ({ typeDefs: document, resolvers: at === 0 ? merged(resolvers) : {} })) as never,
  );
}

/** Slices contribute to the same types (Query, Mutation, an entity): one map per type. */
function merged(resolvers: readonly object[]): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const map of resolvers as Record<string, Record<string, unknown>>[]) {
    for (const [type, fields] of Object.entries(map)) {
      all[type] = isFieldMap(all[type]) && isFieldMap(fields) ? { ...all[type], ...fields } : fields;
    }
  }
  return all;
}

const isFieldMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function replicaLog(logger: Logger) {
  return ({ state, behindAtMostMs }: ReplicaStatus, error?: unknown): void => {
    const about = { readReplica: state, behindAtMostMs, ...(error === undefined ? {} : { err: error }) };
    if (state === 'IN_USE') logger.warn(about, 'the read replica is read');
    else logger.warn(about, 'the read replica is not read, the primary is');
  };
}

/** A broker that is away makes the outbox grow and refuses nothing: only the database decides. */
async function isReady(pool: TenantClients<never>['pool']): Promise<boolean> {
  try {
    await pool.query('SELECT 1');
    return true;
  } catch {
    return false;
  }
}
