import { describe, expect, it } from 'vitest';
import { tokenExpiry } from '../../../src/client/credentials/token-expiry.js';

const tokenOf = (claims: string) => `e30.${Buffer.from(claims).toString('base64url')}.x`;

describe('when a token says that it ends', () => {
  it.each([
    ['{"exp":1700000000}', 1_700_000_000],
    ['{"exp":1700000000.5}', 1_700_000_000.5],
    ['{"exp":"1700000000"}', undefined],
    ['{"exp":1e300}', undefined],
    ['{"exp":1e400}', undefined],
    ['{"exp":null}', undefined],
    ['{}', undefined],
    ['null', undefined],
    ['{', undefined],
  ])('%s', (claims, expected) => {
    const seen = tokenExpiry(tokenOf(claims));
    expect(seen).toBe(expected);
    // Whatever it is can be shown as a date.
    if (seen !== undefined) new Date(seen * 1000).toISOString();
  });

  it('is not known of what is no JWT', () => {
    for (const text of ['', 'gzm_x', 'a.b', 'a.!.c']) expect(tokenExpiry(text)).toBeUndefined();
  });
});
