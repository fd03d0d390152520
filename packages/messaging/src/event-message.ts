/** How an event looks as an AMQP message. */
import type { Envelope } from '@enghub/event-contracts/envelope';
import type { Message, Options } from 'amqplib';
import { permanentFailure, readEvent, type OutboundEvent } from './transport.ts';

const routingKeyHeader = 'x-enghub-routing-key';
const aggregateHeader = 'x-enghub-aggregate';
const attemptsHeader = 'x-enghub-attempts';
const errorHeader = 'x-enghub-error';

export function contentOf(event: OutboundEvent): Buffer {
  return Buffer.from(JSON.stringify(event.envelope));
}

export function propertiesOf(event: OutboundEvent): Options.Publish {
  return {
    contentType: 'application/json',
    messageId: event.envelope.event_id,
    type: event.envelope.event_type,
    appId: event.envelope.source_service,
    headers: { [routingKeyHeader]: event.routingKey, [aggregateHeader]: event.aggregateId },
  };
}

export type ReceivedMessage = Readonly<{
  messageId: string | null;
  /** Without an aggregate of its own, a message stands in line with nothing. */
  aggregateId: string;
  routingKey: string;
  attempts: number;
}>;

export function readProperties(message: Message): ReceivedMessage {
  const headers = message.properties.headers ?? {};
  const messageId: unknown = message.properties.messageId;
  const key = String(messageId ?? `delivery ${message.fields.deliveryTag}`);
  const attempts = Number(headers[attemptsHeader] ?? 0);
  return {
    messageId: typeof messageId === 'string' ? messageId : null,
    aggregateId: String(headers[aggregateHeader] ?? key),
    // A message that was dead-lettered carries the name of a queue as its routing key.
    routingKey: String(headers[routingKeyHeader] ?? message.fields.routingKey),
    attempts: Number.isInteger(attempts) && attempts > 0 ? attempts : 0,
  };
}

export function readBody(message: Message, routingKey: string): Envelope {
  let body: unknown;
  try {
    body = JSON.parse(message.content.toString('utf8'));
  } catch (error) {
    throw permanentFailure('not JSON', error);
  }
  return readEvent(routingKey, body);
}

/** Why an earlier version gave it up; it wrote so on the message. */
export function errorOf(message: Message): string | null {
  const error: unknown = message.properties.headers?.[errorHeader];
  return typeof error === 'string' ? error : null;
}
