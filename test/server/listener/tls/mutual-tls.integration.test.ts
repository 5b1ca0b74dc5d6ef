/** Who gets in by client certificate, and with which words everybody else is turned away. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect as dialTls } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RawServerSettings } from '../../../../src/server/config/parse-config.js';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { type IssuedIdentity, makeAuthority } from '../../../support/certificates.js';
import { basic, type RawClient } from '../../../support/raw-client.js';
import { PASSWORD, startTestServer, USER } from '../../../support/start-test-server.js';
import { createTestPki, type TestPki } from '../../../support/test-pki.js';

const DAY_MS = 86_400_000;

let pki: TestPki;
let tls: [string, string];
let analyst: IssuedIdentity;
let reporting: IssuedIdentity;
let who: Record<string, IssuedIdentity>;
let server: RunningServer | undefined;
const clients: RawClient[] = [];

beforeAll(() => {
  pki = createTestPki();
  tls = pki.writeIdentity('server', pki.issue(pki.serverCa, 'localhost', { role: 'server' }));
  analyst = pki.issue(pki.clientCa, 'analyst');
  reporting = pki.issue(pki.clientCa, 'reporting');
  who = {
    'of another CA': pki.issue(makeAuthority('another CA'), 'analyst'),
    'of the server CA': pki.issue(pki.serverCa, 'analyst'),
    expired: pki.issue(pki.clientCa, 'analyst', { endsIn: -1000 }),
    'not yet valid': pki.issue(pki.clientCa, 'analyst', { startsIn: DAY_MS }),
    'for servers': pki.issue(pki.clientCa, 'analyst', { role: 'server' }),
    revoked: pki.issue(pki.clientCa, 'analyst'),
    unmapped: pki.issue(pki.clientCa, 'eve'),
    'with the name of a pinned principal and another key': pki.issue(pki.clientCa, 'reporting'),
  };
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => pki.remove());

/** One server for all tests of a group. */
function serve(settings: () => RawServerSettings): void {
  beforeAll(() => start(settings()));
  afterAll(() => server?.stop(0));
}

let logs = 0;
let logFile = '';
async function start(settings: RawServerSettings): Promise<void> {
  logFile = join(pki.directory, `log-${logs++}`);
  server = await startTestServer({
    tls,
    'mtls-ca-cert-filename': pki.clientCaFile,
    'log-level': 'info',
    'log-format': 'json',
    'log-file': logFile,
    ...settings,
  });
}
const logged = () =>
  readFileSync(logFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

function connect(identity?: IssuedIdentity, headers: Record<string, string> = {}): RawClient {
  const client = pki.connect(server?.address.port ?? 0, identity, headers);
  clients.push(client);
  return client;
}
const asUser = { authorization: basic() };
const principals = () => ['analyst=cn:analyst,role=admin', `reporting=spki:${reporting.pin},role=admin`];
const withRevoked = () => ({
  'mtls-crl-filename': pki.write('client-ca.crl', pki.crl(pki.clientCa, [who.revoked!.certificate])),
});

/** What a client sees that only dials. */
async function dial(options: ConnectionOptions): Promise<string> {
  const socket = dialTls({
    host: '127.0.0.1',
    port: server?.address.port,
    servername: 'localhost',
    ca: pki.serverCa.certificate.toString(),
    ALPNProtocols: ['h2'],
    ...options,
  });
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    socket.on('close', () => resolve('closed'));
    socket.resume();
  });
}
const pair = ({ cert, key }: IssuedIdentity) => ({ cert, key });

const VERDICTS: [string, RegExp][] = [
  ['of another CA', /is not signed by a CA that this server trusts for clients/],
  ['of the server CA', /is not signed by a CA that this server trusts for clients/],
  ['expired', /has expired/],
  ['not yet valid', /is not valid yet/],
  ['for servers', /is not meant for clients/],
];
const TURNED_AWAY: [string, RegExp][] = [
  ['revoked', /has been revoked/],
  ['unmapped', /stands for nobody here/],
  ['with the name of a pinned principal and another key', /stands for nobody here/],
];

describe('certificates as the only way in', () => {
  serve(() => ({ auth: 'mtls', 'mtls-principal': principals(), ...withRevoked() }));

  it('are who they say, by name and by pin, with and without a handshake', async () => {
    expect(await connect(analyst).rows('select 1')).toEqual([[1]]);
    expect(await connect(reporting).rows('select 2')).toEqual([[2]]);
    const { headers } = await connect(analyst).handshake({});
    const bearer = { authorization: String(headers?.get('authorization')[0]) };
    expect(await connect(analyst, bearer).rows('select 3')).toEqual([[3]]);
    await expect
      .poll(() => logged().filter(({ msg }) => msg === 'session opened'))
      .toMatchObject([
        { user: 'analyst', peer_identity: 'analyst' },
        { user: 'reporting', peer_identity: 'reporting' },
        { user: 'analyst', peer_identity: 'analyst' },
      ]);
    expect(logged().find(({ msg }) => msg === 'login')).toMatchObject({
      user: 'analyst',
      method: 'certificate',
      role: 'admin',
    });
  });

  it('a missing one ends the handshake with the alert for it', async () => {
    expect(await dial({})).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
    await expect(connect().rows('select 1')).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect.poll(logged).toContainEqual(
      expect.objectContaining({
        msg: 'TLS handshake refused',
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        reason: expect.stringContaining('showed no certificate'),
      }),
    );
  });

  it.each(VERDICTS)(
    'one that is %s gets nowhere, and the log says why and from where',
    async (which, reason) => {
      expect(await dial(pair(who[which]!))).not.toBe('');
      await expect(connect(who[which]).rows('select 1')).rejects.toMatchObject({ code: status.UNAVAILABLE });
      await expect.poll(logged).toContainEqual(
        expect.objectContaining({
          msg: 'TLS handshake refused',
          peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
          reason: expect.stringMatching(reason),
        }),
      );
    },
  );

  it.each(TURNED_AWAY)('one that is %s is told so at every call', async (which, reason) => {
    const client = connect(who[which]);
    const refused = { code: status.UNAUTHENTICATED, details: expect.stringMatching(reason) };
    await expect(client.rows('select 1')).rejects.toMatchObject(refused);
    await expect(client.handshake({})).rejects.toMatchObject(refused);
    await expect(client.action('CloseSession')).rejects.toMatchObject(refused);
    await expect.poll(logged).toContainEqual(expect.objectContaining({ msg: 'client certificate refused' }));
  });

  it('a password is none here, right or not', async () => {
    await expect(connect(analyst, asUser).rows('select 1')).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
  });

  it('TLS 1.2 is too old', async () => {
    expect(await dial({ ...pair(analyst), maxVersion: 'TLSv1.2' })).toBe(
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    );
  });
});

