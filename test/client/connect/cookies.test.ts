import { describe, expect, test } from 'vitest';
import { CookieJar } from '../../../src/client/connect/cookies.js';

describe('cookies', () => {
  test('are sent back, the last of a name, until they end', () => {
    const jar = new CookieJar();
    expect(jar.header).toBeUndefined();
    expect(jar.take(['a=1; Path=/; HttpOnly', 'b=x y'], undefined)).toBe(true);
    expect(jar.header).toBe('a=1; b=x y');
    expect(jar.take(['a=1'], undefined)).toBe(false);
    expect(jar.take(['a=2'], undefined)).toBe(true);
    expect(jar.header).toBe('a=2; b=x y');
    jar.take(['a=; Max-Age=0', 'b=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], undefined);
    expect(jar.header).toBeUndefined();
  });
  test('that are the credential itself are not sent twice', () => {
    const jar = new CookieJar();
    expect(jar.take(['session=token'], 'token')).toBe(false);
    expect(jar.header).toBeUndefined();
  });
  test('that could not be a header are left alone, and so are more than a session needs', () => {
    const jar = new CookieJar();
    jar.take(['', '=x', 'name', 'a=b\r\nevil: 1', `a=${'x'.repeat(5000)}`], undefined);
    expect(jar.header).toBeUndefined();
    jar.take(
      Array.from({ length: 100 }, (_, i) => `c${i}=1`),
      undefined,
    );
    expect(jar.header?.split('; ')).toHaveLength(20);
  });
});
