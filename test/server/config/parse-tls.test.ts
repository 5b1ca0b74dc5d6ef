import { describe, expect, it } from 'vitest';
import { parseConfig, type RawServerSettings } from '../../../src/server/config/parse-config.js';

const PIN = 'ab'.repeat(32);
const mtls: RawServerSettings = { tls: ['c', 'k'], 'mtls-ca-cert-filename': 'ca' };
const parse = (raw: RawServerSettings) => parseConfig(raw, {});

describe('TLS settings', () => {
  it('are off by default, and of version 1.3 when on', () => {
    expect(parse({}).tls).toBeUndefined();
    expect(parse({ tls: ['c', 'k'] }).tls).toEqual({
      identity: { kind: 'files', certFile: 'c', keyFile: 'k' },
      minVersion: 'TLSv1.3',
      clients: undefined,
    });
    expect(parse({ tls: ['auto'], 'pki-directory': 'd' }).tls?.identity).toEqual({
      kind: 'auto',
      directory: 'd',
    });
  });

  it('name files that SQL may not replace: whoever writes the CA says who everybody is', () => {
    const { own } = parse({ ...mtls, 'mtls-crl-filename': 'crl' }).files.rules;
    expect(own).toEqual(['c', 'k', 'ca', 'crl']);
  });

  it('are enough to listen beyond loopback', () => {
    expect(parse({ hostname: '0.0.0.0', tls: ['c', 'k'] })).toMatchObject({
      hostname: '0.0.0.0',
      allowInsecure: false,
    });
  });

  it.each([
    ['1.2', 'TLSv1.2'],
    ['TLSv1.3', 'TLSv1.3'],
  ])('take %s for a version', (text, version) => {
    expect(parse({ tls: ['auto'], 'tls-min-version': text }).tls?.minVersion).toBe(version);
  });

  it.each<[string, RawServerSettings, RegExp]>([
    ['a certificate without its key', { tls: ['c'] }, /--tls CERT KEY/],
    ['three files', { tls: ['c', 'k', 'x'] }, /--tls CERT KEY/],
    ['an old version', { tls: ['auto'], 'tls-min-version': '1.1' }, /1\.2 or 1\.3/],
    ['a version without TLS', { 'tls-min-version': '1.2' }, /needs --tls/],
    ['client certificates without TLS', { 'mtls-ca-cert-filename': 'ca' }, /add --tls/],
    ['principals without a CA', { tls: ['auto'], 'mtls-principal': ['a=cn:a'] }, /--mtls-ca-cert-filename/],
    ['a list without a CA', { tls: ['auto'], 'mtls-crl-filename': 'crl' }, /--mtls-ca-cert-filename/],
    ['certificates only, without a CA', { tls: ['auto'], auth: 'mtls' }, /--mtls-ca-cert-filename/],
    ['certificates only, of nobody', { ...mtls, auth: 'mtls' }, /nobody is named.*--mtls-principal/],
    ['a way in that is none', { ...mtls, auth: 'magic' }, /mtls, password and token/],
    ['no way in', { ...mtls, auth: '' }, /mtls, password and token/],
    ['a password that is not there', { auth: 'password' }, /GIZMO_PASSWORD/],
    [
      'principals that --auth leaves out',
      { ...mtls, password: 'x', auth: 'password', 'mtls-principal': ['a=cn:a'] },
      /of no use/,
    ],
    ['a word for stale lists', { ...mtls, 'mtls-crl-filename': 'l', 'crl-stale': 'maybe' }, /refuse or warn/],
    ['stale lists without lists', { ...mtls, 'crl-stale': 'warn' }, /--mtls-crl-filename/],
    ['a role without principals', { ...mtls, 'mtls-default-role': 'user' }, /needs --mtls-principal/],
    [
      'an unknown default role',
      { ...mtls, 'mtls-principal': ['a=cn:a'], 'mtls-default-role': 'root' },
      /"root"/,
    ],
  ])('refuse %s and name the fix', (_, raw, sentence) => {
    expect(() => parse(raw)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(sentence) }),
    );
  });
});

