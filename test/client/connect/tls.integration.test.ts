import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions as ServerOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ConnectOptions, TlsOptions } from '../../../src/client/connect/options.js';
import { connect } from '../../../src/client/connect.js';
import { GizmoError } from '../../../src/errors.js';
import { completeLimits, developmentLimits } from '../../../src/pki/limits.js';
import { formatPin, spkiPin } from '../../../src/pki/pin.js';
import {
  type Identity,
  makeAuthority,
  makeIdentity,
  makeSelfSigned,
  pemOf,
} from '../../support/certificates.js';
import { startFlight, startFlightOverTls } from '../../support/flight-over-tls.js';

const serverCa = makeAuthority('test server CA');
const clientCa = makeAuthority('test client CA');
const otherCa = makeAuthority('another CA');
const server = makeIdentity(serverCa, { commonName: 'localhost' });
const analyst = certificateOf(makeIdentity(clientCa, { role: 'client', commonName: 'analyst' }));
const roots = Buffer.from(pemOf(serverCa));
const pin = spkiPin(new X509Certificate(server.cert));

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

function certificateOf({ cert, key }: Identity) {
  return { cert: Buffer.from(cert), key: Buffer.from(key) };
}

async function flightServer(credentials: ServerCredentials): Promise<number> {
  const started = await startFlight(credentials);
  open.push(started);
  return started.port;
}

async function flightOverTls(identity: Identity = server, clientAuthority?: string): Promise<number> {
  const started = await startFlightOverTls(identity, clientAuthority);
  open.push(started);
  return started.port;
}

async function listen(listener: Server): Promise<number> {
  const sockets = new Set<Socket>();
  listener.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
    },
  });
  return (listener.address() as AddressInfo).port;
}

/** A TLS server that is no Flight server, for handshakes that fail. */
function tlsServer(options: ServerOptions): Promise<number> {
  const listener = createTlsServer({ key: server.key, cert: server.cert, ALPNProtocols: ['h2'], ...options });
  listener.on('tlsClientError', () => undefined);
  listener.on('secureConnection', (socket) => socket.on('error', () => undefined));
  return listen(listener);
}

function to(port: number, tls: TlsOptions | undefined, rest: Partial<ConnectOptions> = {}): ConnectOptions {
  return { host: '127.0.0.1', port, tls, credentials: { kind: 'none' }, connectTimeoutMs: 10_000, ...rest };
}

async function enter(options: ConnectOptions): Promise<void> {
  open.push(await connect(options));
}

async function refusal(options: ConnectOptions): Promise<{ exit: number; message: string }> {
  const error = await connect(options).then(
    (client) => void open.push(client),
    (reason: unknown) => reason,
  );
  if (!(error instanceof GizmoError)) throw new Error(`expected a GizmoError, got ${String(error)}`);
  return { exit: error.class.exit, message: error.message };
}

describe('a server is entered', () => {
  test.each([
    ['by its authority', { roots }],
    ['by its own certificate, though that did not sign itself', { roots: Buffer.from(server.cert) }],
    ['by its pin in hex', { pins: [formatPin(pin, 'hex')] }],
    ['by its pin as curl writes it', { pins: [formatPin(pin, 'curl')] }],
    ['by one of several pins', { pins: ['ab'.repeat(32), formatPin(pin, 'hex')] }],
    ['by authority and pin', { roots, pins: [formatPin(pin, 'hex')] }],
    ['by another of its names', { roots, serverName: 'localhost' }],
    ['unverified, when told so', { skipVerify: true }],
  ])('%s', async (_, tls) => enter(to(await flightOverTls(), tls)));

  test('by its own certificate, made by the recipe of the GizmoSQL guide', async () => {
    const own = makeSelfSigned('localhost');
    await enter(to(await flightOverTls(own), { roots: Buffer.from(own.cert) }, { host: 'localhost' }));
  });

  test('by localhost, whichever address that is', async () => {
    await enter(to(await flightOverTls(), { roots }, { host: 'localhost' }));
  });

  test('by its pin alone, though its certificate is expired, for another name and of an unknown authority', async () => {
    const odd = makeIdentity(otherCa, { names: ['elsewhere.example'], from: -8, days: 2 });
    const pins = [formatPin(spkiPin(new X509Certificate(odd.cert)), 'curl')];
    await enter(to(await flightOverTls(odd), { pins }));
  });

  test('with a client certificate where it wants one', async () => {
    const port = await flightOverTls(server, pemOf(clientCa));
    await enter(to(port, { roots, clientCertificate: analyst }));
    await enter(to(port, { pins: [formatPin(pin, 'hex')], clientCertificate: analyst }));
    const secret = { cipher: 'aes-256-cbc', passphrase: 'open sesame' } as const;
    const locked = createPrivateKey(analyst.key).export({ type: 'pkcs8', format: 'pem', ...secret });
    const clientCertificate = { cert: analyst.cert, key: Buffer.from(locked), passphrase: 'open sesame' };
    await enter(to(port, { roots, clientCertificate }));
    expect(
      await refusal(to(port, { roots, clientCertificate: { ...clientCertificate, passphrase: 'x' } })),
    ).toEqual({
      exit: 2,
      message: expect.stringMatching(/is encrypted, and the passphrase is missing or wrong/),
    });
  });
});

