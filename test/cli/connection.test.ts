import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConnectionFlags, resolveConnection } from '../../src/cli/connection.js';
import { parseConnectionUri } from '../../src/cli/connection-uri.js';
import { readSetting, readSwitch } from '../../src/cli/environment.js';

describe('parseConnectionUri', () => {
  test.each([
    ['gizmo://db.example', { host: 'db.example' }],
    ['gizmosql://db.example:80', { host: 'db.example', port: 80 }],
    ['GIZMO://ada@[::1]:31337/', { host: '::1', port: 31_337, username: 'ada' }],
    ['gizmo://ada:p%40ss@h', { host: 'h', username: 'ada', password: 'p@ss' }],
    [
      'gizmosql://h:1?username=bob&useEncryption=true&disableCertificateVerification=false&tlsRoots=/ca.pem&authType=password',
      {
        host: 'h',
        port: 1,
        username: 'bob',
        tls: true,
        tlsSkipVerify: false,
        tlsRoots: '/ca.pem',
        authType: 'password',
      },
    ],
  ])('reads %s', (uri, expected) => expect(parseConnectionUri(uri)).toEqual(expected));

  test.each([
    ['http://h', /looks like gizmo/],
    ['select 1', /^"select 1" is no connection URI, .* SQL goes after -c/],
    ['db:31337', /^"db:31337" is no connection URI, .* a port after --port/],
    ['db:31337', /Did you mean gizmo:\/\/db:31337\?$/],
    ['grpc+tcp://[::1]:31337', /Did you mean gizmo:\/\/\[::1\]:31337\?$/],
    ['grpc+tls://db.example:1/', /Did you mean gizmo:\/\/db.example:1\?useEncryption=true\?$/],
    ['sales.duckdb', /^(?!.*Did you mean)/],
    ['ada:secret@db:1', /^(?!.*secret)This is no connection URI/],
    ['gizmo://', /malformed/],
    ['gizmo://h:99999', /malformed|1 to 65535/],
    ['gizmo://h:0', /1 to 65535/],
    ['gizmo://h/db', /has a path/],
    ['gizmo://h?useEncrypton=true', /Did you mean useEncryption/],
    ['gizmo://h?useEncryption=maybe', /true or false/],
  ])('refuses %s', (uri, message) => expect(() => parseConnectionUri(uri)).toThrow(message));

  test('never repeats a password', () => {
    expect(() => parseConnectionUri('gizmo://u:secret@h:port')).toThrow(/^(?!.*secret)/);
  });
});

