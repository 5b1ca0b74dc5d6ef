/** What happens to open connections when certificates end, and when the server's files are replaced under them. */
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect as dialTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as dialTls, type TLSSocket } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../src/pki/issue.js';
import type { CertificateMapping } from '../../../../src/server/model/certificate-mapping.js';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { type IssuedIdentity, makeAuthority } from '../../../support/certificates.js';
import { collect, decodeRows, type RawClient, ticketOf } from '../../../support/raw-client.js';
import { startTestServer } from '../../../support/start-test-server.js';
import { createTestPki, type TestPki } from '../../../support/test-pki.js';

const NAMES = ['ann', 'ben', 'cleo', 'dora', 'eve', 'newcomer'];
const TABLE: CertificateMapping[] = NAMES.map((name) => ({ name, role: 'admin', by: 'cn', value: name }));
/** Enough that it is not over before anything happens to it. */
const LONG = 'select i, repeat(i::text, 20) as s from range(3_000_000) t(i)';
const unauthenticated = (sentence: RegExp) => ({
  code: status.UNAUTHENTICATED,
  details: expect.stringMatching(sentence),
});

let pki: TestPki;
let server: RunningServer;
let logFile: string;
const clients: RawClient[] = [];

beforeAll(async () => {
  pki = createTestPki();
  logFile = join(pki.directory, 'log');
  pki.write('crl', pki.crl(pki.clientCa, []));
  server = await startTestServer({
    tls: pki.writeIdentity('server', serverIdentity()),
    auth: 'mtls',
    'mtls-ca-cert-filename': pki.clientCaFile,
    'mtls-crl-filename': join(pki.directory, 'crl'),
    'mtls-principal': NAMES.map((name) => `${name}=cn:${name},role=admin`),
    'log-level': 'info',
    'log-format': 'json',
    'log-file': logFile,
  });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await server?.stop(0);
  pki.remove();
});

