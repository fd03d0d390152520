/** Interfaces of the ERP that are away: what only it can vouch for is granted to nobody, and all else goes on. */
import { setTimeout as pause } from 'node:timers/promises';
import type { InterfaceName } from '@enghub/luaguage-simulator/interfaces';
import type { Reply } from '../client.ts';
import { instant } from '../client-log.ts';
import { people, shift } from '../plant-of-run.ts';
import type { Run } from '../scenario.ts';

type Question = Readonly<{
  asked: string;
  /** With which it is refused while nobody can vouch for it. */
  code: string;
  /** The code of the refusal; null when it was granted. */
  ask(): Promise<string | null>;
}>;

/** Servers fail in more ways than one. */
const ways = ['down', 'hang-up', 'slow', 'garbage'] as const;

/** Until then it is noticed, or there is no evidence. */
const NOTICED_WITHIN_MS = 60_000;
const AWAY_MS = 8_000;
const BACK_WITHIN_MS = 45_000;
const EVERY_MS = 500;

const takeAway =
  (name: InterfaceName, prepare: (run: Run) => Promise<Question>) =>
  async (run: Run): Promise<void> => {
    for (let round = 0; !run.isOver(); round++) {
      const question = await prepare(run);
      const way = ways[round % ways.length]!;
      run.log.fault('interface away', `${name}: ${way}`);
      await run.system.plant.tellErp({ do: 'fault', interface: name, fault: way });
      await askWithout(run, name, question);
      await run.system.plant.tellErp({ do: 'fault', interface: name, fault: null });
      if (await isGrantedWithin(BACK_WITHIN_MS, question)) run.log.fault('granted again', name);
    }
  };

/** Until it is noticed that the ERP is away, what it said just before may still count. */
async function askWithout(run: Run, away: string, { asked, code: expected, ask }: Question): Promise<void> {
  let until = instant() + NOTICED_WITHIN_MS;
  for (let isNoticed = false; instant() < until;) {
    const code = await ask();
    if (!isNoticed && code === expected) {
      isNoticed = true;
      until = instant() + AWAY_MS;
    }
    if (isNoticed) run.log.askedWithoutErp({ away, asked, isGranted: code === null, ...(code ? { code } : {}) });
    await pause(EVERY_MS);
  }
}

async function isGrantedWithin(ms: number, { ask }: Question): Promise<boolean> {
  for (const until = instant() + ms; instant() < until; await pause(EVERY_MS)) if ((await ask()) === null) return true;
  return false;
}

type Refusable = Readonly<{ __typename: string; code?: string; workOrder?: { id: string; version: number } }>;

const refusalOf = ({ data, code }: Reply<Refusable>): string | null => data?.code ?? code ?? null;

/** However young the bill is that is known. */
export const withoutBills = takeAway('bom', async (run) => ({
  asked: 'an order',
  code: 'BOM_UNAVAILABLE',
  ask: async () => refusalOf(await createOrder(run, 'sawn')),
}));

/** The parts of an order that was planned before, and that nobody has asked for yet. */
export const withoutPartApprovals = takeAway('ppap', async (run) => {
  const order = await planOrderOfNewParts(run);
  const release = `mutation ($input: WorkOrderCommandInput!) { releaseWorkOrder(input: $input) {
    __typename ... on WorkOrderRefusal { code } } }`;
  return {
    asked: 'a release',
    code: 'PPAP_UNVERIFIED',
    ask: async () =>
      refusalOf(await run.client.ask<Refusable>(people.manager, 'releaseWorkOrder', release, { input: order })),
  };
});

/** Somebody who has never been here. */
export const withoutPermissions = takeAway('permissions', async ({ client }) => {
  const stranger = `ID${Math.floor(Math.random() * 1e9)}`;
  // Signing in is not what is away.
  await client.token(stranger);
  const query = '{ workOrders(first: 1) { __typename } }';
  return {
    asked: 'a stranger',
    code: 'REAUTHENTICATION_REQUIRED',
    ask: async () => refusalOf(await client.ask<Refusable>(stranger, 'workOrders', query, {})),
  };
});

function createOrder({ client }: Run, routingCode: string): Promise<Reply<Refusable>> {
  const create = `mutation ($input: CreateWorkOrderInput!) { createWorkOrder(input: $input) {
    __typename ... on CreateWorkOrderPayload { workOrder { id version } } ... on WorkOrderRefusal { code } } }`;
  const number = `without-${crypto.randomUUID()}`;
  const input = { requestId: number, factoryId: shift.factoryId, number, routingCode, quantity: '1' };
  return client.ask<Refusable>(people.manager, 'createWorkOrder', create, { input });
}

async function planOrderOfNewParts(run: Run): Promise<{ id: string; version: number }> {
  const code = `new-${crypto.randomUUID()}`;
  const define = 'mutation ($input: DefineRoutingInput!) { defineRouting(input: $input) { __typename } }';
  const operations = [{ sequence: 10, name: 'Sawing', stationCode: 'saw', runSecondsPerPiece: '30' }];
  const productId = `PROD-${code.toUpperCase()}`;
  const input = { factoryId: shift.factoryId, code, productId, operations };
  const defined = await run.client.ask<Refusable>(people.administrator, 'defineRouting', define, { input });
  const created = await createOrder(run, code);
  const order = created.data?.workOrder;
  if (!order) throw new Error(`no order of new parts: ${JSON.stringify([defined, created])}`);
  return order;
}
