import { describe, expect, it } from 'vitest';
import { basicCredential, parseAuthorization } from '../../../src/server/auth/credential.js';

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