const serverIdentity = () => pki.issue(pki.serverCa, 'localhost', { role: 'server' });
const logged = (): Record<string, string>[] =>
  readFileSync(logFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

function connect(identity: IssuedIdentity): RawClient {
  const client = pki.connect(server.address.port, identity);
  clients.push(client);
  return client;
}

/** A result that has begun and is not read any further until `rest` asks for it. */
async function begin(client: RawClient) {
  const call = client.openGet(ticketOf(await client.query(LONG)));
  const rest = collect(call);
  rest.catch(() => undefined);
  await once(call, 'data');
  call.pause();
  return {
    rest() {
      call.resume();
      return rest;
    },
  };
}

/** Serial number of the certificate that newcomers are shown. */
async function serialShown(identity: IssuedIdentity): Promise<string | undefined> {
  const socket = await dial(identity);
  const serial = socket.getPeerX509Certificate()?.serialNumber;
  socket.destroy();
  return serial;
}

async function dial({ cert, key }: IssuedIdentity, more: object = {}): Promise<TLSSocket> {
  const socket = dialTls({
    host: '127.0.0.1',
    port: server.address.port,
    servername: 'localhost',
    ca: pki.serverCa.certificate.toString(),
    ALPNProtocols: ['h2'],
    cert,
    key,
    ...more,
  });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

describe('an open connection', () => {
  it('ends with the certificate’s life, its stream too', async () => {
    const client = connect(pki.issue(pki.clientCa, 'ann', { endsIn: 12_000 }));
    const stream = await begin(client);
    await expect
      .poll(logged)
      .toContainEqual(expect.objectContaining({ msg: 'client certificate refused', peer_identity: 'ann' }));
    await expect(stream.rest()).rejects.toMatchObject(unauthenticated(/expired on/));
    await expect(client.rows('select 1')).rejects.toMatchObject(unauthenticated(/expired on/));
    await expect(client.handshake({})).rejects.toMatchObject(unauthenticated(/expired on/));
  });

  it('ends with a revocation, and no other notices', async () => {
    const [ben, cleo] = [pki.issue(pki.clientCa, 'ben'), pki.issue(pki.clientCa, 'cleo')];
    const [revoked, other] = [connect(ben), connect(cleo)];
    await revoked.rows('create table of_ben (i int)');
    await revoked.rows('begin');
    await revoked.rows('insert into of_ben values (1)');
    const [his, hers] = [await begin(connect(ben)), await begin(other)];
    pki.write('crl', pki.crl(pki.clientCa, [ben.certificate]));
    server.reloadCertificates();
    await expect(his.rest()).rejects.toMatchObject(unauthenticated(/has been revoked/));
    await expect(revoked.rows('commit')).rejects.toMatchObject(unauthenticated(/has been revoked/));
    expect((await hers.rest()).length).toBeGreaterThan(0);
    expect(await other.rows('select count(*) from of_ben')).toEqual([[0n]]);
    await expect(connect(ben).rows('select 1')).rejects.toMatchObject(unauthenticated(/revoked/));
    pki.write('crl', pki.crl(pki.clientCa, []));
    server.reloadCertificates();
    await expect(revoked.rows('select 1')).rejects.toMatchObject(unauthenticated(/revoked/));
  });

  it('ends with its CA, and not where the CA’s certificate is only renewed', async () => {
    const next = makeAuthority('test client CA');
    const client = connect(pki.issue(pki.clientCa, 'cleo'));
    const stream = await begin(client);
    const renewed = createAuthority({ commonName: 'test client CA', key: pki.clientCa.key, days: 100 });
    const both = renewed.certificate.toString() + next.certificate.toString();
    pki.write('client-ca.crt', both);
    pki.write('crl', pki.crl(pki.clientCa, []) + pki.crl(next, []));
    server.reloadCertificates();
    expect(await client.rows('select 1')).toEqual([[1]]);
    expect(await connect(pki.issue(next, 'newcomer')).rows('select 2')).toEqual([[2]]);
    pki.write('client-ca.crt', next.certificate.toString());
    server.reloadCertificates();
    await expect(stream.rest()).rejects.toMatchObject(unauthenticated(/not signed by a CA/));
    await expect(client.rows('select 1')).rejects.toMatchObject(unauthenticated(/not signed by a CA/));
    pki.write('client-ca.crt', pki.clientCa.certificate.toString());
    pki.write('crl', pki.crl(pki.clientCa, []));
    server.reloadCertificates();
    expect(await connect(pki.issue(pki.clientCa, 'cleo')).rows('select 3')).toEqual([[3]]);
  });

  it('ends when nobody is named by its certificate any more, or somebody else is', async () => {
    const [dora, eve, ann] = ['dora', 'eve', 'ann'].map((name) => connect(pki.issue(pki.clientCa, name)));
    const [hers, eves, anns] = [await begin(dora!), await begin(eve!), await begin(ann!)];
    server.replaceCertificatePrincipals(
      TABLE.filter(({ name }) => name !== 'dora').map((it) =>
        it.name === 'eve' ? { ...it, role: 'readonly' } : it,
      ),
    );
    await expect(hers.rest()).rejects.toMatchObject(unauthenticated(/stands for nobody/));
    await expect(eves.rest()).rejects.toMatchObject(unauthenticated(/stands for somebody else now/));
    await expect(dora!.rows('select 1')).rejects.toMatchObject(unauthenticated(/stands for nobody/));
    expect((await anns.rest()).length).toBeGreaterThan(0);
    server.replaceCertificatePrincipals(TABLE);
  });
});

describe('the server’s certificate', () => {
  it('is replaced twice under a bulk read, which loses nothing', async () => {
    const ann = pki.issue(pki.clientCa, 'ann');
    const client = connect(ann);
    const call = client.openGet(ticketOf(await client.query(LONG)));
    const messages = collect<Parameters<typeof decodeRows>[0][number]>(call);
    const shown = new Set<string | undefined>();
    for (let i = 0; i < 2; i++) {
      await once(call, 'data');
      const next = serverIdentity();
      pki.writeIdentity('server', next);
      server.reloadCertificates();
      const serial = await serialShown(ann);
      expect(serial).toBe(next.certificate.serialNumber);
      shown.add(serial);
    }
    expect(shown.size).toBe(2);
    const rows = decodeRows(await messages);
    expect(rows.length).toBe(3_000_000);
    expect(rows.every(([i], index) => i === BigInt(index))).toBe(true);
    expect(await client.rows('select 1')).toEqual([[1]]);
  });

  it.each<[string, () => void, RegExp]>([
    ['garbage', () => pki.write('server.crt', 'nothing'), /holds no certificate/],
    [
      'another key',
      () => pki.write('server.key', pki.issue(pki.serverCa, 'x', { role: 'server' }).key),
      /does not belong to the certificate/,
    ],
    [
      'an expired one',
      () => pki.writeIdentity('server', pki.issue(pki.serverCa, 'x', { role: 'server', endsIn: -1000 })),
      /expired on/,
    ],
    ['a CA file of nothing', () => pki.write('client-ca.crt', ''), /holds no certificate/],
    [
      'a list of another CA',
      () => pki.write('crl', pki.crl(makeAuthority('x'), [])),
      /is not the revocation list of a CA/,
    ],
  ])('is not replaced by %s: the old one serves on', async (_, spoil, sentence) => {
    const ann = pki.issue(pki.clientCa, 'ann');
    const identity = serverIdentity();
    pki.writeIdentity('server', identity);
    server.reloadCertificates();
    spoil();
    server.reloadCertificates();
    await expect.poll(logged).toContainEqual(
      expect.objectContaining({
        lvl: 'error',
        msg: 'the new TLS files cannot serve, so those of before go on',
        reason: expect.stringMatching(sentence),
      }),
    );
    expect(await serialShown(ann)).toBe(identity.certificate.serialNumber);
    expect(await connect(ann).rows('select 1')).toEqual([[1]]);
    pki.writeIdentity('server', identity);
    pki.write('client-ca.crt', pki.clientCa.certificate.toString());
    pki.write('crl', pki.crl(pki.clientCa, []));
    server.reloadCertificates();
  });

  it('is taken by itself when its files change', async () => {
    const ann = pki.issue(pki.clientCa, 'ann');
    const next = serverIdentity();
    pki.writeIdentity('server', next);
    await expect.poll(() => serialShown(ann), { interval: 500 }).toBe(next.certificate.serialNumber);
  });
});

describe('TLS sessions', () => {
  it('are never resumed, before and after a replacement', async () => {
    const ann = pki.issue(pki.clientCa, 'ann');
    for (let round = 0; round < 2; round++) {
      const first = await dial(ann);
      const [session] = (await once(first, 'session')) as [Buffer];
      const second = await dial(ann, { session });
      expect(second.isSessionReused()).toBe(false);
      for (const socket of [first, second]) socket.destroy();
      pki.writeIdentity('server', serverIdentity());
      server.reloadCertificates();
    }
  });
});

describe('handshakes', () => {
  it('that hang in numbers make room for others, the oldest first', async () => {
    const port = server.address.port;
    const hanging: Socket[] = [];
    const open = async () => {
      const socket = dialTcp(port, '127.0.0.1');
      socket.on('error', () => undefined);
      hanging.push(socket);
      await once(socket, 'connect');
      return socket;
    };
    const oldest = await open();
    const gone = once(oldest.resume(), 'close');
    for (let i = 0; i < 1000; i++) await open();
    await gone;
    expect(await connect(pki.issue(pki.clientCa, 'ann')).rows('select 1')).toEqual([[1]]);
    for (const socket of hanging) socket.destroy();
  });

  it('that never come are given up', async () => {
    const socket = dialTcp(server.address.port, '127.0.0.1');
    await once(socket.resume(), 'close');
    await expect
      .poll(logged)
      .toContainEqual(
        expect.objectContaining({ reason: expect.stringMatching(/did not finish its handshake/) }),
      );
  });

  it('that are none do no harm', async () => {
    for (const bytes of [
      'GET / HTTP/1.1\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x16\x03\x01\x40\x00\x01',
    ]) {
      const socket = dialTcp(server.address.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.end(bytes);
      await once(socket.resume(), 'close');
    }
    expect(await connect(pki.issue(pki.clientCa, 'ann')).rows('select 1')).toEqual([[1]]);
  });
});

describe('files behind a symbolic link that is swapped, as Kubernetes does', () => {
  it('are taken', async () => {
    const volume = join(pki.directory, 'volume');
    const fill = (name: string, { cert, key }: IssuedIdentity) => {
      mkdirSync(join(volume, name), { recursive: true });
      writeFileSync(join(volume, name, 'tls.crt'), cert);
      writeFileSync(join(volume, name, 'tls.key'), key, { mode: 0o600 });
      symlinkSync(name, join(volume, '..data.new'));
      renameSync(join(volume, '..data.new'), join(volume, '..data'));
    };
    fill('one', serverIdentity());
    for (const file of ['tls.crt', 'tls.key']) symlinkSync(join('..data', file), join(volume, file));
    const own = await startTestServer({ tls: [join(volume, 'tls.crt'), join(volume, 'tls.key')] });
    const replaced = new Promise<void>((resolve) => own.tls?.onReplaced(resolve));
    const before = own.tls?.pin;
    fill('two', serverIdentity());
    await replaced;
    expect(own.tls?.pin).not.toBe(before);
    await own.stop(0);
  });
});
