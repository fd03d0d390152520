/** The faults of a run, by name: what is broken, in which form of the system, and what must have happened to count. */
import {
  freezeConsumers,
  killAllAtOnce,
  killAtCommits,
  killOneByOne,
  killTheOne,
  takeAwayByTurns,
} from './faults/kills.ts';
import { withoutBills, withoutPartApprovals, withoutPermissions } from './faults/erp.ts';
import { poison, POISONED, repeat } from './faults/messages.ts';
import { restartByTurns } from './faults/restarts.ts';
import {
  crashDatabase,
  killLeaders,
  loseRedis,
  partitionBroker,
  promoteDatabase,
  spoilLines,
} from './faults/servers.ts';
import type { Evidence, Scenario } from './scenario.ts';

const withoutErp = (minutes: number): Evidence => ({
  'interface away': Math.max(1, Math.floor(minutes)),
  'not granted': 5 * minutes,
  'granted again': Math.max(1, Math.floor(minutes)),
});

export const scenarios: readonly Scenario[] = [
  {
    name: 'F1a',
    title: 'any one process killed, every 2.5 s',
    system: { form: 'distributed' },
    break: killOneByOne,
    // By turns: all of them at least once.
    evidence: (minutes) => ({
      kill: 12 * minutes,
      'different processes': Math.min(6, Math.floor(12 * minutes)),
      unknown: 1,
      reconnect: 1,
    }),
    othersAnswer: true,
  },
  {
    name: 'F1b',
    title: 'the one process killed at any point',
    system: { form: 'in process' },
    break: killTheOne,
    evidence: (minutes) => ({ kill: 4 * minutes, unknown: 1, reconnect: 1 }),
  },
  {
    name: 'F1c',
    title: 'one subgraph away at a time, by turns',
    system: { form: 'distributed' },
    break: takeAwayByTurns,
    evidence: (minutes) => ({
      'different processes': Math.min(5, Math.max(1, 2 * Math.floor(minutes))),
      'answered by others': 10 * minutes,
    }),
    othersAnswer: true,
  },
  {
    name: 'F2',
    title: 'all processes killed at once',
    system: { form: 'distributed' },
    break: killAllAtOnce,
    // All six at a time, and then all six start on the same processors.
    evidence: (minutes) => ({ kill: 6 * Math.max(1, Math.floor(2 * minutes)), unknown: 1, reconnect: 1 }),
  },
  {
    name: 'F3a',
    title: 'killed just before and just after a commit',
    system: { form: 'distributed', watchCommits: true },
    break: killAtCommits,
    othersAnswer: true,
    evidence: (minutes) => ({ 'before commit': 2 * minutes, 'after commit': 2 * minutes, unknown: 1 }),
  },
  {
    name: 'F3b',
    title: 'killed just before and just after a commit',
    system: { form: 'in process', watchCommits: true },
    break: killAtCommits,
    evidence: (minutes) => ({ 'before commit': 2 * minutes, 'after commit': 2 * minutes, unknown: 1 }),
  },
  {
    name: 'F4',
    title: 'leaders of queues killed, once leaving no majority',
    system: { form: 'distributed', brokers: 3 },
    break: killLeaders,
    evidence: (minutes) => ({ leader: 2 * minutes, minority: 1 }),
  },
  {
    name: 'F5',
    title: 'the broker’s leader cut off from its cluster',
    system: { form: 'distributed', brokers: 3 },
    break: partitionBroker,
    evidence: (minutes) => ({ partition: minutes, leader: minutes }),
  },
  {
    name: 'F6',
    title: 'the database killed, and recovered',
    system: { form: 'distributed' },
    break: crashDatabase,
    evidence: (minutes) => ({ 'database kill': 3 * minutes, unknown: 1 }),
  },
  {
    name: 'F6b',
    title: 'the database killed, and recovered',
    system: { form: 'in process' },
    break: crashDatabase,
    evidence: (minutes) => ({ 'database kill': 3 * minutes, unknown: 1 }),
  },
  {
    name: 'F7',
    title: 'the primary database killed, its follower promoted',
    system: { form: 'distributed', pair: true },
    break: promoteDatabase,
    evidence: (minutes) => ({ promotion: 2 * minutes, unknown: 1 }),
  },
  {
    name: 'F8a',
    title: 'lines to database and broker slow, silent, cut',
    system: { form: 'distributed' },
    break: spoilLines,
    evidence: (minutes) => ({ 'black hole': minutes, reset: 4 * minutes, unknown: 1 }),
  },
  {
    name: 'F8b',
    title: 'the line to the database slow, silent, cut',
    system: { form: 'in process' },
    break: spoilLines,
    evidence: (minutes) => ({ 'black hole': minutes, reset: 4 * minutes, unknown: 1 }),
  },
  {
    name: 'F9a',
    title: 'Redis killed',
    // Nothing else is ever away and no process is new, so this is where much is reported.
    rate: 500,
    system: { form: 'distributed', redis: true },
    break: loseRedis,
    evidence: (minutes) => ({ 'redis kill': 3 * minutes }),
  },
  {
    name: 'F9b',
    title: 'Redis killed',
    rate: 500,
    system: { form: 'in process', redis: true },
    break: loseRedis,
    evidence: (minutes) => ({ 'redis kill': 3 * minutes }),
  },
  {
    name: 'F10',
    title: 'the ERP’s bills of materials away',
    system: { form: 'distributed' },
    break: withoutBills,
    evidence: withoutErp,
    nothingFails: true,
  },
  {
    name: 'F11',
    title: 'the ERP’s part approvals away',
    system: { form: 'distributed' },
    break: withoutPartApprovals,
    evidence: withoutErp,
    nothingFails: true,
  },
  {
    name: 'F12',
    title: 'the ERP’s permissions away',
    system: { form: 'distributed' },
    break: withoutPermissions,
    evidence: withoutErp,
    nothingFails: true,
  },
  {
    name: 'F13',
    title: 'messages that no consumer can take',
    system: { form: 'distributed' },
    break: poison,
    deadLetters: POISONED,
    // What breaks its contract is not tried again; what the database refuses, three more times.
    evidence: () => ({ poison: POISONED, 'dead after 1 tries': 6, 'dead after 4 tries': 3 }),
  },
  {
    name: 'F14',
    title: 'events delivered again, in no order, some late',
    system: { form: 'distributed' },
    break: repeat,
    evidence: (minutes) => ({ repeat: 1_000 * minutes }),
  },
  {
    name: 'F17',
    title: 'every process restarted by turns',
    system: { form: 'distributed', doubled: ['gateway', 'mes'] },
    break: restartByTurns,
    evidence: (minutes) => ({ restart: 4 * minutes }),
    nothingFails: true,
  },
  {
    name: 'F22',
    title: 'a consumer stands still for 25 s and goes on',
    system: { form: 'distributed' },
    break: freezeConsumers,
    evidence: (minutes) => ({ freeze: Math.max(1, minutes), 'answered by others': 1 }),
    othersAnswer: true,
  },
];
