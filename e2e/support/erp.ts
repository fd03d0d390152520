/** The ERP of a story: it runs in the story's own process, so that the story can take its interfaces away. */
import type { InterfaceName } from '@enghub/luaguage-simulator/interfaces';
import { startSimulator, type RunningSimulator } from '@enghub/luaguage-simulator/simulator';
import { removeData, startAllInOne } from './all-in-one.ts';
import { startDistributed } from './distributed.ts';
import { graphAt, type Graph } from './graph.ts';
import type { Form } from './two-forms.ts';

const SECRET = 'a-webhook-secret-of-the-end-to-end-tests';

export type ErpStage = Readonly<{
  graph: Graph;
  /** What the ERP knows; changing it sends webhooks. */
  books: RunningSimulator['books'];
  down(name: InterfaceName): void;
  up(name: InterfaceName): void;
  /** Without, the ERP changes silently. */
  webhooks(areSent: boolean): void;
  stop(): Promise<void>;
}>;

/** Undefined, loudly, where the form needs a broker and none answers. */
export async function startWithErp(form: Form): Promise<ErpStage | undefined> {
  const erp = await startSimulator();
  const env = {
    LUAGUAGE_URL: erp.url,
    LUAGUAGE_WEBHOOK_SECRET: SECRET,
    JWKS_URL: `${erp.url}/.well-known/jwks.json`,
    JWT_ISSUER: erp.issuer,
  };
  const running = await (form === 'all-in-one' ? openAllInOne(env) : openDistributed(env)).catch(
    async (error: unknown) => {
      await erp.stop();
      throw error;
    },
  );
  if (!running) {
    await erp.stop();
    return undefined;
  }
  const { url, webhookUrl, stop } = running;
  const webhooks = (areSent: boolean) => erp.webhooks.sendTo(areSent ? { url: webhookUrl, secret: SECRET } : null);
  webhooks(true);
  return {
    graph: graphAt(url, async (userId) => (await erp.tokenFor(userId))!),
    books: erp.books,
    down: (name) => erp.faults.set(name, 'down'),
    up: (name) => erp.faults.set(name, null),
    webhooks,
    stop: async () => {
      await stop();
      await erp.stop();
    },
  };
}

type Running = Readonly<{ url: string; webhookUrl: string; stop: () => Promise<void> }>;

async function openAllInOne(env: Record<string, string>): Promise<Running> {
  const system = await startAllInOne({ env });
  const { url } = system.graph;
  const stop = async () => {
    await system.stop();
    removeData(system);
  };
  return { url, webhookUrl: `${url}/webhooks/luaguage`, stop };
}

async function openDistributed(env: Record<string, string>): Promise<Running | undefined> {
  const system = await startDistributed({ env });
  if (!system) return undefined;
  const webhookUrl = `http://127.0.0.1:${system.portOf('luaguage-bridge')}/webhooks/luaguage`;
  return { url: system.graph.url, webhookUrl, stop: system.stop };
}
