import { describe, expect, it } from 'vitest';
import { heardOn, type HeardBlocker, type Subject } from './heard-rules.ts';
import { messageOf } from './messages.ts';
import {
  judgeOperation,
  judgeOrder,
  type OperationToJudge,
  type OrderFacts,
  type OrderToJudge,
  type StationFacts,
} from './rules.ts';

const now = new Date('2026-03-10T06:00:00Z');
const order: OrderToJudge = {
  id: 'order',
  number: 'WO-1',
  status: 'IN_PROGRESS',
  productId: 'PROD-A001',
  bomVersion: 'v3',
  quantity: '10',
  outputLotId: 'lot',
  reportCount: 0,
};
const operation = (change: Partial<OperationToJudge> = {}): OperationToJudge => ({
  id: 'turning',
  workOrderId: 'order',
  sequence: 10,
  name: 'Turning',
  status: 'PENDING',
  stationId: 'mill',
  afterIds: [],
  withIds: [],
  transferQuantity: null,
  predecessorMode: 'BLOCK',
  requiredSkills: [],
  made: '0',
  processed: '0',
  startedAt: null,
  ...change,
});
const milling = (change: Partial<OperationToJudge> = {}) =>
  operation({ id: 'milling', sequence: 20, name: 'Milling', afterIds: ['turning'], ...change });
const facts = (change: Partial<OrderFacts> = {}): OrderFacts => ({
  operations: [operation()],
  materials: [],
  uses: [],
  unapproved: [],
  stock: null,
  stationsCanBeFull: true,
  heard: [],
  pendingReports: 0,
  ...change,
});
const mill: StationFacts = { id: 'mill', code: 'M1', capacity: 1, retiredAt: null, running: [], heard: [] };
const nobody = { station: null, missing: [], operatorId: null };
const hold = (subject: Subject, change: Partial<HeardBlocker> = {}): HeardBlocker => ({
  id: 'b-1',
  kind: 'QUALITY_HOLD',
  source: 'qms',
  reference: 'hold-1',
  since: now,
  owner: 'emp-201',
  detail: { reason: 'burrs' },
  subjects: [subject],
  ...change,
});
const start = (
  of: OperationToJudge,
  about: Partial<OrderFacts> = {},
  at: Parameters<typeof judgeOperation>[4] = nobody,
  on: OrderToJudge = order,
) => judgeOperation(on, facts({ operations: [operation(), of], ...about }), of, 'START', at, now);
const kindsOf = (blockers: readonly { kind: string }[]) => blockers.map(({ kind }) => kind);

describe('an operation after another', () => {
  it.each([
    ['when that one has made nothing', { made: '0' }, {}, false],
    ['once that one has made a piece', { made: '1' }, {}, true],
    ['not when all that was made went through already', { made: '5' }, { processed: '5' }, false],
    ['once the agreed number of pieces is there', { made: '4' }, { transferQuantity: '4' }, true],
    ['not before the agreed number of pieces is there', { made: '3.9999' }, { transferQuantity: '4' }, false],
    ['once that one is finished, whatever it made', { made: '0', status: 'FINISHED' }, { transferQuantity: '4' }, true],
    ['once that one is skipped', { status: 'SKIPPED' }, {}, true],
    ['at any time where the plant only warns', { made: '0' }, { predecessorMode: 'WARN' }, true],
    ['at any time where the plant does not mind', { made: '0' }, { predecessorMode: 'ALLOW' }, true],
  ] as const)('starts %s', (_when, before, own, starts) => {
    const blockers = start(milling(own), { operations: [operation(before), milling(own)] });
    expect(kindsOf(blockers)).toEqual(starts ? [] : ['PREDECESSOR_NOT_DONE']);
  });

  it('waits for each of those before it', () => {
    const drilling = operation({ id: 'drilling', sequence: 15, name: 'Drilling' });
    const both = milling({ afterIds: ['turning', 'drilling'] });
    const blockers = start(both, { operations: [operation(), drilling, both] });
    expect(blockers.map(({ reference }) => reference)).toEqual(['turning', 'drilling']);
  });

  it('says what was made and what is needed, in two languages', () => {
    const blocker = start(milling({ transferQuantity: '4' }))[0]!;
    expect(messageOf('en', blocker)).toBe('Operation 10 Turning has made 0 pieces; 4 are needed.');
    expect(messageOf('zh-CN', blocker)).toBe('前道工序 10 Turning 已完成 0 件，需要 4 件。');
    const usedUp = start(milling())[0]!;
    expect(messageOf('en', usedUp)).toBe('Operation 10 Turning has made 0 pieces; none is left to work on.');
  });
});

