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

/** Reads an event that claims to follow the contract; throws a ZodError when it doesn't. */
export function parseEvent<Data>(contract: EventContract<string, Data>, event: unknown): Envelope<Data> {
  return eventSchema(contract).parse(event) as Envelope<Data>;
}

/** Tells which contract an event that was already validated follows. */
export function isEvent<Data>(contract: EventContract<string, Data>, event: Envelope): event is Envelope<Data> {
  return event.event_type === contract.name && sameMajor(event.version, contract.version);
}

function sameMajor(one: string, other: string): boolean {
  return one.split('.')[0] === other.split('.')[0];
}
