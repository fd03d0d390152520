/** What every transport promises of events that fail, and of their dead letters. */
import { expect, it, vi } from 'vitest';
import { nameOf, namesOf, stationEvent } from './effects-for-tests.ts';
import { permanentFailure, unavailableFailure } from './transport.ts';
import { soon, type TransportStage } from './transport-stage-for-tests.ts';

/** Inside of the block of a transport. */
export function itTriesAgainAndGivesUp(stage: TransportStage): void {
  const { open, consumer, expectApplied, lettersOf, statesOf } = stage;

  it('tries a failing event again, keeps later ones of its aggregate behind it, and lets others go on', async () => {
    const transport = await open();
    let failures = 2;
    const subscription = consumer(async (event, apply) => {
      if (nameOf(event) === 'S1/a' && failures-- > 0) throw new Error('the machine is busy');
      await apply();
    });
    await transport.subscribe(subscription);
    const events = [stationEvent('S1', 'a'), stationEvent('S1', 'b'), stationEvent('S2', 'c')];
    await transport.publish(events);
    await transport.publish([stationEvent('S1', 'd')]);
    await expectApplied(subscription.queue, ['S1/a', 'S1/b', 'S2/c', 'S1/d']);
    expect(await stage.bench.effects.applied(subscription.queue)).toEqual(['S2/c', 'S1/a', 'S1/b', 'S1/d']);
    expect(transport.counts()).toMatchObject({ retried: 2, deadLettered: 0 });
    expect(await stage.bench.deadLetters.of(subscription.queue)).toEqual([]);
  });

  it('gives an event up after three more tries, and nothing else waits for it any longer', async () => {
    const transport = await open();
    let tries = 0;
    const subscription = consumer(async (event, apply) => {
      if (nameOf(event) !== 'S1/poison') return apply();
      tries += 1;
      throw new Error('cannot digest this');
    });
    await transport.subscribe(subscription);
    const poison = stationEvent('S1', 'poison');
    const others = [stationEvent('S1', 'b'), stationEvent('S2', 'c')];
    await transport.publish([poison, ...others]);
    await expectApplied(subscription.queue, namesOf(others));
    expect(tries).toBe(4);
    expect(transport.counts()).toMatchObject({ retried: 3, deadLettered: 1 });
    expect(await stage.bench.deadLetters.of(subscription.queue)).toMatchObject([
      { eventId: poison.envelope.event_id, state: 'DEAD', attempts: 4, error: 'Error: cannot digest this' },
    ]);
    expect(await stage.bench.deadLetters.told(subscription.queue)).toEqual(['EventDeadLettered']);
  });

  it('waits with an event as long as something is away that it needs, and gives it up by no number of tries', async () => {
    const transport = await open();
    let asked = 0;
    const subscription = consumer(async (event, apply) => {
      if (nameOf(event) !== 'S1/a') return apply();
      asked += 1;
      if (asked < 7) throw unavailableFailure('the ERP is away');
      if (asked < 9) throw new Error('the machine is busy');
      await apply();
    });
    await transport.subscribe(subscription);
    await transport.publish([stationEvent('S1', 'a'), stationEvent('S1', 'b'), stationEvent('S2', 'c')]);
    await expectApplied(subscription.queue, ['S1/a', 'S1/b', 'S2/c']);
    expect(await stage.bench.effects.applied(subscription.queue)).toEqual(['S2/c', 'S1/a', 'S1/b']);
    expect(asked).toBe(9);
    expect(transport.counts()).toMatchObject({ deadLettered: 0 });
    expect(await stage.bench.deadLetters.of(subscription.queue)).toEqual([]);
  });

  it('never shows a handler an event that breaks its contract, and does not try it again', async () => {
    const transport = await open();
    const subscription = consumer();
    await transport.subscribe(subscription);
    const good = stationEvent('S1', 'good');
    const broken = stationEvent('S1', 'broken');
    await transport.publish([{ ...broken, envelope: { ...broken.envelope, data: { station_id: 7 } } }, good]);
    await expectApplied(subscription.queue, namesOf([good]));
    const [letter, ...more] = await lettersOf(subscription.queue, 1);
    expect(more).toEqual([]);
    expect(letter?.eventId).toBe(broken.envelope.event_id);
    expect(letter?.error).toContain('not a valid mes.station.defined.v1 event');
    expect(transport.counts()).toMatchObject({ retried: 0, deadLettered: 1 });
  });

  it('gives an event up at once when the handler says that trying again cannot help', async () => {
    const transport = await open();
    const subscription = consumer(async () => {
      throw permanentFailure('no such product');
    });
    await transport.subscribe(subscription);
    await transport.publish([stationEvent('S1', 'a')]);
    await vi.waitFor(() => expect(transport.counts()).toMatchObject({ retried: 0, deadLettered: 1 }), soon);
  });

  it('applies a dead letter once when it is tried again after the cause is gone, and says so', async () => {
    const transport = await open();
    let broken = true;
    const subscription = consumer(async (_event, apply) => {
      if (broken) throw permanentFailure('no such product');
      await apply();
    });
    await transport.subscribe(subscription);
    const events = [stationEvent('S1', 'a'), stationEvent('S2', 'b')];
    await transport.publish(events);
    const letters = await lettersOf(subscription.queue, 2);
    broken = false;
    for (const { id } of letters) expect(await stage.bench.deadLetters.revive(id)).toBe(true);
    await expectApplied(subscription.queue, namesOf(events));
    await vi.waitFor(async () => expect(await statesOf(subscription.queue)).toEqual(['RESOLVED', 'RESOLVED']), soon);
    for (const { id } of letters) expect(await stage.bench.deadLetters.revive(id)).toBe(false);
    expect([...(await stage.bench.deadLetters.told(subscription.queue))].sort()).toEqual([
      'DeadLetterResolved REPLAYED emp-901',
      'DeadLetterResolved REPLAYED emp-901',
      'EventDeadLettered',
      'EventDeadLettered',
    ]);
  });

  it('keeps a dead letter that fails again, with all its tries, and tells it again', async () => {
    const transport = await open();
    const subscription = consumer(async () => {
      throw new Error('still no such product');
    });
    await transport.subscribe(subscription);
    await transport.publish([stationEvent('S1', 'a')]);
    const [letter] = await lettersOf(subscription.queue, 1);
    expect(await stage.bench.deadLetters.revive(letter!.id)).toBe(true);
    await vi.waitFor(
      async () =>
        expect(await stage.bench.deadLetters.of(subscription.queue)).toMatchObject([{ state: 'DEAD', attempts: 8 }]),
      soon,
    );
    expect(await stage.bench.deadLetters.told(subscription.queue)).toEqual(['EventDeadLettered', 'EventDeadLettered']);
  });

  it.each([
    ['fails once more', false],
    ['would succeed by now', true],
  ])('leaves a discarded letter alone, though the event is delivered again and %s', async (_how, wouldSucceed) => {
    const transport = await open();
    let isThere = false;
    const subscription = consumer(async (event, apply) => {
      if (nameOf(event) === 'S1/a' && !isThere) throw permanentFailure('no such product');
      await apply();
    });
    await transport.subscribe(subscription);
    const [event, next] = [stationEvent('S1', 'a'), stationEvent('S1', 'b')];
    await transport.publish([event]);
    const [letter] = await lettersOf(subscription.queue, 1);
    expect(await stage.bench.deadLetters.discard(letter!.id)).toBe(true);
    expect(await stage.bench.deadLetters.revive(letter!.id)).toBe(false);
    isThere = wouldSucceed;
    await transport.publish([event, next]);
    await expectApplied(subscription.queue, namesOf([next]));
    expect(await statesOf(subscription.queue)).toEqual(['DISCARDED']);
  });
}
