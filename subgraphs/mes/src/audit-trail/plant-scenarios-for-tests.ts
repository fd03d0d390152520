import type { Scenario } from './scenarios-for-tests.ts';

const places: Scenario = async ({ plant, say }) => {
  const { factoryId } = plant;
  const zone = { timeZone: 'Asia/Shanghai', overproductionPercent: '0' };
  await say('defineFactory', { id: factoryId, name: 'Shanghai works', ...zone });
  for (const name of ['Hall', 'Hall 1']) await say('defineArea', { factoryId, code: 'H1', name });
  await say('defineProductionLine', { factoryId, code: 'L1', name: 'Line of mills', areaCode: 'H1' });
  await say('defineStation', { factoryId, code: 'M9', name: 'Old saw' });
  const id = await say('defineStation', { factoryId, code: 'M9', name: 'Saw' });
  await say('retireStation', { id });
  await say('reinstateStation', { id });
  const capacity = { stationId: id, validFrom: '2026-03-01' };
  for (const jobs of [2, 3]) await say('defineStationCapacity', { ...capacity, jobs });
  await say('definePlantPolicies', { factoryId, stationOverlap: 'ALLOW' });
};

const shifts: Scenario = async ({ plant, say }) => {
  const { factoryId, stationId } = plant;
  const early = [{ name: 'day', startsAt: '07:00', endsAt: '19:00' }];
  for (const endsAt of ['19:00', '20:00']) {
    await say('defineShiftPattern', { factoryId, validFrom: '2027-01-01', shifts: [{ ...early[0]!, endsAt }] });
  }
  const holiday = { factoryId, kind: 'HOLIDAY', from: '2026-05-01' };
  const id = await say('defineCalendarException', { ...holiday, name: 'Labour Day' });
  await say('removeCalendarException', { id });
  const shift = { stationId, shiftDate: '2026-03-10', shift: 'day' };
  for (const quantity of ['100', '120', null]) await say('setShiftTarget', { ...shift, quantity });
  await say('writeHandOverNote', { requestId: 'p-1', ...shift, text: 'coolant is low' });
};

const routingsAndCosts: Scenario = async ({ plant, say }) => {
  const { factoryId } = plant;
  const routing = { factoryId, code: 'R9', productId: 'PROD-A009' };
  for (const name of ['Sawing', 'Cutting'])
    await say('defineRouting', { ...routing, operations: [{ sequence: 10, name }] });
  await say('archiveRouting', { factoryId, code: 'R9' });
  const rates = { factoryId, validFrom: '2026-01-01', currency: 'CNY', source: 'Controlling' };
  await say('defineCostRates', { requestId: 'p-2', ...rates, labourPerHour: '36' });
  await say('defineCostRates', { requestId: 'p-3', ...rates, labourPerHour: '40' });
};

const blockersAndSkills: Scenario = async ({ plant, say }) => {
  const { factoryId, stationId } = plant;
  const blocker = { kind: 'OTHER', subjects: [{ kind: 'STATION', id: stationId }], reason: 'door is open' };
  const id = await say('placeBlocker', { requestId: 'p-4', factoryId, ...blocker });
  await say('liftBlocker', { requestId: 'p-5', id, reason: 'door is shut' });
  const skill = { factoryId, operatorId: 'ID4932', skill: 'welding', validFrom: '2026-01-01', reason: 'passed' };
  const qualification = await say('grantQualification', { requestId: 'p-6', ...skill });
  await say('revokeQualification', { requestId: 'p-7', id: qualification, reason: 'certificate withdrawn' });
};

const deadLetters: Scenario = async ({ say }) => {
  const letter = { service: 'QMS', deadLetterId: '0199f3a0-7c1e-8d32-9a52-1d5c6a3b2f10' };
  await say('replayDeadLetter', { requestId: 'p-8', ...letter });
  await say('discardDeadLetter', { requestId: 'p-9', ...letter, reason: 'inspected by hand' });
};

export const plantScenarios = [places, shifts, routingsAndCosts, blockersAndSkills, deadLetters];
