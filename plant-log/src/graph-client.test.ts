import { describe, expect, it } from 'vitest';
import { graphEndpoint, judge } from './graph-client.ts';
import { operations } from './operations.ts';

const { reportProduction } = operations;
const body = (content: unknown) => JSON.stringify(content);

describe('an answer of the graph', () => {
  it('is a payload', () => {
    const data = { reportProduction: { __typename: 'ReportProductionPayload', replayed: true, report: {} } };
    expect(judge(reportProduction, 200, body({ data }))).toEqual({
      kind: 'answered',
      answer: { ok: true, payload: { replayed: true } },
    });
  });

  it('is a refusal with its code', () => {
    const refusal = { __typename: 'ProductionReportRefusal', code: 'OVER_LIMIT', message: 'Too many.', limit: '11' };
    expect(judge(reportProduction, 200, body({ data: { reportProduction: refusal } }))).toEqual({
      kind: 'answered',
      answer: { ok: false, refusal: { code: 'OVER_LIMIT', message: 'Too many.' } },
    });
  });

  it.each([
    [
      'a masked fault',
      200,
      { errors: [{ message: 'Oops', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
      'passing',
    ],
    ['a busy gateway', 503, {}, 'passing'],
    ['a rate limit', 429, {}, 'passing'],
    ['a missing permission', 200, { errors: [{ message: 'No', extensions: { code: 'FORBIDDEN' } }] }, 'final'],
    ['a malformed request', 400, { errors: [{ message: 'No' }] }, 'final'],
    ['an expired token', 401, {}, 'expired'],
    ['an expired token inside', 200, { errors: [{ message: '', extensions: { code: 'UNAUTHENTICATED' } }] }, 'expired'],
    ['an answer to another question', 200, { data: { somethingElse: 1 } }, 'final'],
  ])('that is %s is not taken for one', (_what, status, content, kind) => {
    expect(judge(reportProduction, status, body(content)).kind).toBe(kind);
  });

  it('that is no JSON is final', () => {
    expect(judge(reportProduction, 404, '<html>')).toMatchObject({ kind: 'final', code: 'HTTP_404' });
  });
});

it.each(['http://localhost:4000', 'http://localhost:4000/', 'http://localhost:4000/graphql'])(
  'finds the graph at %s',
  (url) => expect(graphEndpoint(url)).toBe('http://localhost:4000/graphql'),
);
