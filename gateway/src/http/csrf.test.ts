import { expect, it } from 'vitest';
import { isHarmlessGet } from './csrf.ts';
import { nestsDeeperThan } from './read-body.ts';
import { isAllowedOrigin } from '../socket/origin.ts';

const json = { accept: 'application/json' };

it.each([
  ['a link or an image', { accept: 'text/html,*/*' }, '{ me { name } }', false],
  ['a client that wants JSON', json, '{ me { name } }', true],
  ['a page of another site', { ...json, 'sec-fetch-site': 'cross-site' }, '{ me { name } }', false],
  ['a page of a sister site', { ...json, 'sec-fetch-site': 'same-site' }, '{ me { name } }', false],
  ['our own page', { ...json, 'sec-fetch-site': 'same-origin' }, '{ me { name } }', true],
  ['a request with an Origin', { ...json, origin: 'https://evil.example' }, '{ me { name } }', false],
  ['anyone who reads nothing', {}, ' { __typename } ', true],
  ['more than nothing', {}, '{ __typename me { name } }', false],
])('judges a GET of %s', (_case, headers, query, harmless) => {
  expect(isHarmlessGet(headers, query)).toBe(harmless);
});

it('counts brackets outside of strings only', () => {
  expect(nestsDeeperThan('{"a":"[[[[\\"[[["}', 1)).toBe(false);
  expect(nestsDeeperThan('[[[]]]', 2)).toBe(true);
  expect(nestsDeeperThan('[[],[],[[]]]', 3)).toBe(false);
});

it.each([
  [undefined, true],
  ['http://plant.example:4000', true],
  ['https://plant.example:4000', true],
  ['https://screens.example', true],
  ['https://evil.example', false],
  ['null', false],
])('lets a page of %s open a socket: %s', (origin, allowed) => {
  expect(isAllowedOrigin(origin, 'plant.example:4000', ['https://screens.example'])).toBe(allowed);
});
