/** Tokens of an identity provider: made here with real keys, which a server of loopback publishes. */
import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign as signWith } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { exportJWK, type JWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTokenStrategy } from '../../../src/server/auth/token.js';
import { parseToken, type RawTokenSettings } from '../../../src/server/config/parse-token.js';
import type { Principal } from '../../../src/server/model/principal.js';
import { basic, connectRaw } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const AUDIENCE = 'gizmo-test';
const NOW_S = Math.floor(Date.now() / 1000);
const folder = mkdtempSync(join(tmpdir(), 'gizmo-token-'));
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

/** The issuer: what it publishes, and how it behaves. */
let provider: Server;
let issuer: string;
let published: JWK[] = [];
let answer: 'well' | 'error' | 'never' | 'huge' | 'foreign' = 'well';
let fetches = 0;
const asked: string[] = [];
beforeAll(async () => {
  provider = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (answer === 'never') return;
    if (answer === 'error') return void response.writeHead(503).end();
    if (answer === 'huge') return void response.end(' '.repeat(2 * 1024 * 1024));
    response.setHeader('content-type', 'application/json');
    if (request.url?.startsWith('/.well-known/')) {
      const named = answer === 'foreign' ? 'https://elsewhere.example' : issuer;
      return void response.end(JSON.stringify({ issuer: named, jwks_uri: `${issuer}/keys` }));
    }
    fetches++;
    response.end(JSON.stringify({ keys: published }));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
});
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  answer = 'well';
});

async function publish(keys: Readonly<Record<string, KeyObject>>): Promise<void> {
  published = await Promise.all(
    Object.entries(keys).map(async ([kid, key]) => ({ ...(await exportJWK(key)), kid, use: 'sig' })),
  );
}

type Claims = Readonly<Record<string, unknown>>;
const GOOD: Claims = { sub: 'ann', role: 'user', exp: NOW_S + 600, aud: AUDIENCE };

function sign(
  claims: Claims = GOOD,
  { key = ec.privateKey, alg = 'ES256', kid = 'ec' } = {},
): Promise<string> {
  return new SignJWT({ iss: issuer, ...claims }).setProtectedHeader({ alg, kid }).sign(key);
}

/** A strategy with the issuer's static key, or with what it publishes. */
function strategy(raw: RawTokenSettings = {}, pem: string | null = pemOf(ec.publicKey), nowMs = Date.now) {
  const keyFile = join(folder, 'issuer.pem');
  if (pem !== null) writeFileSync(keyFile, pem);
  const config = parseToken({
    'token-allowed-issuer': issuer,
    'token-allowed-audience': AUDIENCE,
    ...(pem !== null && { 'token-signature-verify-cert-path': keyFile }),
    ...raw,
  });
  if (config === undefined) throw new Error('not configured');
  const reasons: string[] = [];
  const made = createTokenStrategy(config, nowMs, (reason) => reasons.push(reason));
  return {
    reasons,
    bearer: async (token: string): Promise<Principal | undefined> =>
      made.authenticate({ kind: 'bearer', token }, '127.0.0.1'),
    password: async (token: string, username = 'token'): Promise<Principal | undefined> =>
      made.authenticate({ kind: 'basic', username, password: token }, '127.0.0.1'),
  };
}

