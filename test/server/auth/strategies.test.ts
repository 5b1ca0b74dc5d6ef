import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../../src/server/auth/authenticator.js';
import { createStartupTokenStrategy, makeStartupToken } from '../../../src/server/auth/startup-token.js';
import { passwordStrategy } from '../../support/password-strategy.js';

const UNAUTHENTICATED = expect.objectContaining({ code: 'UNAUTHENTICATED' });
const basic = (username: string, password: string) => ({ kind: 'basic', username, password }) as const;
const PEER = '127.0.0.1:1234';
const bearer = (token: string) => ({ kind: 'bearer', token }) as const;

describe('password strategy', () => {
  const authenticator = createAuthenticator([passwordStrategy('ann', 'pa:ss')]);

  it('makes the bootstrap user an administrator', async () => {
    const principal = await authenticator.authenticate(basic('ann', 'pa:ss'), PEER);
    expect(principal).toMatchObject({ name: 'ann', role: 'admin', method: 'password' });
  });

  it('remembers nothing of names that nobody can have', async () => {
    const failed: string[] = [];
    const delay = {
      knows: () => false,
      of: () => 0,
      wait: async () => {},
      failed: (_: string, name: string) => failed.push(name),
      succeeded: () => {},
    };
    const strategy = createAuthenticator([passwordStrategy('ann', 'pa:ss', { delay })]);
    for (const name of ['x'.repeat(257), 'x'.repeat(256)])
      await expect(strategy.authenticate(basic(name, 'pa:ss'), PEER)).rejects.toEqual(UNAUTHENTICATED);
    expect(failed).toEqual(['x'.repeat(256)]);
  });

  it.each([
    ['wrong password', basic('ann', 'pa')],
    ['password of another case', basic('ann', 'PA:SS')],
    ['unknown user', basic('bob', 'pa:ss')],
    ['the password as user', basic('pa', 'ss')],
    ['SQL in the name', basic("ann' or '1'='1", 'x')],
    ['a NUL behind the name', basic('ann\0', 'pa:ss')],
    ['the password as bearer', bearer('pa:ss')],
    ['the word token', basic('token', 'pa:ss')],
  ])('refuses %s', async (_, credential) => {
    await expect(authenticator.authenticate(credential, PEER)).rejects.toEqual(UNAUTHENTICATED);
  });
});

describe('start-up token strategy', () => {
  const token = makeStartupToken();
  const authenticator = createAuthenticator([
    createStartupTokenStrategy('gizmosql_user', token),
    passwordStrategy('gizmosql_user', token, {
      administrators: [{ username: 'gizmosql_user', secret: token, method: 'startup-token' }],
    }),
  ]);

  it('is accepted as bearer and as the password of its user', async () => {
    for (const credential of [bearer(token), basic('gizmosql_user', token)]) {
      const principal = await authenticator.authenticate(credential, PEER);
      expect(principal).toMatchObject({ name: 'gizmosql_user', role: 'admin', method: 'startup-token' });
    }
  });

  it('is compared for each strategy, however often the same credential is shown', async () => {
    const shown = bearer(token);
    const other = createAuthenticator([createStartupTokenStrategy('gizmosql_user', makeStartupToken())]);
    for (const _ of [1, 2]) {
      await expect(authenticator.authenticate(shown, PEER)).resolves.toMatchObject({ role: 'admin' });
      await expect(other.authenticate(shown, PEER)).rejects.toEqual(UNAUTHENTICATED);
    }
  });

  it.each([
    ['another start-up token', bearer(makeStartupToken())],
    ['a prefix of it', bearer(token.slice(0, -1))],
    ['it with more behind', bearer(`${token}x`)],
    ['some bearer', bearer('abc')],
    ['another user', basic('ann', token)],
    ['another password', basic('gizmosql_user', 'secret')],
  ])('refuses %s', async (_, credential) => {
    await expect(authenticator.authenticate(credential, PEER)).rejects.toEqual(UNAUTHENTICATED);
  });

  it('has 256 bits and differs each time', () => {
    expect(makeStartupToken()).not.toBe(makeStartupToken());
    expect(Buffer.from(token.slice('gzs_'.length), 'base64url')).toHaveLength(32);
  });
});