describe('TLS 1.2, where it is let in', () => {
  serve(() => ({ auth: 'mtls', 'mtls-principal': principals(), 'tls-min-version': '1.2' }));

  it('needs the certificate all the same', async () => {
    expect(await dial({ maxVersion: 'TLSv1.2' })).toMatch(/ALERT_HANDSHAKE_FAILURE/);
    const socket = dialTls({
      ...pair(analyst),
      host: '127.0.0.1',
      port: server?.address.port,
      servername: 'localhost',
      ca: pki.serverCa.certificate.toString(),
      ALPNProtocols: ['h2'],
      maxVersion: 'TLSv1.2',
    });
    await once(socket, 'secureConnect');
    expect([socket.getProtocol(), socket.alpnProtocol]).toEqual(['TLSv1.2', 'h2']);
    socket.destroy();
  });
});

describe('certificates beside a password', () => {
  serve(() => ({ 'mtls-principal': principals(), ...withRevoked() }));

  it('either lets in', async () => {
    expect(await connect(analyst).rows('select 1')).toEqual([[1]]);
    expect(await connect(undefined, asUser).rows('select 2')).toEqual([[2]]);
    await expect(connect().rows('select 3')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  });

  it.each([...VERDICTS, ...TURNED_AWAY])(
    'one that is %s is refused, with a right password too',
    async (which, reason) => {
      const refused = { code: status.UNAUTHENTICATED, details: expect.stringMatching(reason) };
      await expect(connect(who[which]).rows('select 1')).rejects.toMatchObject(refused);
      await expect(connect(who[which], asUser).rows('select 1')).rejects.toMatchObject(refused);
      await expect(connect(who[which]).handshake(asUser)).rejects.toMatchObject(refused);
    },
  );

  it('two people at once are refused, and so is a wrong password beside a right certificate', async () => {
    const different = { code: status.UNAUTHENTICATED, details: expect.stringMatching(/different people/) };
    await expect(connect(analyst, asUser).rows('select 1')).rejects.toMatchObject(different);
    await expect(connect(analyst).handshake(asUser)).rejects.toMatchObject(different);
    const wrong = { authorization: basic(USER, `${PASSWORD}?`) };
    await expect(connect(analyst, wrong).rows('select 1')).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
  });

  it('what a certificate got is worth nothing without it, and another’s is not taken for it', async () => {
    const { headers } = await connect(analyst).handshake({});
    const bearer = { authorization: String(headers?.get('authorization')[0]) };
    expect(await connect(analyst, bearer).rows('select 1')).toEqual([[1]]);
    for (const other of [undefined, reporting])
      await expect(connect(other, bearer).rows('select 1')).rejects.toMatchObject({
        code: status.UNAUTHENTICATED,
      });
  });
});

describe('a certificate as a gate before another login', () => {
  serve(() => ({}));

  it('names nobody; its name is in the session and the log', async () => {
    const eve = who.unmapped;
    await expect(connect(eve).rows('select 1')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    const client = connect(eve, asUser);
    await client.handshake(asUser);
    expect(await client.rows('select 1')).toEqual([[1]]);
    for (const msg of ['login', 'session opened'])
      await expect
        .poll(logged)
        .toContainEqual(expect.objectContaining({ msg, user: USER, peer_identity: 'eve' }));
  });

  it.each(['of another CA', 'expired', 'for servers'])('does not open to one that is %s', async (which) => {
    await expect(connect(who[which], asUser).rows('select 1')).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
  });

  it('does not open without one', async () => {
    expect(await dial({})).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  });
});

describe('a revocation list that is out of date', () => {
  const stale = (more: RawServerSettings) => ({
    auth: 'mtls',
    'mtls-principal': principals(),
    'mtls-crl-filename': pki.write('stale.crl', pki.crl(pki.clientCa, [who.revoked!.certificate], -1)),
    ...more,
  });

  describe('by default', () => {
    serve(() => stale({}));

    it('is not relied on', async () => {
      await expect(connect(analyst).rows('select 1')).rejects.toMatchObject({
        code: status.UNAUTHENTICATED,
        details: expect.stringMatching(/out of date/),
      });
      const msg = expect.stringMatching(/stale\.crl is good until .*gizmo pki crl/);
      await expect.poll(logged).toContainEqual(expect.objectContaining({ lvl: 'warning', msg }));
    });
  });

  describe('with --crl-stale warn', () => {
    serve(() => stale({ 'crl-stale': 'warn' }));

    it('is used all the same, and the revoked stay out', async () => {
      expect(await connect(analyst).rows('select 1')).toEqual([[1]]);
      await expect(connect(who.revoked).rows('select 1')).rejects.toMatchObject({
        details: expect.stringMatching(/revoked/),
      });
    });
  });
});
