/** Sessions that end by themselves: after a time, or with the token that opened them. */

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { SignJWT } from 'jose';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { RawServerSettings } from '../../../src/server/config/parse-config.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { basic, connectRaw, logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-ends-'));
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keyFile = join(folder, 'key.pem');
writeFileSync(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
const TOKENS = {
  'token-allowed-issuer': 'https://idp.example',
  'token-allowed-audience': 'gizmo',
  'token-signature-verify-cert-path': keyFile,
};
const ENDLESS = 'select count(*) from range(1000000) a, range(1000000) b';

let server: RunningServer;
const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = async (settings: RawServerSettings) => {
  server = await startTestServer(settings);
};
const connect = (authorization: string) => {
  const client = connectRaw(server.address.port, { authorization });
  clients.push(client);
  return client;
};
/** A token that ends so many seconds from now. */
const jwt = (seconds: number) =>
  new SignJWT({ role: 'readonly' })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer('https://idp.example')
    .setAudience('gizmo')
    .setSubject('ida')
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(privateKey);

describe('--session-max-lifetime', () => {
  it('ends a session and what runs in it, and its token is good for no other', async () => {
    await start({ 'session-max-lifetime': 5 });
    const client = await logIn(server.address.port);
    clients.push(client);
    const ended = {
      code: status.UNAUTHENTICATED,
      details: expect.stringMatching(/has lasted 5 s, the most/),
    };
    await expect(client.rows(ENDLESS)).rejects.toMatchObject(ended);
    await expect(client.rows('select 1')).rejects.toMatchObject(ended);
    expect(await connect(basic()).rows('select 1')).toEqual([[1]]);
  });
});

describe('a session opened with a token of an identity provider', () => {
  it('ends with that under --session-follow-token, with what runs in it', async () => {
    await start({ ...TOKENS, 'session-follow-token': true });
    const { headers } = await connect(`Bearer ${await jwt(2)}`).handshake({});
    const cookie = String(headers?.get('set-cookie')[0]).split('=')[1];
    const session = connect(`Bearer ${cookie}`);
    const ended = { code: status.UNAUTHENTICATED, details: expect.stringMatching(/--session-follow-token/) };
    await expect(session.rows(ENDLESS)).rejects.toMatchObject(ended);
    await expect(session.rows('select 1')).rejects.toMatchObject(ended);
  });

  it('goes on where its client sends a fresh one in time', async () => {
    await start({ ...TOKENS, 'session-follow-token': true });
    const headers = { authorization: `Bearer ${await jwt(10)}` };
    const client = connectRaw(server.address.port, headers);
    clients.push(client);
    const sessions = () => client.rows('select session_id from gizmo_sessions()');
    const [first] = await sessions();
    headers.authorization = `Bearer ${await jwt(60)}`;
    const untilMs = Date.now() + 11_000;
    while (Date.now() < untilMs) expect(await sessions()).toEqual([first]);
  });

  it('outlives it otherwise', async () => {
    await start(TOKENS);
    const { headers } = await connect(`Bearer ${await jwt(1)}`).handshake({});
    const cookie = String(headers?.get('set-cookie')[0]).split('=')[1];
    const session = connect(`Bearer ${cookie}`);
    const startedMs = Date.now();
    await session.rows('select 1');
    while (Date.now() - startedMs < 1500) await session.rows('select count(*) from range(1000000)');
    expect(await session.rows('select 1')).toEqual([[1]]);
  });
});