describe('an operation beside another', () => {
  it('starts once that one has started', () => {
    const packing = operation({ id: 'packing', sequence: 30, withIds: ['turning'] });
    const blocker = start(packing)[0]!;
    expect(messageOf('en', blocker)).toBe('Operation 10 Turning has not been started.');
    expect(start(packing, { operations: [operation({ status: 'PAUSED' }), packing] })).toEqual([]);
  });
});

describe('material', () => {
  const steel = { operationId: 'turning', materialId: 'STEEL', perPiece: '0.5', unit: 'kg' };
  const oil = { operationId: 'milling', materialId: 'OIL', perPiece: '0.1', unit: 'l' };
  const stocked = {
    materials: [steel, oil],
    stock: new Map([
      ['STEEL', '4.9999'],
      ['OIL', '1'],
    ]),
  };
  const released = { ...order, status: 'RELEASED' } as const;

  it('has to be there for the remaining pieces when the order starts', () => {
    const operations = [operation(), milling()];
    const [short, ...rest] = judgeOrder(released, facts({ ...stocked, operations }), 'START', now);
    expect(rest).toEqual([]);
    expect(messageOf('en', short!)).toBe('5 kg of STEEL are needed, 4.9999 kg are available.');
    const halfDone = [operation({ made: '1' }), milling()];
    expect(judgeOrder(released, facts({ ...stocked, operations: halfDone }), 'START', now)).toEqual([]);
  });

  it('of one operation holds up that operation alone, once the order runs', () => {
    const operations = [operation({ made: '0' }), milling({ predecessorMode: 'ALLOW' })];
    expect(start(operations[1]!, { ...stocked, operations })).toEqual([]);
    expect(kindsOf(start(operations[0]!, { ...stocked, operations }))).toEqual(['MATERIAL_SHORTAGE']);
    expect(kindsOf(start(operations[1]!, { ...stocked, operations }, nobody, released))).toEqual(['MATERIAL_SHORTAGE']);
  });

  it('adds up over the operations that use it', () => {
    const twice = [steel, { ...steel, operationId: 'milling' }];
    const about = facts({ operations: [operation(), milling()], materials: twice, stock: new Map([['STEEL', '9']]) });
    expect(judgeOrder(released, about, 'START', now)[0]!.detail).toMatchObject({ needed: '10', available: '9' });
  });

  it('is not asked for by operations that are finished or skipped, nor where no stock is kept', () => {
    const operations = [operation({ status: 'FINISHED' }), milling({ status: 'SKIPPED' })];
    const none = { ...stocked, stock: new Map<string, string>() };
    expect(judgeOrder(released, facts({ ...none, operations }), 'START', now)).toEqual([]);
    expect(judgeOrder(released, facts({ ...stocked, stock: null }), 'START', now)).toEqual([]);
  });
});

