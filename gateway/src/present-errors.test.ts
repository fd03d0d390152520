import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { presentErrors } from './present-errors.ts';

it('says nothing about accidents but where and under which trace', () => {
  const error = new GraphQLError('relation "x" does not exist', {
    path: ['a'],
    extensions: { stacktrace: ['at store.ts'] },
  });
  expect(presentErrors([error], 'trace')).toEqual([
    { message: 'Internal server error', path: ['a'], extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: 'trace' } },
  ]);
});

it('leaves coded errors as they are, without hints about the schema or the house', () => {
  const message = 'Cannot query field "nam" on type "User". Did you mean "name" or "names"?';
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', serviceName: 'mes', exception: {}, limit: 5 };
  expect(presentErrors([new GraphQLError(message, { extensions })], undefined)).toEqual([
    {
      message: 'Cannot query field "nam" on type "User".',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', limit: 5 },
    },
  ]);
});
