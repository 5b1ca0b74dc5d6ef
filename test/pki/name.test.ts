import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseName, type SubjectName } from '../../src/pki/name.js';

/** As OpenSSL writes it. */
function formatName({ type, value }: SubjectName): string {
  const prefix = { dns: 'DNS', ip: 'IP', email: 'email', uri: 'URI' }[type];
  return `${prefix}:${value}`;
}

describe('what was typed', () => {
  it.each([
    ['db.example.com', 'DNS:db.example.com'],
    ['DB.Example.COM.', 'DNS:db.example.com'],
    ['localhost', 'DNS:localhost'],
    ['*.db.example.com', 'DNS:*.db.example.com'],
    ['bücher.example', 'DNS:xn--bcher-kva.example'],
    ['*.bücher.example', 'DNS:*.xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'DNS:xn--bcher-kva.example'],
    ['192.0.2.1', 'IP:192.0.2.1'],
    ['2001:DB8:0::1', 'IP:2001:db8::1'],
    ['[::1]', 'IP:::1'],
    ['::ffff:192.0.2.1', 'IP:::ffff:c000:201'],
    ['Ada@Example.com', 'email:Ada@example.com'],
    ['spiffe://example.com/db', 'URI:spiffe://example.com/db'],
    ['3com.example', 'DNS:3com.example'],
  ])('%s is %s', (text, expected) => expect(formatName(parseName(text))).toBe(expected));

  it.each([
    ['', /empty/],
    ['a b', /spaces/],
    ['a\u0000b', /control/],
    ['*', /wildcard/],
    ['*.com', /two labels/],
    ['a.*.b', /wildcard/],
    ['f*.example.com', /wildcard/],
    ['*.*.example.com', /wildcard/],
    ['under_score.example', /underscore/],
    ['-a.example', /hyphen/],
    ['a..b', /nothing between/],
    ['.example', /nothing between/],
    [`${'a'.repeat(64)}.example`, /longer than 63/],
    [Array(60).fill('abcd').join('.'), /253/],
    ['db.example.com:31337', /without their ports/],
    ['10.0.0.0/8', /not networks/],
    ['1.2.3', /looks like an address/],
    ['300.1.1.1', /looks like an address/],
    ['0x7f.1', /looks like an address/],
    ['ab--cd.example', /internationalized/],
    ['xn--a.example', /internationalized/],
    ['fe80::1%eth0', /zone/],
    ['https://db.example.com/x', /named by its host: db.example.com/],
    ['spiffe:///x', /no URI with a host/],
    ['a@b@c', /before the @/],
    ['@example.com', /before the @/],
    ['ada@*.example.com', /wildcard/],
  ])('"%s" is refused', (text, reason) => expect(() => parseName(text)).toThrow(reason));
});

test('what comes out goes in again unchanged', () => {
  const typed = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.emailAddress(), fc.string());
  fc.assert(
    fc.property(typed, (text) => {
      const first = tryParse(text);
      if (first === undefined) return;
      expect(parseName(first.value)).toEqual(first);
      expect(first.value).toMatch(/^[\x21-\x7e]+$/);
    }),
    { numRuns: 1000 },
  );
});

test('no domain and no address that the generators know is refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()), (text) => parseName(text) !== undefined),
  );
});

function tryParse(text: string) {
  try {
    return parseName(text);
  } catch (error) {
    expect(error).toHaveProperty('code', 'USAGE');
    return undefined;
  }
}