describe('whoever starts an operation', () => {
  it('needs its skills, and is told since when one is missing', () => {
    const at = { station: mill, missing: [{ skill: 'WELDING', since: new Date('2026-01-01') }], operatorId: 'emp-101' };
    const [blocker] = start(operation(), {}, at);
    expect(blocker).toMatchObject({ kind: 'OPERATOR_NOT_QUALIFIED', since: new Date('2026-01-01') });
    expect(messageOf('zh-CN', blocker!)).toBe('操作员 emp-101 不具备“WELDING”资质。');
  });

  it('needs a free place at the station, where the plant insists', () => {
    const at = { ...nobody, station: { ...mill, running: ['drill'] } };
    expect(messageOf('en', start(operation(), {}, at)[0]!)).toBe('Station M1 runs 1 jobs; it can run 1.');
    expect(start(operation(), { stationsCanBeFull: false }, at)).toEqual([]);
    expect(start(operation(), {}, { ...nobody, station: { ...mill, running: ['drill'], capacity: 2 } })).toEqual([]);
  });

  it('has a place for everybody who joins the work that runs there', () => {
    const at = { ...nobody, station: { ...mill, running: ['turning'] } };
    expect(start(operation({ status: 'IN_PROGRESS' }), {}, at)).toEqual([]);
  });
});

describe('a quality hold', () => {
  it.each([
    ['its order', { kind: 'WORK_ORDER', id: 'order' }],
    ['its product', { kind: 'PRODUCT', id: 'PROD-A001' }],
    ['the lot that it makes', { kind: 'LOT', id: 'lot' }],
    ['the operation', { kind: 'OPERATION', id: 'turning' }],
  ] as const)('on %s stops an operation from starting and from resuming', (_what, subject) => {
    const heard = [hold(subject)];
    expect(kindsOf(start(operation(), { heard }))).toEqual(['QUALITY_HOLD']);
    const paused = operation({ status: 'PAUSED' });
    expect(kindsOf(judgeOperation(order, facts({ heard }), paused, 'RESUME', nobody, now))).toEqual(['QUALITY_HOLD']);
  });

  it('on another order, or on a thing of another kind with that id, stops nothing', () => {
    expect(start(operation(), { heard: [hold({ kind: 'WORK_ORDER', id: 'other' })] })).toEqual([]);
    expect(start(operation(), { heard: [hold({ kind: 'STATION', id: 'order' })] })).toEqual([]);
  });

  it('is one blocker, however many of its subjects are concerned', () => {
    const subjects = [
      { kind: 'WORK_ORDER', id: 'order' },
      { kind: 'OPERATION', id: 'turning' },
    ] as const;
    expect(start(operation(), { heard: [{ ...hold(subjects[0]), subjects }] })).toHaveLength(1);
  });

  it.each(['PAUSE', 'FINISH', 'REPORT'] as const)('does not keep anybody from %s', (action) => {
    const heard = [hold({ kind: 'OPERATION', id: 'turning' }), hold({ kind: 'WORK_ORDER', id: 'order' })];
    const running = operation({ status: 'IN_PROGRESS' });
    expect(judgeOperation(order, facts({ heard }), running, action, nobody, now)).toEqual([]);
  });
});

describe('equipment that is down', () => {
  it('stops work at its station, and only there', () => {
    const down = hold({ kind: 'STATION', id: 'mill' }, { kind: 'EQUIPMENT_DOWN', source: 'eam' });
    expect(kindsOf(start(operation(), {}, { ...nobody, station: { ...mill, heard: [down] } }))).toEqual([
      'EQUIPMENT_DOWN',
    ]);
    expect(start(operation(), {}, { ...nobody, station: { ...mill, id: 'lathe', heard: [] } })).toEqual([]);
  });
});

