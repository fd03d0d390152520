import type { z } from 'zod';

/** What a publisher promises about one version of one event. */
export type EventContract<Name extends string = string, Data = unknown> = Readonly<{
  name: Name;
  /** Also the topic at the broker: subgraph, entity, past tense, version. */
  routingKey: string;
  version: string;
  data: z.ZodType<Data>;
  /** It is told for whoever may want it; without this, that no consumer hears it is an error. */
  mayGoUnheard?: true;
}>;

/** The data an event of this contract carries. */
export type DataOf<Contract> = Contract extends EventContract<string, infer Data> ? Data : never;

export function defineEvent<const Name extends string, Data>(
  contract: EventContract<Name, Data>,
): EventContract<Name, Data> {
  return Object.freeze(contract);
}
