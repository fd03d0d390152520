import { describe, expect, it } from 'vitest';
import { deadLetterOf, obituaryOf, resolutionOf } from './dead-letters.ts';
import { stationEvent } from './effects-for-tests.ts';

const event = stationEvent('S1', 'a');
const { routingKey, aggregateId, envelope } = event;
const failed = { consumer: 'qms.inspections', routingKey, aggregateId, attempts: 4 };
const at = new Date('2026-11-28T08:00:00Z');

describe('a dead letter', () => {
  it('is the event with its tenant and plant, and the same each time', () => {
    const letter = deadLetterOf({ ...failed, content: Buffer.from(JSON.stringify(envelope)) }, 'Error: no plan');
    expect(letter).toMatchObject({
      ...{ eventId: envelope.event_id, tenantId: 'tenant-001', factoryId: 'factory-sh-01', envelope, body: null },
      ...{ eventType: 'StationDefined', attempts: 4, error: 'Error: no plan' },
    });
    expect(deadLetterOf({ ...failed, content: envelope }, 'another error').id).toBe(letter.id);
    expect(deadLetterOf({ ...failed, consumer: 'eam.equipment', content: envelope }, 'x').id).not.toBe(letter.id);
  });

  it('keeps what breaks the contract of its data, for that may be read by a later version', () => {
    const broken = { ...envelope, data: { station_id: 7 } };
    expect(deadLetterOf({ ...failed, content: broken }, 'x')).toMatchObject({ envelope: broken, body: null });
  });

  it.each([
    ['no JSON', Buffer.from('{ "event_id": ')],
    ['no event', Buffer.from('{"hello": "world"}')],
    ['not even text', Buffer.from([0, 255, 254, 0])],
    ['nothing', Buffer.from('')],
  ])('keeps %s as it came, belonging to nobody', (_what, content) => {
    const letter = deadLetterOf({ ...failed, content }, 'x');
    expect(letter).toMatchObject({ tenantId: '', factoryId: null, envelope: null, body: content });
    expect(letter.eventId).toMatch(/^[0-9a-f-]{36}$/);
    expect(deadLetterOf({ ...failed, content }, 'x').id).toBe(letter.id);
    const messageId = '0199f3a0-7c1e-7d32-9a52-1d5c6a3b2f10';
    expect(deadLetterOf({ ...failed, content, messageId }, 'x').eventId).toBe(messageId);
    expect(obituaryOf(letter, at)).toBeNull();
  });
});

describe('what the plant is told', () => {
  const letter = deadLetterOf({ ...failed, content: envelope }, 'Error: no plan');

  it('says which event of which consumer, and the ids that it is about', () => {
    expect(obituaryOf(letter, at)?.envelope).toMatchObject({
      ...{ event_type: 'EventDeadLettered', source_service: 'qms', tenant_id: 'tenant-001', trace_id: 'trace-1' },
      data: { consumer: 'qms.inspections', event_type: 'StationDefined', about: { station_id: 'S1' }, attempts: 4 },
    });
  });

  it('says of its end in the same line, so that nobody hears of the end before the beginning', () => {
    const outcome = { outcome: 'DISCARDED', by: 'emp-901', reason: 'counted by hand' } as const;
    const told = resolutionOf(letter, envelope, outcome, at);
    expect(told?.envelope.data).toMatchObject(outcome);
    expect(told?.aggregateId).toBe(obituaryOf(letter, at)?.aggregateId);
  });

  it('is nothing when what failed was such news itself', () => {
    const news = obituaryOf(letter, at)!;
    const second = deadLetterOf({ ...failed, ...news, content: news.envelope }, 'x');
    expect(obituaryOf(second, at)).toBeNull();
    const outcome = { outcome: 'REPLAYED', by: null, reason: null } as const;
    expect(resolutionOf(second, news.envelope, outcome, at)).toBeNull();
  });
});
