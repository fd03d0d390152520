import { eventDeadLettered } from '@enghub/event-contracts/events/event-dead-lettered.v1';
import { shiftTargetSet } from '@enghub/event-contracts/mes/shift-target-set.v1';
import { expect, it } from 'vitest';
import { silentLogger } from './logger.ts';
import type { OutboundEvent } from './transport.ts';
import { createUnheard } from './unheard.ts';

const told = (routingKey: string, service = 'mes'): OutboundEvent => ({
  routingKey,
  aggregateId: 'A1',
  envelope: {
    ...{ event_id: '0191b2c3-0000-4000-8000-000000000001', event_type: 'Told', version: '1.0' },
    ...{ timestamp: '2026-01-05T00:00:00Z', tenant_id: 'tenant-001', factory_id: null },
    ...{ source_service: service, trace_id: 'trace', data: {} },
  },
});

it('finds an error in an event that somebody has to hear and nobody does, and says it once a minute', () => {
  const said: unknown[] = [];
  const unheard = createUnheard({ ...silentLogger, error: (about: object) => void said.push(about) });
  unheard.add(told(eventDeadLettered.routingKey));
  unheard.add(told(eventDeadLettered.routingKey));
  unheard.add(told(eventDeadLettered.routingKey, 'qms'));
  unheard.add(told('mes.of-tomorrow.v9'));
  expect([unheard.amiss('mes'), unheard.amiss('qms'), unheard.amiss('eam')]).toEqual([3, 1, 0]);
  expect(said).toMatchObject([{ routingKey: eventDeadLettered.routingKey }, { routingKey: 'mes.of-tomorrow.v9' }]);
});

it('finds nothing wrong with one that is told for whoever may want it', () => {
  const said: unknown[] = [];
  const unheard = createUnheard({ ...silentLogger, error: (about: object) => void said.push(about) });
  unheard.add(told(shiftTargetSet.routingKey));
  expect([unheard.total(), unheard.amiss('mes'), said.length]).toEqual([1, 0, 0]);
});
