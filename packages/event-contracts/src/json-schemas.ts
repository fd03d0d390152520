import { z } from 'zod';
import { allEvents } from './all.ts';
import { envelope, eventSchema } from './envelope.ts';

/** The published JSON Schemas by file name, as text that ends in a newline. */
export function jsonSchemas(): ReadonlyMap<string, string> {
  return new Map([
    ['envelope.v1.json', written('envelope.v1', 'Envelope', envelope)],
    ...allEvents.map((contract): [string, string] => [
      `${contract.routingKey}.json`,
      written(contract.routingKey, contract.name, eventSchema(contract)),
    ]),
  ]);
}

function written(name: string, title: string, schema: z.ZodType): string {
  // The input side leaves room for fields that a newer publisher adds.
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ $schema, $id: `urn:enghub:event:${name}`, title, ...rest }, null, 2)}\n`;
}