describe('the release of an order', () => {
  const planned = { ...order, status: 'PLANNED' } as const;
  const bom = (version: string) =>
    hold({ kind: 'PRODUCT', id: 'PROD-A001' }, { kind: 'BOM_NOT_USABLE', detail: { version, product: 'PROD-A001' } });
  const ppap = hold({ kind: 'MATERIAL', id: 'STEEL' }, { kind: 'PPAP_NOT_APPROVED', detail: { status: 'PENDING' } });

  it('waits for its own version of the bill of materials', () => {
    expect(kindsOf(judgeOrder(planned, facts({ heard: [bom('v3')] }), 'RELEASE', now))).toEqual(['BOM_NOT_USABLE']);
    expect(judgeOrder(planned, facts({ heard: [bom('v2')] }), 'RELEASE', now)).toEqual([]);
  });

  it('waits for the approval of each material that it will use', () => {
    expect(kindsOf(judgeOrder(planned, facts({ heard: [ppap], uses: ['STEEL'] }), 'RELEASE', now))).toEqual([
      'PPAP_NOT_APPROVED',
    ]);
    expect(judgeOrder(planned, facts({ heard: [ppap], uses: ['OIL'] }), 'RELEASE', now)).toEqual([]);
  });

  it('is past: what the order was released by no longer stops its start', () => {
    const materials = [{ operationId: 'turning', materialId: 'STEEL', perPiece: '1', unit: 'kg' }];
    const released = { ...order, status: 'RELEASED' } as const;
    expect(judgeOrder(released, facts({ heard: [bom('v3'), ppap], materials }), 'START', now)).toEqual([]);
  });
});

describe('an operation nobody has begun', () => {
  const skip = (of: OperationToJudge, operations: OperationToJudge[]) =>
    kindsOf(judgeOperation(order, facts({ operations }), of, 'SKIP', nobody, now));

  it('can be skipped unless it is the only one left or has pieces of a back-order', () => {
    expect(skip(milling(), [operation(), milling()])).toEqual([]);
    expect(skip(milling(), [operation({ status: 'SKIPPED' }), milling()])).toEqual(['NOT_SKIPPABLE']);
    expect(skip(milling({ made: '4' }), [operation(), milling({ made: '4' })])).toEqual(['NOT_SKIPPABLE']);
  });
});

describe('the state of the order', () => {
  it.each([
    ['START', 'RELEASED', true],
    ['START', 'HELD', false],
    ['START', 'PLANNED', false],
    ['REPORT', 'IN_PROGRESS', true],
    ['REPORT', 'HELD', false],
    ['RESUME', 'RELEASED', false],
    ['PAUSE', 'HELD', true],
    ['FINISH', 'COMPLETED', false],
  ] as const)('%s while it is %s: %s', (action, status, allowed) => {
    const blockers = judgeOperation({ ...order, status }, facts(), operation(), action, nobody, now);
    expect(kindsOf(blockers)).toEqual(allowed ? [] : ['ORDER_STATE']);
  });

  it('is said in words', () => {
    const [blocker] = judgeOperation({ ...order, status: 'HELD' }, facts(), operation(), 'REPORT', nobody, now);
    expect(messageOf('en', blocker!)).toBe('Work order WO-1 is on hold.');
    expect(messageOf('zh-CN', blocker!)).toBe('工单 WO-1 已暂停。');
  });
});

describe('reports', () => {
  it('keep an order from being cancelled, and, waiting for approval, from being closed', () => {
    expect(kindsOf(judgeOrder({ ...order, reportCount: 1 }, facts(), 'CANCEL', now))).toEqual(['HAS_REPORTS']);
    const [waiting] = judgeOrder({ ...order, status: 'COMPLETED' }, facts({ pendingReports: 2 }), 'CLOSE', now);
    expect(messageOf('en', waiting!)).toBe('2 reports on work order WO-1 wait for approval.');
  });
});

it('a message never takes its words from what somebody wrote', () => {
  const [blocker] = heardOn(
    [hold({ kind: 'WORK_ORDER', id: 'order' }, { detail: { reason: '{subject} toString' } })],
    [{ kind: 'WORK_ORDER', id: 'order' }],
  );
  expect(messageOf('en', blocker!)).toBe('Quality hold on the work order: {subject} toString');
});
