/** Servers that the plant leans on, and the lines to them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../scenario.ts';

const WATCHED_QUEUE = 'qms.inspections';

/** The node that leads the queue of inspections dies; once, another one with it, so that no majority is left. */
export async function killLeaders(run: Run): Promise<void> {
  const cluster = run.system.cluster!;
  for (let round = 0; !run.isOver(); round++) {
    const leader = await leaderOf(run);
    run.log.fault('leader', leader);
    await cluster.kill(leader);
    await pause(2_500);
    if (round === 1) {
      const second = cluster.nodes.find((node) => node !== leader)!;
      run.log.fault('minority', second);
      await cluster.kill(second);
      await pause(6_000);
      await Promise.all([cluster.start(leader), cluster.start(second)]);
    } else {
      await cluster.start(leader);
    }
    await pause(1_000);
  }
}

/** The leader finds the other nodes no more, nor they it; clients find all of them. */
export async function partitionBroker(run: Run): Promise<void> {
  const cluster = run.system.cluster!;
  while (!run.isOver()) {
    const leader = await leaderOf(run);
    run.log.fault('partition', leader);
    await cluster.isolate(leader);
    const until = Date.now() + 12_000;
    const next = await leaderOf(run, leader);
    run.log.fault('leader', next);
    await pause(until - Date.now());
    await cluster.join(leader);
    await pause(8_000);
  }
}

async function leaderOf(run: Run, except?: string): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const leader = await run.system.cluster!.leaderOf(WATCHED_QUEUE, except);
    if (leader && leader !== except) return leader;
    await pause(500);
  }
  throw new Error(`${WATCHED_QUEUE} has no leader`);
}

export async function crashDatabase(run: Run): Promise<void> {
  const server = run.system.postgres();
  while (!run.isOver()) {
    run.log.fault('database kill', 'postgres');
    await server.kill();
    await pause(500 + Math.random() * 1_500);
    await server.start();
    await pause(6_000);
  }
}

/** The primary dies, the other one leads, and a new one follows it. */
export async function promoteDatabase(run: Run): Promise<void> {
  const pair = run.system.pair!;
  while (!run.isOver()) {
    run.log.fault('database kill', 'primary');
    await pair.primary().kill();
    await pair.promote();
    run.log.fault('promotion', String(pair.primary().port));
    const targets = [{ host: '127.0.0.1', port: pair.primary().port }];
    for (const proxy of run.system.databases.values()) proxy.redirect(targets);
    await pair.follow();
    await pause(7_000);
  }
}

/** The lines to the database and to the broker: slow, silent, cut. */
export async function spoilLines(run: Run): Promise<void> {
  const { databases, broker } = run.system;
  const lines = [
    { to: 'database', proxies: [...databases.values()] },
    ...(broker ? [{ to: 'broker', proxies: [broker] }] : []),
  ];
  for (let round = 0; !run.isOver(); round++) {
    const { to, proxies } = lines[round % lines.length]!;
    const all = (what: 'swallow' | 'cut' | 'pass' | 'refuse') => {
      for (const proxy of proxies) proxy[what]();
    };
    run.log.fault('slow line', to);
    for (const proxy of proxies) proxy.delay(300);
    await pause(6_000);
    all('pass');
    await pause(1_500);
    run.log.fault('black hole', to);
    all('swallow');
    await pause(6_000);
    all('pass');
    await pause(1_500);
    for (let time = 0; time < 5; time++) {
      run.log.fault('reset', to);
      all('cut');
      await pause(600);
    }
    run.log.fault('refused line', to);
    all('refuse');
    await pause(2_000);
    all('pass');
    await pause(2_000);
  }
}

export async function loseRedis(run: Run): Promise<void> {
  const redis = run.system.redis!;
  while (!run.isOver()) {
    run.log.fault('redis kill', 'redis');
    await redis.kill();
    await pause(7_000);
    await redis.start();
    await pause(4_000);
  }
}
