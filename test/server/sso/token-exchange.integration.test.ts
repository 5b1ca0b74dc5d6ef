/** Codes for tokens by the server's own secret, with a real OpenID provider on one side and strangers on the other. */
import { status } from '@grpc/grpc-js';
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EXCHANGE_ACTION, REFRESH_ACTION } from '../../../src/flight/login/code-exchange.js';
import { decodeLoginSettings } from '../../../src/flight/login/login-settings.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import {
  CLIENT_SECRET,
  CONFIDENTIAL_CLIENT,
  type OpenIdProvider,
  PUBLIC_CLIENT,
  signIn,
  startOpenIdProvider,
} from '../../support/openid-provider.js';
import { basic, connectRaw, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const REDIRECT = 'http://127.0.0.1:4711/callback';

let provider: OpenIdProvider;
let server: RunningServer;
let stranger: RawClient;
beforeAll(async () => {
  provider = await startOpenIdProvider();
  server = await startTestServer({
    'token-allowed-issuer': provider.issuer,
    'token-default-role': 'readonly',
    'oauth-client-id': CONFIDENTIAL_CLIENT,
    'oauth-client-secret': CLIENT_SECRET,
  });
  stranger = connectRaw(server.address.port);
});
afterAll(async () => {
  stranger.close();
  await server.stop();
  provider.stop();
});
afterEach(() => provider.behave('well'));

/** A login up to the code in the redirect. */
async function code(login = 'ada'): Promise<{ code: string; codeVerifier: string; redirectUri: string }> {
  const codeVerifier = randomPKCECodeVerifier();
  const url = new URL(`${provider.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: CONFIDENTIAL_CLIENT,
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: REDIRECT,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    nonce: 'a nonce of the client',
    state: 'a state of the client',
  }).toString();
  const back = await signIn(url, login);
  return { code: back?.searchParams.get('code') ?? '', codeVerifier, redirectUri: REDIRECT };
}

const exchange = async (body: unknown, type = EXCHANGE_ACTION, client = stranger) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const [result = ''] = await client.action(type, Buffer.from(text));
  return JSON.parse(Buffer.from(result).toString()) as Record<string, unknown>;
};
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { code: number; details: string }) => `${status[error.code]}: ${error.details}`,
  );

describe('what a server tells strangers', () => {
  it('is how one logs in, and no secret', async () => {
    const { headers, trailers, responses } = await stranger.handshake({
      authorization: basic('__discover__', ''),
    });
    const text = Buffer.from(responses[0]?.payload ?? []).toString();
    expect(decodeLoginSettings(text)).toEqual({
      methods: ['password', 'token', 'external'],
      oauth: {
        issuer: provider.issuer,
        clientId: CONFIDENTIAL_CLIENT,
        audience: CONFIDENTIAL_CLIENT,
        scopes: 'openid profile email',
        exchangedByServer: true,
        redirectHost: '127.0.0.1',
        redirectPort: 0,
      },
    });
    expect(headers?.get('x-gizmo-login')).toEqual([text]);
    expect(text).not.toContain(CLIENT_SECRET);
    for (const metadata of [headers, trailers]) {
      expect(metadata?.get('authorization')).toEqual([]);
      expect(metadata?.get('set-cookie')).toEqual([]);
    }
  });
  it('logs nobody in under that name', async () => {
    expect(await refusal(stranger.handshake({ authorization: basic('__discover__', 'x') }))).toMatch(
      /^UNAUTHENTICATED/,
    );
    const bold = connectRaw(server.address.port, { authorization: basic('__discover__', '') });
    expect(await refusal(bold.query('select 1'))).toMatch(/^UNAUTHENTICATED/);
    bold.close();
  });
});

describe('the exchange of a code', () => {
  it('gives the tokens of a login, and the ID token is a login', async () => {
    const tokens = await exchange(await code());
    expect(Object.keys(tokens).sort()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'refresh_token',
      'scope',
      'token_type',
    ]);
    const ada = connectRaw(server.address.port, { authorization: `Bearer ${tokens.id_token}` });
    expect(await ada.rows('select 42 as n')).toEqual([[42]]);
    ada.close();
  });
  it('works for somebody who is logged in as well', async () => {
    const ann = connectRaw(server.address.port, { authorization: basic() });
    expect(await exchange(await code(), EXCHANGE_ACTION, ann)).toHaveProperty('id_token');
    ann.close();
  });
  it('gives nothing for a stolen code without its verifier', async () => {
    const stolen = { ...(await code()), codeVerifier: randomPKCECodeVerifier() };
    expect(await refusal(exchange(stolen))).toMatch(/^UNAUTHENTICATED: .*refuses: invalid_grant/);
  });
  it('gives nothing for a code that was used', async () => {
    const used = await code();
    await exchange(used);
    expect(await refusal(exchange(used))).toMatch(/^UNAUTHENTICATED: .*invalid_grant/);
  });
  it.each([
    ['https://attacker.example/callback'],
    ['http://attacker.example:4711/callback'],
    ['http://127.0.0.1.attacker.example/callback'],
    ['http://127.0.0.1:4711@attacker.example/callback'],
    ['http://127.0.0.1:4711/callback?to=https://attacker.example'],
    ['http://127.0.0.1:4711/elsewhere'],
    ['http://[::2]:4711/callback'],
    ['http://localhost\n.attacker.example/callback'],
  ])('sends nothing to the provider for the redirect URI %j', async (redirectUri) => {
    const before = provider.tokenRequests();
    expect(await refusal(exchange({ ...(await code()), redirectUri }))).toMatch(/^INVALID_ARGUMENT/);
    expect(provider.tokenRequests()).toBe(before);
  });
  it.each([
    ['no JSON', 'code=1'],
    ['no object', '[1]'],
    ['nothing', ''],
    ['no verifier', { code: 'x', redirectUri: REDIRECT }],
    ['a short verifier', { code: 'x', codeVerifier: 'short', redirectUri: REDIRECT }],
    ['a code of another type', { code: 1, codeVerifier: 'v'.repeat(43), redirectUri: REDIRECT }],
    ['a huge code', { code: 'x'.repeat(20_000), codeVerifier: 'v'.repeat(43), redirectUri: REDIRECT }],
  ])('refuses a body with %s', async (_, body) => {
    expect(await refusal(exchange(body))).toMatch(/^INVALID_ARGUMENT/);
  });
  it('refuses a body that is larger than any code before it is read', async () => {
    expect(await refusal(exchange('x'.repeat(100_000)))).toMatch(/^RESOURCE_EXHAUSTED/);
  });
  it.each(['error', 'never'] as const)('says that the provider cannot be reached (%s)', async (how) => {
    const good = await code();
    const fresh = await startTestServer({
      'token-allowed-issuer': provider.issuer,
      'oauth-client-id': CONFIDENTIAL_CLIENT,
      'oauth-client-secret': CLIENT_SECRET,
    });
    const client = connectRaw(fresh.address.port);
    provider.behave(how);
    expect(await refusal(exchange(good, EXCHANGE_ACTION, client))).toMatch(
      /^UNAVAILABLE: .* cannot be reached/,
    );
    provider.behave('well');
    // It is asked again, and not remembered as gone.
    expect(await exchange(good, EXCHANGE_ACTION, client)).toHaveProperty('id_token');
    client.close();
    await fresh.stop();
  });
});

describe('the exchange of a refresh token', () => {
  it('gives new tokens, and the old refresh token is used up', async () => {
    const { refresh_token: refreshToken } = await exchange(await code());
    const renewed = await exchange({ refreshToken }, REFRESH_ACTION);
    expect(renewed).toHaveProperty('id_token');
    expect(renewed.refresh_token).not.toBe(refreshToken);
    expect(await refusal(exchange({ refreshToken }, REFRESH_ACTION))).toMatch(
      /^UNAUTHENTICATED: .*invalid_grant/,
    );
  });
});

describe('a stranger', () => {
  it.each([
    'CreatePreparedStatement',
    'CloseSession',
    'BeginTransaction',
    'GetSessionOptions',
    'nonsense',
    '',
  ])('may not do the action %j', async (type) => {
    expect(await refusal(stranger.action(type))).toMatch(/^UNAUTHENTICATED/);
  });
  it('may call nothing else', async () => {
    expect(await refusal(stranger.query('select 1'))).toMatch(/^UNAUTHENTICATED/);
    expect(await refusal(stranger.actions())).toMatch(/^UNAUTHENTICATED/);
  });
  it('is refused with a credential that is wrong', async () => {
    const liar = connectRaw(server.address.port, { authorization: basic('ann', 'wrong') });
    expect(await refusal(exchange(await code(), EXCHANGE_ACTION, liar))).toMatch(/^UNAUTHENTICATED: Invalid/);
    liar.close();
  });
  it('finds no such action where clients have no need of it', async () => {
    const open = await startTestServer({
      'token-allowed-issuer': provider.issuer,
      'oauth-client-id': PUBLIC_CLIENT,
    });
    const client = connectRaw(open.address.port);
    const ann = connectRaw(open.address.port, { authorization: basic() });
    expect(await refusal(exchange({}, EXCHANGE_ACTION, client))).toMatch(/^UNAUTHENTICATED: No credential/);
    expect(await refusal(exchange({}, EXCHANGE_ACTION, ann))).toMatch(/^UNIMPLEMENTED/);
    client.close();
    ann.close();
    await open.stop();
  });
  // Last: the address of the tests is used up by it.
  it('is told to wait after many requests, and everybody else goes on', async () => {
    const wrong = { code: 'guess', codeVerifier: 'v'.repeat(43), redirectUri: REDIRECT };
    const answers = await Promise.all(Array.from({ length: 60 }, () => refusal(exchange(wrong))));
    expect(answers.filter((it) => it.startsWith('RESOURCE_EXHAUSTED')).length).toBeGreaterThanOrEqual(30);
    const ann = connectRaw(server.address.port, { authorization: basic() });
    expect(await ann.rows('select 1')).toEqual([[1]]);
    ann.close();
  });
});
