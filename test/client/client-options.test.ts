import { describe, expect, test } from 'vitest';
import { type ClientOptions, resolveOptions } from '../../src/client/client-options.js';
import { parseLocation } from '../../src/client/connect/location.js';

describe('locations', () => {
  test.each([
    ['grpc://localhost:1', { host: 'localhost', port: 1, tls: false }],
    ['grpc+tcp://h', { host: 'h', port: 31_337, tls: false }],
    ['grpc+tls://db.example.com:443/', { host: 'db.example.com', port: 443, tls: true }],
    ['GRPC+TLS://[::1]:5', { host: '::1', port: 5, tls: true }],
  ])('%s', (uri, location) => expect(parseLocation(uri)).toEqual(location));
  test.each([
    'http://h:1',
    'grpc+unix:///tmp/s',
    'grpc://',
    'grpc://h:99999',
    'grpc://user:secret@h:1',
    'grpc://h:1?x=y',
    'grpc://h h:1',
    'h:1',
  ])('%s is none', (uri) => expect(parseLocation(uri)).toBeUndefined());
});

describe('options', () => {
  test('default to this machine, without TLS', () => {
    expect(resolveOptions(undefined, {})).toEqual({
      host: 'localhost',
      port: 31_337,
      tls: undefined,
      credentials: { kind: 'none' },
    });
  });
  test.each([
    ['db.example.com', undefined, {}],
    ['127.0.0.1', undefined, undefined],
    ['[::1]', undefined, undefined],
    ['db.example.com', false, undefined],
    ['localhost', true, {}],
  ] as const)('host %s with tls %s', (host, tls, wanted) => {
    expect(resolveOptions(undefined, { host, ...(tls === undefined ? {} : { tls }) }).tls).toEqual(wanted);
  });
  test('of a location hold', () => {
    expect(resolveOptions('grpc+tls://h:1', { token: 't' })).toMatchObject({
      host: 'h',
      port: 1,
      tls: {},
      credentials: { kind: 'bearer', token: 't' },
    });
    expect(resolveOptions('grpc://db.example.com:1', {}).tls).toBeUndefined();
    const roots = new Uint8Array(1);
    expect(resolveOptions('grpc+tls://h:1', { tls: { roots } }).tls).toEqual({ roots });
  });
  test.each([
    ['grpc://h:1', { host: 'x' }, /not both/],
    ['grpc+tls://h:1', { tls: false }, /no TLS/],
    ['http://h:1', {}, /malformed/],
    [undefined, { port: 0 }, /port/],
    [undefined, { username: 'ann' }, /belong together/],
    [undefined, { password: 'x' }, /belong together/],
    [undefined, { username: 'ann', password: 'x', token: 't' }, /not both/],
  ] as const)('%s with %o is refused', (location, options, sentence) => {
    expect(() => resolveOptions(location, options)).toThrow(sentence);
  });
  test('a malformed location is not repeated: it may hold a password', () => {
    expect(() => resolveOptions('grpc://ann:hunter2@h:1', {})).toThrow(/^(?!.*hunter2)/);
  });

  test.each([
    [{ pasword: 'x' }, 'connect has no option pasword. Did you mean password?'],
    [{ user: 'ann', password: 'x' }, /^connect has no option user\. There are host, port, tls, username, /],
    [{ tls: { rootz: '' } }, 'connect has no option tls.rootz. Did you mean tls.roots?'],
    [
      { tls: { clientCertificate: { cert: new Uint8Array(), kay: '' } } },
      'connect has no option tls.clientCertificate.kay. Did you mean tls.clientCertificate.key?',
    ],
  ])('refuses a name that is no option: %j', (options, message) => {
    expect(() => resolveOptions('grpc://h:1', options as ClientOptions)).toThrow(message);
  });
});
