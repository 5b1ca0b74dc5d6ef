import { describe, expect, test } from 'vitest';
import { nearest } from '../src/nearest.js';

describe('nearest', () => {
  const known = ['host', 'port', 'username', 'tls', 'tls-roots'];
  test.each([
    ['hots', 'host'],
    ['user-name', 'username'],
    ['TLS', 'tls'],
    ['tsl', 'tls'],
    ['tls-root', 'tls-roots'],
    ['zzzzzz', undefined],
    ['', undefined],
  ])('of %j is %s', (word, expected) => expect(nearest(word, known)).toBe(expected));
});