describe('a token of the issuer', () => {
  it('limits its bearer to catalogs, and an administrator that it limits is none', async () => {
    const { bearer } = strategy();
    const rules = [
      { catalog: 'production', access: 'read' },
      { catalog: '*', access: 'none' },
    ];
    for (const [claims, expected] of [
      [{ catalog_access: rules }, { role: 'user', catalogAccess: rules }],
      [{ catalog_access: [] }, { role: 'user', catalogAccess: [] }],
      [
        { role: 'admin', catalog_access: rules },
        { role: 'user', catalogAccess: rules },
      ],
      [
        { role: 'readonly', catalog_access: rules },
        { role: 'readonly', catalogAccess: rules },
      ],
      [{ role: 'admin', catalog_access: [{ catalog: '*', access: 'write' }] }, { role: 'admin' }],
    ] as const) {
      const principal = await bearer(await sign({ ...GOOD, ...claims }));
      const { origin, ...shown } = principal ?? {};
      expect(shown).toEqual({ name: 'ann', method: 'token', ...expected });
      expect(origin).toMatchObject({ kind: 'issued' });
    }
  });

  it('is a login as Bearer and as the password of the user token, and of nobody else', async () => {
    const { bearer, password } = strategy();
    const expected = { name: 'ann', role: 'user', method: 'token' };
    expect(await bearer(await sign())).toMatchObject(expected);
    expect(await password(await sign())).toMatchObject(expected);
    expect(await password(await sign(), 'ann')).toBeUndefined();
    expect(await bearer('gzs_something')).toBeUndefined();
  });

  it.each([
    ['RS256', rsa],
    ['PS512', rsa],
    ['ES256', ec],
    ['EdDSA', ed],
  ] as const)('signed by %s is proved by its public key', async (alg, { publicKey, privateKey }) => {
    const { bearer } = strategy({}, pemOf(publicKey));
    expect(await bearer(await sign(GOOD, { key: privateKey, alg }))).toMatchObject({ name: 'ann' });
  });

  const WRONG: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
    ['of another key', () => sign(GOOD, { key: stranger.privateKey }), /not valid here/],
    ['of another issuer', () => sign({ ...GOOD, iss: 'https://elsewhere.example' }), /not of the issuer/],
    ['whose issuer only begins alike', () => sign({ ...GOOD, iss: `${issuer}/` }), /not of the issuer/],
    ['without issuer', () => sign({ ...GOOD, iss: undefined }), /not of the issuer|not valid/],
    ['for another audience', () => sign({ ...GOOD, aud: ['other', 'another'] }), /audience/],
    ['without audience', () => sign({ ...GOOD, aud: undefined }), /audience/],
    ['that has expired', () => sign({ ...GOOD, exp: NOW_S - 61 }), /expired/],
    ['without end', () => sign({ ...GOOD, exp: undefined }), /"exp"/],
    ['of the future', () => sign({ ...GOOD, nbf: NOW_S + 120 }), /not valid yet/],
    ['of nobody', () => sign({ ...GOOD, sub: undefined }), /neither "sub"/],
    ['whose name has control characters', () => sign({ ...GOOD, sub: 'a\nb' }), /control characters/],
    ['whose name looks like another', () => sign({ ...GOOD, sub: 'ann\u200b' }), /control characters/],
    ...[5, ['ann'], {}, null].map(
      (sub) =>
        [
          `whose name is ${JSON.stringify(sub)}`,
          () => sign({ ...GOOD, sub }),
          /control characters|not valid here/,
        ] as const,
    ),
    ['that ends later than any time', () => sign({ ...GOOD, exp: 1e300 }), /no time/],
    ['that tells of a logout', () => sign({ ...GOOD, events: { logout: {} } }), /no login/],
    ['of an unknown role', () => sign({ ...GOOD, role: 'root' }), /none of admin/],
    ['whose role is a list', () => sign({ ...GOOD, role: ['admin'] }), /none of admin/],
    ['without role', () => sign({ ...GOOD, role: undefined }), /no "role" claim/],
    ...[
      null,
      'production',
      { catalog: 'a', access: 'read' },
      [{ catalog: 'a', access: 'READ' }],
      [{ catalog: 'a', access: 'admin' }],
      [{ catalog: 'a' }],
      [{ access: 'read' }],
      [{ catalog: '', access: 'read' }],
      [{ catalog: ['a'], access: 'read' }],
      [{ catalog: 'a', access: 'read', schema: 'x' }],
      [{ catalog: '*', access: 'write' }, 'a'],
      [[{ catalog: 'a', access: 'read' }]],
    ].map(
      (claim) =>
        [
          `with ${JSON.stringify(claim)} as catalog_access`,
          () => sign({ ...GOOD, catalog_access: claim }),
          /"catalog_access"/,
        ] as const,
    ),
    [
      'whose address is not verified',
      () => sign({ ...GOOD, email: 'a@b.example', email_verified: false }),
      /not verified/,
    ],
    ['whose address is no text', () => sign({ ...GOOD, email: ['a@b.example'] }), /no text/],
    [
      'that was changed',
      async () =>
        `${(await sign()).split('.')[0]}.${(await sign({ ...GOOD, role: 'admin' })).split('.')[1]}.${(await sign()).split('.')[2]}`,
      /not valid here/,
    ],
    ['cut short', async () => (await sign()).slice(0, -10), /not valid here/],
    ['that is none', async () => 'a.b.c', /not valid here/],
  ];
  it.each(WRONG)('%s is refused', async (_, make, sentence) => {
    const { bearer } = strategy();
    await expect(bearer(await make())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(sentence),
    });
  });

  it('cannot choose how it is read: no "none", and no public key taken for a shared secret', async () => {
    const pem = pemOf(rsa.publicKey);
    const { bearer } = strategy({}, pem);
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = encode({ iss: issuer, ...GOOD, role: 'admin' });
    const unsigned = `${encode({ alg: 'none' })}.${body}.`;
    const head = `${encode({ alg: 'HS256' })}.${body}`;
    const forged = `${head}.${createHmac('sha256', pem).update(head).digest('base64url')}`;
    for (const token of [unsigned, forged]) await expect(bearer(token)).rejects.toThrow(/not valid here/);
  });

  it('ends when it expires, also where it has been seen before', async () => {
    let nowMs = Date.now();
    const { bearer } = strategy({}, pemOf(ec.publicKey), () => nowMs);
    const token = await sign();
    await bearer(token);
    nowMs += 11 * 60 * 1000;
    await expect(bearer(token)).rejects.toThrow(/expired/);
  });
});

