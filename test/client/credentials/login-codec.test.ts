import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeLoginList,
  decodeSecrets,
  encodeLoginList,
  encodeSecrets,
} from '../../../src/client/credentials/login-codec.js';
import {
  LOGIN_METHODS,
  type LoginSummary,
  STORE_KINDS,
  type StoredLogin,
  serverName,
  TRUST_LEVELS,
} from '../../../src/client/credentials/stored-login.js';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const server = fc
  .tuple(fc.constantFrom('db.example', '127.0.0.1', '::1', 'Localhost'), fc.integer({ min: 1, max: 65_535 }))
  .map(([host, port]) => serverName(host, port));
const summary: fc.Arbitrary<LoginSummary> = fc.record(
  {
    name: text,
    server,
    method: fc.constantFrom(...LOGIN_METHODS),
    trust: fc.constantFrom(...TRUST_LEVELS),
    user: text,
    expiresAtS: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    store: fc.constantFrom(...STORE_KINDS),
    oidc: fc.record(
      {
        issuer: text,
        clientId: text,
        scopes: text,
        sends: fc.constantFrom('id' as const, 'access' as const),
        exchangedByServer: fc.boolean(),
        audience: text,
        redirectHost: text,
        redirectPort: fc.integer(),
      },
      { requiredKeys: ['issuer', 'clientId', 'scopes', 'sends', 'exchangedByServer'] },
    ),
    tls: fc.record(
      { roots: text, pins: text, serverName: text, cert: text, key: text },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['name', 'server', 'method', 'trust'] },
);

describe('the list of logins', () => {
  it('is the same after it was written and read', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(summary, { selector: ({ name }) => name, maxLength: 5 }),
        fc.option(text, { nil: undefined }),
        (logins, active) => {
          const list = active === undefined ? { logins } : { active, logins };
          expect(decodeLoginList(encodeLoginList(list))).toEqual(list);
        },
      ),
    );
  });

  const one = { name: 'a', server: 'a:1', method: 'token', trust: 'verified' };
  it.each([
    ['nothing', ''],
    ['a torn file', '{ "version": 1, "logins": ['],
    ['a later version', JSON.stringify({ version: 2, logins: [] })],
    ['no list', JSON.stringify({ version: 1, logins: {} })],
    ['a login without a server', JSON.stringify({ version: 1, logins: [{ ...one, server: undefined }] })],
    ['a server without a port', JSON.stringify({ version: 1, logins: [{ ...one, server: 'a' }] })],
    ['an unknown method', JSON.stringify({ version: 1, logins: [{ ...one, method: 'magic' }] })],
    ['an unknown trust', JSON.stringify({ version: 1, logins: [{ ...one, trust: 'some' }] })],
    ['an unknown store', JSON.stringify({ version: 1, logins: [{ ...one, store: 'cloud' }] })],
    ['a user that is no text', JSON.stringify({ version: 1, logins: [{ ...one, user: 1 }] })],
    ['half an OIDC login', JSON.stringify({ version: 1, logins: [{ ...one, oidc: { issuer: 'x' } }] })],
    ['a path that is no text', JSON.stringify({ version: 1, logins: [{ ...one, tls: { roots: [] } }] })],
    ['one name twice', JSON.stringify({ version: 1, logins: [one, one] })],
    ['an active one that is no name', JSON.stringify({ version: 1, active: 1, logins: [one] })],
  ])('%s is not read', (_what, file) => expect(decodeLoginList(file)).toBeUndefined());

  it('is read again where nothing is wrong with it', () =>
    expect(decodeLoginList(JSON.stringify({ version: 1, logins: [one] }))?.logins).toEqual([one]));
});

describe('the secrets of a login', () => {
  const secret = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4000 });
  it('are the same after they were written and read', () => {
    const secrets = fc.record(
      { token: secret, password: secret, refreshToken: secret },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(summary, secrets, (login, parts) => {
        const full: StoredLogin = { ...login, ...parts };
        const encoded = encodeSecrets(full);
        if (encoded === undefined) expect(parts).toEqual({});
        else expect(decodeSecrets(login, encoded)).toEqual(full);
      }),
    );
  });

  it('are for one server: those of another are not handed out', () => {
    const login: LoginSummary = { name: 'a', server: 'a.example:1', method: 'token', trust: 'verified' };
    const encoded = encodeSecrets({ ...login, token: 'secret' }) ?? '';
    expect(decodeSecrets({ ...login, server: 'b.example:1' }, encoded)).toBeUndefined();
    expect(decodeSecrets(login, `${encoded}x`)).toBeUndefined();
    expect(decodeSecrets(login, '{"server":"a.example:1","token":1}')).toBeUndefined();
  });
});
