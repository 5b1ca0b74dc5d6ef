import { describe, expect, it } from 'vitest';
import { basicCredential, looksLike, parseAuthorization } from '../../../src/server/auth/credential.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('parseAuthorization', () => {
  it.each([
    ['padded', `Basic ${base64('ann:secret')}`, 'ann', 'secret'],
    ['without padding, as Go sends it', `Basic ${base64('ann:secret').replace(/=+$/, '')}`, 'ann', 'secret'],
    ['scheme in lower case', `basic ${base64('ann:secret')}`, 'ann', 'secret'],
    ['colons in the password', `Basic ${base64('ann:a:b:c')}`, 'ann', 'a:b:c'],
    ['beyond ASCII', `Basic ${base64('änn:geheim')}`, 'änn', 'geheim'],
  ])('reads Basic %s', (_, header, username, password) => {
    expect(parseAuthorization(header)).toEqual({ kind: 'basic', username, password });
  });

  it('reads Bearer', () => {
    expect(parseAuthorization('Bearer a.b.c')).toEqual({ kind: 'bearer', token: 'a.b.c' });
  });

  it.each([
    ['an unknown scheme', 'Digest abc'],
    ['no value', 'Basic'],
    ['what is no base64', `Basic !${base64('ann:secret')}`],
    ['what is no UTF-8', `Basic ${Buffer.from('ann:\xff', 'latin1').toString('base64')}`],
    ['no colon', `Basic ${base64('ann')}`],
    ['an empty user', `Basic ${base64(':secret')}`],
    ['an empty password', `Basic ${base64('ann:')}`],
    ['nothing', ''],
    ['a megabyte', `Bearer ${'x'.repeat(1_000_000)}`],
  ])('refuses %s as UNAUTHENTICATED', (_, header) => {
    expect(() => parseAuthorization(header)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });
});

describe('basicCredential', () => {
  it('refuses an empty half', () => {
    expect(() => basicCredential('', 'x')).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
    expect(() => basicCredential('x', '')).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });
});

describe('looksLike', () => {
  const jwt = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
  it.each([
    ['a token says whose it is', jwt({ sub: '42', email: 'ann@example.com' }), 'token', 'ann@example.com'],
    ['a token without an address', jwt({ sub: '42' }), 'token', '42'],
    ['a name beyond measure', jwt({ sub: 'x'.repeat(1000) }), 'token', 'x'.repeat(256)],
    ['a name that is none', jwt({ sub: [1] }), 'token', undefined],
    ['three words', 'a.b.c', 'token', undefined],
    ['an API token', 'gzm_0123456789ab_x', 'api-token', undefined],
  ])('%s, by Bearer as by the user "token"', (_, token, method, user) => {
    const expected = { method, ...(user === undefined ? {} : { user }) };
    expect(looksLike({ kind: 'bearer', token })).toEqual(expected);
    expect(looksLike({ kind: 'basic', username: 'token', password: token })).toEqual(expected);
  });
});