describe('whose tokens are accepted, and as what', () => {
  it.each([
    ['*@example.com', 'Ann@Example.com', true],
    ['*@example.com', 'ann@example.com.evil.example', false],
    ['*@example.com', 'ann@notexample.com', false],
    ['ann@example.com, bob@x.example', 'bob@x.example', true],
    ['ann@example.com', 'xann@example.com', false],
    ['*', 'anybody@anywhere.example', true],
    ['*@example.com', undefined, false],
  ] as const)('%s: %s %s', async (patterns, email, accepted) => {
    const { bearer } = strategy({ 'token-authorized-emails': patterns });
    const login = bearer(await sign({ ...GOOD, email }));
    if (accepted) expect(await login).toMatchObject({ name: email });
    else
      await expect(login).rejects.toThrow(
        `User '${email ?? 'ann'}' is not authorized. Contact your administrator.`,
      );
  });

  it('a role by the claim, else by the first mapping that fits, else the default', async () => {
    const { bearer } = strategy({
      'token-role-mapping': ['groups:admins=admin', 'groups:team:a=user'],
      'token-default-role': 'readonly',
    });
    const roleOf = async (claims: Claims): Promise<string | undefined> =>
      (await bearer(await sign({ ...GOOD, role: undefined, ...claims })))?.role;
    expect(await roleOf({ role: 'user', groups: ['admins'] })).toBe('user');
    expect(await roleOf({ groups: ['x', 'team:a'] })).toBe('user');
    expect(await roleOf({ groups: 'admins' })).toBe('admin');
    expect(await roleOf({ groups: { admins: true } })).toBe('readonly');
    expect(await roleOf({})).toBe('readonly');
    const quoted = strategy({ 'token-role-mapping': ['"cognito:groups":team:a=user'] });
    const claims = { ...GOOD, role: undefined, 'cognito:groups': ['team:a'] };
    expect(await quoted.bearer(await sign(claims))).toMatchObject({ role: 'user' });
  });
});

