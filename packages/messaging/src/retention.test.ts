import { describe, expect, it } from 'vitest';
import { readRetention } from './retention.ts';

describe('how long events and request ids are kept', () => {
  it('is a week in the outbox and more than a year in the archive, when nothing is set', () => {
    expect(readRetention({})).toEqual({ outboxDays: 7, archiveDays: 400, requestDays: 400 });
    expect(readRetention({ ENGHUB_EVENTS_OUTBOX_DAYS: '' })).toEqual({
      outboxDays: 7,
      archiveDays: 400,
      requestDays: 400,
    });
  });

  it('is what the settings say', () => {
    const env = { ENGHUB_EVENTS_OUTBOX_DAYS: '2', ENGHUB_EVENTS_ARCHIVE_DAYS: '1000', ENGHUB_REQUEST_DAYS: '90' };
    expect(readRetention(env)).toEqual({ outboxDays: 2, archiveDays: 1_000, requestDays: 90 });
  });

  it.each(['0', '-1', '1.5', 'a year', '1e3', '3651'])('refuses "%s" by the name of the setting', (days) => {
    expect(() => readRetention({ ENGHUB_EVENTS_ARCHIVE_DAYS: days })).toThrow('ENGHUB_EVENTS_ARCHIVE_DAYS');
    expect(() => readRetention({ ENGHUB_REQUEST_DAYS: days })).toThrow('ENGHUB_REQUEST_DAYS');
  });

  it('refuses an archive that forgets before the outbox does', () => {
    const env = { ENGHUB_EVENTS_OUTBOX_DAYS: '30', ENGHUB_EVENTS_ARCHIVE_DAYS: '29' };
    expect(() => readRetention(env)).toThrow('ENGHUB_EVENTS_ARCHIVE_DAYS');
  });
});
