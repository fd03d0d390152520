/** While processes of the plant are down, asks what needs none of them: the gateway must answer it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';
import type { ClientLog } from './client-log.ts';
import { people, shift } from './plant-of-run.ts';
import type { Plant } from './system/plant.ts';

const page = (field: string, words = '') =>
  ({ field, query: `query { ${field}(first: 1${words}) { edges { cursor } } }` }) as const;
const ofPlant = `, factoryId: "${shift.factoryId}"`;

/** Each is answered by one subgraph alone. */
const questions = {
  mes: page('workOrders'),
  qms: page('inspections'),
  eam: page('equipments', ofPlant),
  pp: page('mrpRuns', ofPlant),
} as const;
type Asked = keyof typeof questions;
const subgraphsAsked = Object.keys(questions) as Asked[];

// The gateway tries a subgraph again three seconds after it had given it up, one request at a time.
export const STEADY_MS = 6_000;
const TRIES = 3;

/** Since when these have all been up; null where one of them is not. */
export function steadySince(plant: Pick<Plant, 'upSince'>, names: readonly string[]): number | null {
  const times = names.map((name) => plant.upSince(name));
  return times.some((time) => time === null) ? null : Math.max(...times.map(Number));
}

export function watchOthers(client: Client, log: ClientLog, plant: Plant): { close(): Promise<void> } {
  let open = true;
  const all = plant.processes;
  const down = () => all.filter((name) => plant.upSince(name) === null);

  async function isAnsweredWithout(asked: Asked, absent: readonly string[]): Promise<boolean> {
    const { field, query } = questions[asked];
    const before = steadySince(plant, ['gateway', asked]);
    let code: string | undefined;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const reply = await client.ask(people.manager, field, query, {});
      // Whatever it needs was up all the time, and the other one is still away.
      const isSame = steadySince(plant, ['gateway', asked]) === before;
      if (!isSame || !absent.some((name) => plant.upSince(name) === null)) return false;
      if (reply.outcome === 'ok') {
        log.askedOthers({ down: absent, asked, isAnswered: true });
        return true;
      }
      code = reply.code;
      await pause(300);
    }
    log.askedOthers({ down: absent, asked, isAnswered: false, ...(code ? { code } : {}) });
    return false;
  }

  let knownSince = -1;
  /** A gateway that has just started learns from the bridge what a user may do. */
  const knowsUser = (gatewayUp: number): boolean => {
    const bridgeUp = plant.upSince('luaguage-bridge');
    return knownSince === gatewayUp || (bridgeUp !== null && performance.now() - bridgeUp > STEADY_MS);
  };

  async function watch(): Promise<void> {
    for (let turn = 0; open; turn++) {
      await pause(150);
      const gatewayUp = plant.upSince('gateway');
      const absent = down();
      if (gatewayUp === null || absent.length === 0 || !knowsUser(gatewayUp)) continue;
      const asked = subgraphsAsked[turn % subgraphsAsked.length]!;
      const since = steadySince(plant, ['gateway', asked]);
      if (since === null || performance.now() - since < STEADY_MS) continue;
      const isAnswered = await isAnsweredWithout(asked, absent);
      if (isAnswered && plant.upSince('gateway') === gatewayUp) knownSince = gatewayUp;
    }
  }

  const watching = watch();
  return {
    async close() {
      open = false;
      await watching;
    },
  };
}