describe("the issuer's published keys", () => {
  it('are found through its metadata, and anew when a key is new', async () => {
    await publish({ ec: ec.publicKey });
    const { bearer } = strategy({ 'token-jwks-uri': `${issuer}/keys` }, null);
    const discovered = strategy({}, null);
    expect(await bearer(await sign())).toMatchObject({ name: 'ann' });
    expect(await discovered.bearer(await sign())).toMatchObject({ name: 'ann' });
    const before = fetches;
    expect(await bearer(await sign({ ...GOOD, sub: 'bob' }))).toMatchObject({ name: 'bob' });
    expect(fetches).toBe(before);
    await expect(bearer(await sign(GOOD, { key: stranger.privateKey, kid: 'unknown' }))).rejects.toThrow(
      /not valid/,
    );
  });

  it('are not where a token says, nor what it brings', async () => {
    await publish({ ec: ec.publicKey });
    const brought = { ...(await exportJWK(stranger.publicKey)), kid: 'mine', alg: 'ES256' };
    const headers = [
      { kid: '../../../etc/passwd' },
      { kid: "' union select 'key" },
      { kid: 'ec\0' },
      { kid: `${issuer}/keys` },
      { kid: 'x'.repeat(10_000) },
      { kid: 'mine', jwk: brought },
      { kid: 'mine', jku: `${issuer}/attacker` },
      { kid: 'ec', jku: `${issuer}/attacker`, x5u: `${issuer}/attacker` },
      { kid: 'ec', crit: ['exp'], exp: 1 },
    ];
    const { bearer } = strategy({}, null);
    expect(await bearer(await sign())).toMatchObject({ name: 'ann' });
    for (const header of headers) {
      const token = await new SignJWT({ iss: issuer, ...GOOD })
        .setProtectedHeader({ alg: 'ES256', ...header })
        .sign(stranger.privateKey, { crit: { exp: true } });
      await expect(bearer(token)).rejects.toThrow(/not valid here/);
    }
    expect(asked).not.toContain('/attacker');
  });

  it('that are too short prove nothing, which the operator is told', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    await publish({ short: short.publicKey });
    const { bearer, reasons } = strategy({}, null);
    const input = (await sign(GOOD, { key: rsa.privateKey, alg: 'RS256', kid: 'short' }))
      .split('.')
      .slice(0, 2)
      .join('.');
    const signature = signWith('sha256', Buffer.from(input), short.privateKey).toString('base64url');
    await expect(bearer(`${input}.${signature}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(reasons.join()).toContain('2048');
  });

  it('with a secret among them prove nothing by it', async () => {
    published = [
      {
        kty: 'oct',
        k: Buffer.from('secret secret secret secret secret').toString('base64url'),
        kid: 'oct',
        alg: 'HS256',
      },
    ];
    const { bearer } = strategy({}, null);
    const token = await new SignJWT({ iss: issuer, ...GOOD })
      .setProtectedHeader({ alg: 'HS256', kid: 'oct' })
      .sign(Buffer.from('secret secret secret secret secret'));
    await expect(bearer(token)).rejects.toThrow(/not valid here/);
  });

  it.each(['error', 'huge', 'foreign'] as const)(
    'that cannot be had (%s) let nobody in, and everybody again when they can',
    async (how) => {
      await publish({ ec: ec.publicKey });
      answer = how;
      const { bearer, reasons } = strategy({}, null);
      await expect(bearer(await sign())).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        message: expect.stringMatching(/cannot be checked/),
      });
      expect(reasons).toHaveLength(1);
      answer = 'well';
      expect(await bearer(await sign())).toMatchObject({ name: 'ann' });
    },
  );
});

describe('settings of tokens', () => {
  const parse = (raw: RawTokenSettings) => () => parseToken(raw);
  const both = { 'token-allowed-issuer': 'https://idp.example', 'token-allowed-audience': 'x' };
  it.each([
    [{ 'token-allowed-issuer': 'https://idp.example' }, /--token-allowed-audience/],
    [{ 'token-default-role': 'user' }, /--token-default-role needs/],
    [{ ...both, 'token-allowed-issuer': 'http://idp.example' }, /https/],
    [{ ...both, 'token-jwks-uri': 'http://idp.example/keys' }, /https/],
    [{ ...both, 'token-default-role': 'root' }, /admin, user or readonly/],
    [{ ...both, 'token-role-mapping': ['groups=admin'] }, /CLAIM:VALUE=ROLE/],
    [{ ...both, 'token-role-mapping': ['"cognito:groups=admin'] }, /in quotes/],
    [{ ...both, 'token-authorized-emails': ' , ' }, /let nobody in/],
    [{ ...both, 'token-authorized-emails': 'a*b@x.example' }, /beginning/],
    [{ ...both, 'token-allowed-issuer': 'gizmo' }, /server's own/],
  ])('%j are refused', (raw, sentence) => {
    expect(parse(raw)).toThrow(sentence);
  });
});

describe('over the wire', () => {
  it('a token opens a session by handshake and on every call, with its role enforced', async () => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, pemOf(ec.publicKey));
    const server = await startTestServer({
      'token-allowed-issuer': issuer,
      'token-allowed-audience': AUDIENCE,
      'token-signature-verify-cert-path': file,
    });
    const { port } = server.address;
    const reader = await sign({ ...GOOD, role: 'readonly', jti: randomUUID() });
    const dial = connectRaw(port);
    const { headers } = await dial.handshake({ authorization: basic('token', reader) });
    const session = connectRaw(port, { authorization: String(headers?.get('authorization')[0]) });
    const each = connectRaw(port, { authorization: `Bearer ${reader}` });
    const password = connectRaw(port, { authorization: basic() });
    for (const client of [session, each]) {
      expect(await client.rows('select 1')).toEqual([[1]]);
      await expect(client.rows('create table x (a integer)')).rejects.toMatchObject({
        code: status.PERMISSION_DENIED,
      });
    }
    expect(await password.rows('select 2')).toEqual([[2]]);
    await expect(dial.handshake({ authorization: basic('token', 'nonsense') })).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    for (const client of [dial, session, each, password]) client.close();
    await server.stop();
  });
});
