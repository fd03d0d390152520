import { z } from 'zod';
import type { EventContract } from './define-event.ts';
import { id, instant } from './fields.ts';

/** What stands around the data of every event. Fields a newer publisher added are dropped, not refused. */
export const envelope = z.object({
  event_id: z.uuid(),
  event_type: z.string().min(1).max(200),
  version: z.string().regex(/^\d+\.\d+$/),
  timestamp: instant,
  tenant_id: id,
  factory_id: id.nullable(),
  source_service: id,
  trace_id: id,
  data: z.unknown(),
});

export type Envelope<Data = unknown> = Readonly<Omit<z.infer<typeof envelope>, 'data'> & { data: Data }>;

/** The schema of a whole event: envelope and data together. */
export function eventSchema<Data>(contract: EventContract<string, Data>) {
  const major = contract.version.split('.')[0] ?? '';
  return envelope.extend({
    event_type: z.literal(contract.name),
    version: z.string().regex(new RegExp(`^${major}\\.\\d+$`)),
    data: contract.data,
  });
}

// zod compiles a schema on its first use, so one that is made anew for each event costs more than the event.
const schemas = new WeakMap<EventContract, ReturnType<typeof eventSchema>>();

function schemaOf(contract: EventContract): ReturnType<typeof eventSchema> {
  const known = schemas.get(contract) ?? eventSchema(contract);
  schemas.set(contract, known);
  return known;
}

/** Reads an event that claims to follow the contract; throws a ZodError when it doesn't. */
export function parseEvent<Data>(contract: EventContract<string, Data>, event: unknown): Envelope<Data> {
  return schemaOf(contract).parse(event) as Envelope<Data>;
}

/** Tells which contract an event that was already validated follows. */
export function isEvent<Data>(contract: EventContract<string, Data>, event: Envelope): event is Envelope<Data> {
  return event.event_type === contract.name && sameMajor(event.version, contract.version);
}

function sameMajor(one: string, other: string): boolean {
  return one.split('.')[0] === other.split('.')[0];
}