describe('--mtls-principal', () => {
  const principals = (...texts: string[]) =>
    parse({ ...mtls, 'mtls-principal': texts }).tls?.clients?.principals;

  it.each([
    ['ann=cn:ann', { name: 'ann', role: 'readonly', by: 'cn', value: 'ann' }],
    ['ann=cn:Doe, Ann,role=admin', { name: 'ann', role: 'admin', by: 'cn', value: 'Doe, Ann' }],
    ['a@b.c=cn:x=y:z', { name: 'a@b.c', role: 'readonly', by: 'cn', value: 'x=y:z' }],
    [`etl=spki:${PIN.toUpperCase()},role=user`, { name: 'etl', role: 'user', by: 'spki', value: PIN }],
    [
      `etl=spki:sha256//${Buffer.from(PIN, 'hex').toString('base64')}`,
      { name: 'etl', role: 'readonly', by: 'spki', value: PIN },
    ],
  ])('%s', (text, mapping) => {
    expect(principals(text)).toEqual([mapping]);
  });

  it.each([
    ['ann', /NAME=cn:X/],
    ['=cn:ann', /NAME=cn:X/],
    ['ann=cn:', /NAME=cn:X/],
    ['ann=dn:ann', /NAME=cn:X/],
    ['ann=cn:ann,role=root', /the roles are admin, user and readonly/],
    ['ann=cn:ann,role=admin,role=user', /NAME=cn:X/],
    ['ann=spki:abc', /64 hex digits/],
    ['a:b=cn:x', /without ':'/],
    ['token=cn:x', /not "token"/],
    ['a\nb=cn:x', /control characters/],
  ])('%j is refused', (text, sentence) => {
    expect(() => principals(text)).toThrow(sentence);
  });

  it('names one principal for each certificate, and may name one by several', () => {
    expect(() => principals('ann=cn:x', 'ben=cn:x')).toThrow(/ann and ben both have cn:x/);
    expect(() => principals(`ann=spki:${PIN}`, `ann=spki:${PIN.toUpperCase()}`)).toThrow(/both have/);
    expect(principals('ann=cn:x', 'ann=cn:y')).toHaveLength(2);
  });
});

describe('the ways in', () => {
  const principal = { ...mtls, 'mtls-principal': ['a=cn:a'] };
  it.each<[string, RawServerSettings, object, boolean | undefined]>([
    [
      'nothing configured',
      {},
      { password: false, certificate: false, token: false, startupToken: true, users: true, apiTokens: true },
      undefined,
    ],
    [
      'a password',
      { password: 'x' },
      { password: true, certificate: false, token: false, startupToken: false, users: true, apiTokens: true },
      undefined,
    ],
    [
      'a gate and a password',
      { ...mtls, password: 'x' },
      { password: true, certificate: false, token: false, startupToken: false, users: true, apiTokens: true },
      true,
    ],
    [
      'a gate and nothing else',
      mtls,
      { password: false, certificate: false, token: false, startupToken: true, users: true, apiTokens: true },
      true,
    ],
    [
      'principals',
      principal,
      { password: false, certificate: true, token: false, startupToken: false, users: true, apiTokens: true },
      true,
    ],
    [
      'principals and a password',
      { ...principal, password: 'x' },
      { password: true, certificate: true, token: false, startupToken: false, users: true, apiTokens: true },
      false,
    ],
    [
      '--auth mtls beside a password',
      { ...principal, password: 'x', auth: 'mtls' },
      {
        password: false,
        certificate: true,
        token: false,
        startupToken: false,
        users: false,
        apiTokens: false,
      },
      true,
    ],
    [
      '--auth mtls,password',
      { ...principal, password: 'x', auth: 'MTLS, password' },
      { password: true, certificate: true, token: false, startupToken: false, users: true, apiTokens: false },
      false,
    ],
  ])('with %s', (_, raw, ways, required) => {
    const config = parse(raw);
    expect(config.ways).toEqual(ways);
    expect(config.tls?.clients?.required).toBe(required);
  });
});
