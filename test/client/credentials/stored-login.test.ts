import { describe, expect, it } from 'vitest';
import {
  mayTravel,
  parseServerName,
  serverName,
  summaryOf,
  type Trust,
} from '../../../src/client/credentials/stored-login.js';

describe('serverName', () => {
  it.each([
    ['DB.example', 31_337, 'db.example:31337', 'db.example'],
    ['::1', 1, '[::1]:1', '::1'],
    ['[::1]', 1, '[::1]:1', '::1'],
    ['127.0.0.1', 65_535, '127.0.0.1:65535', '127.0.0.1'],
  ])('%s and %i make %s', (host, port, name, parsed) => {
    expect(serverName(host, port)).toBe(name);
    expect(parseServerName(name)).toEqual({ host: parsed, port });
  });
  it.each(['', 'a', 'a:', ':1', 'a:0', 'a:65536', 'a:1x', '::1:1', '[::1]', 'a:b:1'])(
    '%j is no server',
    (name) => expect(parseServerName(name)).toBeUndefined(),
  );
});

describe('a stored login travels', () => {
  const cases: readonly (readonly [string, Trust, string, Trust, boolean])[] = [
    // Stored for, proven then, going to, proven now.
    ['db.example:1', 'verified', 'db.example:1', 'verified', true],
    ['db.example:1', 'verified', 'db.example:1', 'unverified', false],
    ['db.example:1', 'verified', 'db.example:1', 'plaintext', false],
    ['db.example:1', 'unverified', 'db.example:1', 'verified', true],
    ['db.example:1', 'unverified', 'db.example:1', 'unverified', true],
    ['db.example:1', 'unverified', 'db.example:1', 'plaintext', false],
    ['db.example:1', 'plaintext', 'db.example:1', 'plaintext', false],
    ['localhost:1', 'plaintext', 'localhost:1', 'plaintext', true],
    ['localhost:1', 'plaintext', 'localhost:1', 'verified', true],
    ['localhost:1', 'verified', 'localhost:1', 'plaintext', false],
    ['[::1]:1', 'plaintext', '[::1]:1', 'plaintext', true],
    ['db.example:1', 'verified', 'db.example:2', 'verified', false],
    ['db.example:1', 'verified', 'evil.example:1', 'verified', false],
    ['localhost:1', 'plaintext', '127.0.0.1:1', 'plaintext', false],
  ];
  it.each(cases)('of %s (%s) to %s (%s): %s', (server, trust, target, link, expected) =>
    expect(mayTravel({ name: 'x', server, trust, method: 'token' }, target, link)).toBe(expected),
  );
});

describe('summaryOf', () => {
  it('leaves out what is secret', () => {
    const secrets = { token: 't', password: 'p', refreshToken: 'r' };
    const summary = { name: 'x', server: 'a:1', method: 'web', trust: 'verified', user: 'ann' } as const;
    expect(summaryOf({ ...summary, ...secrets })).toEqual(summary);
  });
});
