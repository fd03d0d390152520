import { startEmbeddedPostgres } from '@enghub/database/embedded-postgres';
import { masterKeysOfFile, type MasterKeys } from '@enghub/encryption/master-keys';
import { startEam } from '@enghub/eam/subgraph';
import { documentSettings } from '@enghub/luaguage-bridge/documents/settings';
import { startLuaguageBridge } from '@enghub/luaguage-bridge/subgraph';
import { startSimulator } from '@enghub/luaguage-simulator/simulator';
import { startMes } from '@enghub/mes/subgraph';
import { createInProcessLiveBus, connectRabbitLiveBus } from '@enghub/messaging/live';
import { createInProcessTransport } from '@enghub/messaging/in-process-transport';
import { connectRabbitMq } from '@enghub/messaging/rabbitmq-transport';
import { startPp } from '@enghub/pp/subgraph';
import { startQms } from '@enghub/qms/subgraph';
import { inProcessGraph } from '@enghub/subgraph-kit/graph-port';
import type { RunningSubgraph } from '@enghub/subgraph-kit/running-subgraph';
import type { SubgraphServices } from '@enghub/subgraph-kit/start-subgraph';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Config, SubgraphName } from './config.ts';
import { secretOfFile } from './secret-file.ts';
import { heldTransport } from './held-transport.ts';

type Stop = () => Promise<void>;

/** Everything behind the gateway, in this process. Each backing service is embedded unless its URL is given. */
export async function startSystem(config: Config, logger: Logger) {
  const stops: Stop[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const masterKeys = config.masterKeys ?? ownMasterKeys(config);
    const documents = documentSettings(config.documents, {
      directory: path.join(config.dataDirectory, 'documents'),
      signingSecret: () => ownSigningSecret(config),
    });
    const embedded = Object.values(config.databaseUrls).includes(null)
      ? await embeddedPostgres(config, logger, stops)
      : null;
    const databaseUrl = (name: SubgraphName) => config.databaseUrls[name] ?? embedded!;
    const simulator = config.luaguageUrl ? null : await simulatedErp(config, stops);
    // The simulator is told the secret when it is told where to send; a real ERP has one of its own.
    const webhookSecret = config.webhookSecret ?? (simulator ? randomBytes(32).toString('hex') : undefined);
    const prefix = config.rabbitMqPrefix;
    const live = config.rabbitMqUrl
      ? await connectRabbitLiveBus(config.rabbitMqUrl, { logger, ...(prefix === undefined ? {} : { prefix }) })
      : createInProcessLiveBus();
    stops.push(() => live.close());
    const carrier = config.rabbitMqUrl
      ? await connectRabbitMq({ url: config.rabbitMqUrl, factoryUrls: config.factoryUrls, logger, prefix })
      : createInProcessTransport({ logger });
    stops.push(() => carrier.close());

    const { transport, release } = heldTransport(carrier);
    const subgraphs = new Map<string, RunningSubgraph>();
    const services = (name: SubgraphName): SubgraphServices => ({
      databaseUrl: databaseUrl(name),
      readReplica: replicaOf(config.readDatabaseUrls[name]),
      transport,
      live,
      graph: inProcessGraph(subgraphs),
      logger,
      masterKeys,
    });
    const started = await Promise.allSettled([
      startMes(services('mes'), { isOnlyProcess: !config.rabbitMqUrl }),
      startQms(services('qms')),
      startPp(services('pp')),
      startEam(services('eam')),
      startLuaguageBridge(services('luaguage-bridge'), {
        luaguageUrl: config.luaguageUrl ?? simulator!.url,
        ...(config.luaguageUrl !== null && config.luaguageAccess),
        singleTenantId: config.singleTenantId,
        redisUrl: config.redisUrl ?? undefined,
        keepReadNotificationsDays: config.keepReadNotificationsDays,
        webhookSecret,
        documents,
      }),
    ]);
    for (const outcome of started) {
      if (outcome.status === 'fulfilled') {
        subgraphs.set(outcome.value.name, outcome.value);
        stops.push(() => outcome.value.stop());
      }
    }
    const failed = started.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    release();
    return { subgraphs, live, simulator, webhookSecret, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const replicaOf = (url: string | undefined) => (url === undefined ? undefined : { url });

async function embeddedPostgres(config: Config, logger: Logger, stops: Stop[]): Promise<string> {
  const wanted = path.join(config.dataDirectory, 'postgres');
  const server = await startEmbeddedPostgres({
    dataDirectory: wanted,
    onRestart(error) {
      if (error === undefined) logger.warn('PostgreSQL had died; it was started again');
      else logger.error({ err: error }, 'PostgreSQL had died and does not start; it is tried again');
    },
  });
  if (server.dataDirectory !== wanted) {
    console.log(`PostgreSQL does not run as root and cannot reach ${wanted}: the data is in ${server.dataDirectory}.`);
  }
  stops.push(() => server.stop());
  return server.url;
}

/** A key beside the data keeps a dump from being read, and nobody who has the disk: enough to try things out. */
function ownMasterKeys(config: Config): MasterKeys {
  if (!config.simulatorAllowed) {
    throw new Error('In production the keys of encrypted columns come from outside: set ENGHUB_ENCRYPTION_KEYS.');
  }
  return masterKeysOfFile(path.join(config.dataDirectory, 'encryption-key'));
}

/** Kept, so that a link that was just handed out outlives a restart. */
function ownSigningSecret(config: Config): string {
  if (!config.simulatorAllowed) {
    throw new Error('In production the secret of links to documents comes from outside: set DOCUMENTS_SIGNING_SECRET.');
  }
  return secretOfFile(path.join(config.dataDirectory, 'document-links-secret'));
}

async function simulatedErp(config: Config, stops: Stop[]) {
  const simulator = await startSimulator({
    keyFile: path.join(config.dataDirectory, 'luaguage-simulator-key.json'),
    adminFile: path.join(config.dataDirectory, 'luaguage-simulator-admin.json'),
    allowInProduction: config.simulatorAllowed,
  });
  stops.push(() => simulator.stop());
  return simulator;
}
