/** The outcome of a business rule: a new state with the facts to publish, or a named refusal. */
export type Decision<State, Event, Refusal> = Accepted<State, Event> | Refused<Refusal>;
export type Accepted<State, Event> = Readonly<{ ok: true; state: State; events: readonly Event[] }>;
export type Refused<Refusal> = Readonly<{ ok: false; refusal: Refusal }>;

export const accept = <State, Event = never>(state: State, ...events: Event[]): Accepted<State, Event> => ({
  ok: true,
  state,
  events,
});

export const refuse = <const Refusal>(refusal: Refusal): Refused<Refusal> => ({ ok: false, refusal });
