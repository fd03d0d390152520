import { GraphQLError } from 'graphql';

/** Accidents and prohibitions, as they stand in `errors[].extensions.code`. A "no" of the plant is a Refusal instead. */
export const faultCodes = {
  BAD_USER_INPUT: 'The request does not fit the schema or its limits.',
  UNAUTHENTICATED: 'Nobody is signed in.',
  FORBIDDEN: 'The signed-in user lacks a permission.',
  NOT_FROM_GATEWAY: 'A subgraph was asked directly, without the signature of the gateway.',
  SUBGRAPH_UNAVAILABLE: 'The part of the graph that owns this field does not answer.',
  UNAVAILABLE: 'A backing service does not answer in time; try again.',
  INTERNAL_SERVER_ERROR: 'We broke; the trace id finds the log line.',
} as const;

export type FaultCode = keyof typeof faultCodes;

export const fault = (code: FaultCode, message: string = faultCodes[code]): GraphQLError =>
  new GraphQLError(message, { extensions: { code } });