describe('a server is refused, with the cause and the way out', () => {
  const expired = makeIdentity(serverCa, { from: -8, days: 2 });
  const early = makeIdentity(serverCa, { from: 2 });
  const elsewhere = makeIdentity(serverCa, { names: ['db.example', '*.db.internal', '203.0.113.10'] });
  const forClients = makeIdentity(serverCa, { role: 'client', names: ['localhost', '127.0.0.1'] });
  const selfSigned = makeSelfSigned('localhost');

  test.each<[string, Identity, TlsOptions, RegExp]>([
    [
      'the system does not know its authority',
      server,
      {},
      /signed by "test server CA", which this machine does not trust.*--tls-roots FILE; --tls-pin sha256\/\//,
    ],
    [
      'its authority is another',
      server,
      { roots: Buffer.from(pemOf(otherCa)) },
      /signed by "test server CA".*not by an authority in --tls-roots/,
    ],
    ['it signed itself', selfSigned, { roots }, /signed by itself, not by an authority/],
    [
      'it has other names',
      elsewhere,
      { roots },
      /is for db\.example, \*\.db\.internal and 203\.0\.113\.10, not for 127\.0\.0\.1\..*--tls-server-name/,
    ],
    [
      'it lacks the name that was asked for',
      server,
      { roots, serverName: 'db.example' },
      /is for localhost, 127\.0\.0\.1 and .*1, not for db\.example/,
    ],
    ['it has expired', expired, { roots }, /expired on \d{4}-\d\d-\d\d\..*gizmo pki renew/],
    ['it is not valid yet', early, { roots }, /is not valid before \d{4}-\d\d-\d\d\. Check the clocks/],
    ['it is for clients', forClients, { roots }, /not made for servers/],
    [
      'its key is not the pinned one',
      server,
      { pins: ['ab'.repeat(32)] },
      /does not have the key that --tls-pin names: its pin is sha256\/\//,
    ],
    [
      'its key is the pinned one, its authority unknown',
      server,
      { pins: [formatPin(pin, 'hex')], roots: Buffer.from(pemOf(otherCa)) },
      /not by an authority in --tls-roots/,
    ],
    [
      'its authority is known, its key not the pinned one',
      server,
      { pins: ['ab'.repeat(32)], roots },
      /does not have the key that --tls-pin names/,
    ],
  ])('%s', async (_, identity, tls, message) => {
    expect(await refusal(to(await flightOverTls(identity), tls))).toEqual({
      exit: 3,
      message: expect.stringMatching(message),
    });
  });

  test('its authority may not sign its name', async () => {
    const limited = makeAuthority('limited', completeLimits(developmentLimits('this-machine')));
    const port = await flightOverTls(makeIdentity(limited, { names: ['db.example'] }));
    const tls = { roots: Buffer.from(pemOf(limited)), serverName: 'db.example' };
    expect(await refusal(to(port, tls))).toEqual({
      exit: 3,
      message: expect.stringMatching(
        /such as a name the authority may not sign\. gizmo pki verify says which/,
      ),
    });
  });

  test('it speaks no TLS', async () => {
    const port = await flightServer(ServerCredentials.createInsecure());
    expect(await refusal(to(port, { roots }))).toEqual({
      exit: 3,
      message: expect.stringMatching(/does not speak TLS. Connect without --tls\.$/),
    });
  });

  test('it speaks TLS and is called without', async () => {
    for (const port of [
      await flightOverTls(),
      await flightOverTls(server, pemOf(clientCa)),
      await tlsServer({ maxVersion: 'TLSv1.2' }),
    ])
      expect(await refusal(to(port, undefined))).toEqual({
        exit: 3,
        message: expect.stringMatching(/expects TLS. Connect with --tls, and leave out --plaintext\./),
      });
  });

  test('it speaks an older TLS', async () => {
    const port = await tlsServer({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' });
    expect(await refusal(to(port, { roots }))).toEqual({
      exit: 3,
      message: expect.stringMatching(/no TLS version in common.*--tls-min-version/),
    });
  });

  test('it speaks TLS and no HTTP/2', async () => {
    const port = await tlsServer({ ALPNProtocols: ['http/1.1'] });
    expect(await refusal(to(port, { roots }))).toEqual({
      exit: 3,
      message: expect.stringMatching(/speaks TLS, but not HTTP\/2/),
    });
  });

  test('it hangs up in the handshake', async () => {
    const port = await listen(createServer((socket) => socket.once('data', () => socket.destroy())));
    expect(await refusal(to(port, { roots }))).toEqual({
      exit: 3,
      message: expect.stringMatching(/ends the connection during the TLS handshake/),
    });
  });

  test('it is silent', async () => {
    const port = await listen(createServer());
    expect(await refusal(to(port, { roots }, { connectTimeoutMs: 400 }))).toEqual({
      exit: 3,
      message: expect.stringMatching(/stays silent/),
    });
  });
});

describe('through a proxy from the environment, which alone knows the way', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  async function proxied(names: readonly string[]): Promise<ConnectOptions> {
    const target = await flightOverTls(makeIdentity(serverCa, { names }));
    const proxy = createHttpServer();
    proxy.on('connect', (_, socket: Socket) => {
      const onward = connectTcp(target, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
    });
    vi.stubEnv('https_proxy', `http://127.0.0.1:${await listen(proxy)}`);
    vi.stubEnv('no_proxy', '');
    return to(31_337, { roots }, { host: 'db.invalid' });
  }

  test('a server is verified by its own name', async () => {
    await enter(await proxied(['db.invalid']));
  });

  test('and refused for its own fault, not for the way', async () => {
    expect(await refusal(await proxied(['elsewhere.example']))).toEqual({
      exit: 3,
      message: expect.stringMatching(/is for elsewhere\.example, not for db\.invalid/),
    });
  });
});

test('NODE_TLS_REJECT_UNAUTHORIZED=0 does not make a client of Gizmo careless', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  const message = (await refusal(to(await flightOverTls(), {}))).message;
  vi.unstubAllEnvs();
  expect(message).toMatch(/which this machine does not trust/);
});

describe('a client is refused, and told why', () => {
  const versions = ['TLSv1.2', 'TLSv1.3'] as const;

  test.each(versions)('without a certificate, %s', async (maxVersion) => {
    const port = await tlsServer({ maxVersion, requestCert: true, ca: pemOf(clientCa) });
    expect(await refusal(to(port, { roots }))).toEqual({
      exit: 3,
      message: expect.stringMatching(/wants a client certificate. Give one with --mtls-cert and --mtls-key/),
    });
  });

  test.each(
    versions.flatMap(
      (maxVersion) =>
        [
          [
            maxVersion,
            'of another authority',
            makeIdentity(otherCa, { role: 'client', commonName: 'eve' }),
            /refuses? the client certificate "eve": the server does not trust "another CA"/,
          ],
          [
            maxVersion,
            'that has expired',
            makeIdentity(clientCa, { role: 'client', commonName: 'eve', from: -8, days: 2 }),
            /refuses? the client certificate "eve": it expired on \d{4}-/,
          ],
          [
            maxVersion,
            'that is not valid yet',
            makeIdentity(clientCa, { role: 'client', commonName: 'eve', from: 2 }),
            /refuses? the client certificate "eve": it is not valid before/,
          ],
          [
            maxVersion,
            "that is a server's",
            makeIdentity(clientCa, { commonName: 'eve' }),
            /refuses? the client certificate "eve": it is not made for clients.*gizmo pki issue --client/,
          ],
        ] as const,
    ),
  )('%s: with a certificate %s', async (maxVersion, _, identity, message) => {
    const port = await tlsServer({
      maxVersion,
      requestCert: true,
      rejectUnauthorized: true,
      ca: pemOf(clientCa),
    });
    const clientCertificate = certificateOf(identity);
    expect(await refusal(to(port, { roots, clientCertificate }))).toEqual({
      exit: 3,
      message: expect.stringMatching(message),
    });
  });
});

describe('options that make no sense are refused before anything is sent', () => {
  const encrypted = {
    ...analyst,
    key: Buffer.from('-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n'),
  };
  test.each<[TlsOptions, RegExp]>([
    [{ skipVerify: true, clientCertificate: analyst }, /--tls-roots <ca-or-self-signed-cert>\.pem/],
    [{ skipVerify: true, pins: [formatPin(pin, 'hex')] }, /leave one out/],
    [{ pins: ['abc'] }, /"abc" is no pin/],
    [{ roots: Buffer.from('nothing') }, /What --tls-roots names holds no certificate/],
    [
      { roots, clientCertificate: { ...analyst, key: Buffer.from(server.key) } },
      /does not belong to the certificate/,
    ],
    [{ roots, clientCertificate: { ...analyst, cert: Buffer.from('x') } }, /cannot be read/],
    [{ roots, clientCertificate: encrypted }, /cannot be read|passphrase/],
  ])('%#', async (tls, message) => {
    expect(await refusal(to(1, tls))).toEqual({ exit: 2, message: expect.stringMatching(message) });
  });
});
