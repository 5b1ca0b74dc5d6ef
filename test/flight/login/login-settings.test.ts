/** What servers publish about logging in: round trip, and what strange servers say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeLoginSettings,
  encodeLoginSettings,
  type LoginMethod,
  REDIRECT_HOSTS,
} from '../../../src/flight/login/login-settings.js';

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((it) => !/[\0-\x1f\x7f-\x9f]/.test(it));
const oauth = fc.record({
  issuer: text,
  clientId: text,
  scopes: text,
  audience: text,
  exchangedByServer: fc.boolean(),
  redirectHost: fc.constantFrom(...REDIRECT_HOSTS),
  redirectPort: fc.nat(65_535),
});
const methods = fc.subarray<LoginMethod>(['password', 'token', 'mtls', 'external']);

describe('login settings', () => {
  it('come back as they were, and are ASCII on the way', () => {
    fc.assert(
      fc.property(methods, fc.option(oauth, { nil: undefined }), (named, provider) => {
        const settings = { methods: named, ...(provider === undefined ? {} : { oauth: provider }) };
        const encoded = encodeLoginSettings(settings);
        expect(encoded).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeLoginSettings(encoded)).toEqual(settings);
      }),
    );
  });
  it('of a later version lose the methods that this one does not know', () => {
    expect(decodeLoginSettings('{"methods":["passkey","password"],"new":1}')).toEqual({
      methods: ['password'],
    });
  });
  const whole = {
    issuer: 'https://idp.example',
    clientId: 'c',
    scopes: 'openid',
    audience: 'c',
    redirectHost: '127.0.0.1',
    redirectPort: 0,
  };
  it.each([
    ['no JSON', 'Bearer {'],
    ['null', 'null'],
    ['no methods', '{}'],
    ['methods that are no list', '{"methods":"password"}'],
    ['an issuer that commands the terminal', { ...whole, issuer: 'https://idp.example/\u001b[2J' }],
    ['an endless client', { ...whole, clientId: 'x'.repeat(3000) }],
    ['a redirect to elsewhere', { ...whole, redirectHost: 'attacker.example' }],
    ['a port that is none', { ...whole, redirectPort: 70_000 }],
    ['half a port', { ...whole, redirectPort: 0.5 }],
  ])('are refused with %s', (_, value) => {
    const answer =
      typeof value === 'string' ? value : JSON.stringify({ methods: ['external'], oauth: value });
    expect(() => decodeLoginSettings(answer)).toThrow('in no known form');
  });
});