describe('resolveConnection', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-cli-'));
  const pem = join(folder, 'x.pem');
  beforeAll(() => writeFileSync(pem, 'pem'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('names the place of SQL before it names a flag beside it', () =>
    expect(() => resolveConnection({ username: 'ann' }, 'select 1', {})).toThrow(/SQL goes after -c/));

  test('has defaults', () => {
    expect(resolveConnection({}, undefined, {})).toMatchObject({
      host: 'localhost',
      port: 31_337,
      username: undefined,
      tls: 'plain',
      connectTimeoutMs: 10_000,
    });
  });

  test('flags win over the environment, GIZMO_ over GIZMOSQL_', () => {
    const env = {
      GIZMO_HOST: 'a',
      GIZMOSQL_HOST: 'b',
      GIZMOSQL_PORT: '5',
      GIZMOSQL_USERNAME: 'bob',
      GIZMO_TLS: '1',
    };
    expect(resolveConnection({}, undefined, env)).toMatchObject({
      host: 'a',
      port: 5,
      username: 'bob',
      tls: { skipVerify: false },
    });
    expect(resolveConnection({ host: '[::1]', tls: false }, undefined, env)).toMatchObject({
      host: '::1',
      tls: 'off',
    });
  });

  test.each([
    ['localhost', 'plain'],
    ['127.0.0.1', 'plain'],
    ['[::1]', 'plain'],
    ['db.example', { skipVerify: false }],
    ['192.0.2.1', { skipVerify: false }],
    ['localhost.example', { skipVerify: false }],
  ])('without a word about TLS, %s gets %j', (host, tls) => {
    expect(resolveConnection({ host }, undefined, {}).tls).toEqual(tls);
    expect(resolveConnection({}, `gizmo://${host}`, {}).tls).toEqual(tls);
  });

  test.each<[ConnectionFlags, string | undefined, Record<string, string>]>([
    [{ 'tls-roots': pem }, undefined, {}],
    [{ 'tls-skip-verify': true }, undefined, {}],
    [{ 'tls-pin': 'ab' }, undefined, {}],
    [{ 'tls-server-name': 'db' }, undefined, {}],
    [{ 'mtls-cert': pem, 'mtls-key': pem }, undefined, {}],
    [{}, undefined, { GIZMO_MTLS_CERT: pem, GIZMO_MTLS_KEY: pem }],
    [{}, undefined, { GIZMO_TLS_ROOTS: pem }],
    [{}, undefined, { GIZMO_TLS_PIN: 'ab' }],
    [{}, undefined, { GIZMO_TLS_SERVER_NAME: 'db' }],
    [{}, undefined, { GIZMO_TLS_SKIP_VERIFY: '1' }],
    [{}, `gizmo://localhost?tlsRoots=${pem}`, {}],
    [{}, 'gizmo://localhost?tlsPin=ab', {}],
    [{}, `gizmo://localhost?mtlsCert=${pem}&mtlsKey=${pem}`, {}],
    [{}, 'gizmo://localhost?useEncryption=true', {}],
  ])('%j, %s and %j mean TLS, on loopback too', (flags, uri, env) => {
    expect(resolveConnection(flags, uri, env).tls).toMatchObject({ skipVerify: expect.any(Boolean) });
  });

  test('TLS is described by flags, URI and environment, in this order', () => {
    const env = { GIZMO_TLS_PIN: 'env', GIZMO_TLS_SERVER_NAME: 'env', GIZMOSQL_TLS_ROOTS: pem };
    const uri = 'gizmo://h?tlsPin=aa&mtlsCert=/no&mtlsKey=/no&tlsServerName=uri';
    const flags = { 'tls-pin': 'sha256//A;sha256//B, cc', 'mtls-cert': pem, 'mtls-key': pem };
    expect(resolveConnection(flags, uri, env).tls).toEqual({
      skipVerify: false,
      roots: Buffer.from('pem'),
      pins: ['sha256//A', 'sha256//B', 'cc'],
      serverName: 'uri',
      clientCertificate: { cert: Buffer.from('pem'), key: Buffer.from('pem'), keyPath: pem },
    });
  });

  test('what gizmo pki spki prints is what --tls-pin takes, both lines', () => {
    const tls = resolveConnection({ 'tls-pin': 'ab12\nsha256//A=\n' }, undefined, {}).tls;
    expect(tls).toMatchObject({ pins: ['ab12', 'sha256//A='] });
  });

  test('--plaintext is consent, whatever the environment says', () => {
    const env = { GIZMO_TLS: '1', GIZMO_TLS_ROOTS: '/no/such/file', GIZMO_MTLS_CERT: '/no' };
    expect(resolveConnection({ plaintext: true, host: 'db.example' }, undefined, env).tls).toBe('off');
    expect(resolveConnection({ plaintext: true }, 'gizmo://db.example', {}).tls).toBe('off');
  });

  test.each<[ConnectionFlags, string | undefined, RegExp]>([
    [{ 'mtls-cert': 'x' }, undefined, /belong together/],
    [
      { 'mtls-cert': 'x', 'mtls-key': 'y', 'tls-skip-verify': true },
      undefined,
      /cannot be combined.*--tls-roots <ca-or-self-signed-cert>\.pem/,
    ],
    [{ tls: false, 'tls-roots': 'x' }, undefined, /switched off, yet --tls-roots/],
    [{ tls: false, host: 'db.example' }, undefined, /on the way to db\.example.*Type --plaintext/],
    [{}, 'gizmosql://db.example?useEncryption=false', /Type --plaintext/],
    [{ plaintext: true, tls: true }, undefined, /--plaintext goes without TLS, which --tls asks for/],
    [{ plaintext: true }, 'gizmo://h?tlsPin=ab', /which --tls-pin asks for/],
    [{ plaintext: true, 'tls-skip-verify': true }, undefined, /which --tls-skip-verify asks for/],
    [{ 'tls-roots': '/no/such/file' }, undefined, /--tls-roots \/no\/such\/file: no such file/],
    [{ host: 'a' }, 'gizmo://b', /--host cannot be combined/],
    [
      { 'auth-type': 'kerberos' },
      undefined,
      /external for the login by an identity provider; not "kerberos"/,
    ],
    [{}, 'gizmo://b?authType=ldap', /not "ldap"/],
  ])('refuses %j with %s', (flags, uri, message) => {
    expect(() => resolveConnection(flags, uri, {})).toThrow(message);
  });

  test('TLS switched off by the environment is no consent', () => {
    expect(() => resolveConnection({ host: 'db.example' }, undefined, { GIZMO_TLS: '0' })).toThrow(
      /Type --plaintext/,
    );
    expect(resolveConnection({}, undefined, { GIZMO_TLS: '0' }).tls).toBe('off');
  });

  test('a URI in the environment gives way to flags', () => {
    const env = { GIZMO_URI: 'gizmo://a:7' };
    expect(resolveConnection({ port: 8 }, undefined, env)).toMatchObject({ host: 'a', port: 8 });
  });
});

describe('the environment', () => {
  test('an empty variable is not set', () => {
    expect(readSetting({ GIZMO_HOST: '', GIZMOSQL_HOST: 'x' }, 'HOST')).toBe('x');
  });

  test('switches are on, off, or refused', () => {
    expect(readSwitch({ GIZMO_TLS: 'Yes' }, 'TLS')).toBe(true);
    expect(readSwitch({ GIZMOSQL_TLS: '0' }, 'TLS')).toBe(false);
    expect(readSwitch({}, 'TLS')).toBeUndefined();
    expect(() => readSwitch({ GIZMO_TLS: 'si' }, 'TLS')).toThrow(/GIZMO_TLS is either true or false/);
  });
});
