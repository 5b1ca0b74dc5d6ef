/** Two CAs and whatever they are to sign, in a directory of its own; and the ways to connect with them. */
import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelCredentials, type ClientOptions, credentials } from '@grpc/grpc-js';
import { createCrl } from '../../src/pki/crl.js';
import type { Role } from '../../src/pki/extensions.js';
import { type Authority, createAuthority, issueCertificate } from '../../src/pki/issue.js';
import { generateKey } from '../../src/pki/key.js';
import { parseName } from '../../src/pki/name.js';
import { toPem } from '../../src/pki/pem.js';
import { spkiPin } from '../../src/pki/pin.js';
import { connectRaw, type RawClient } from './raw-client.js';

const DAY_MS = 86_400_000;

/** A certificate with its key and pin. */
export interface Identity {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
  readonly cert: string;
  readonly keyPem: string;
  readonly pin: string;
}

export interface IssueOptions {
  readonly role?: Role;
  readonly key?: KeyObject;
  /** Milliseconds from now. */
  readonly startsIn?: number;
  readonly endsIn?: number;
}

export type TestPki = ReturnType<typeof createTestPki>;

export function createTestPki() {
  const directory = mkdtempSync(join(tmpdir(), 'gizmo-tls-'));
  const authority = (commonName: string) =>
    createAuthority({ commonName, key: generateKey('p256'), days: 3650 });
  const serverCa = authority('test server CA');
  const clientCa = authority('test client CA');

  function issue(ca: Authority, commonName: string, options: IssueOptions = {}): Identity {
    const { role = 'client', key = generateKey('p256'), endsIn = 60 * DAY_MS, startsIn = -DAY_MS } = options;
    // Lifetimes are whole days; what sets the end is the start, unless the start is what matters.
    const days = Math.ceil((endsIn - startsIn) / DAY_MS);
    const start = startsIn > 0 ? startsIn : endsIn - days * DAY_MS;
    const certificate = issueCertificate(ca, {
      publicKey: createPublicKey(key),
      role,
      names: role === 'client' ? [] : ['localhost', '127.0.0.1'].map(parseName),
      commonName,
      days,
      notBefore: new Date(Date.now() + start + 1000),
    });
    return {
      certificate,
      key,
      cert: certificate.toString(),
      keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      pin: spkiPin(certificate).toString('hex'),
    };
  }

  /** By rename, as careful tools replace files. */
  function write(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = join(directory, name);
    writeFileSync(`${path}.new`, content, { mode });
    renameSync(`${path}.new`, path);
    return path;
  }

  function writeIdentity(name: string, { cert, keyPem }: Identity): [certFile: string, keyFile: string] {
    const keyFile = write(`${name}.key`, keyPem);
    return [write(`${name}.crt`, cert), keyFile];
  }

  function crl(ca: Authority, revoked: readonly X509Certificate[], daysFromNow = 7): string {
    const list = createCrl(ca, {
      number: 1,
      revocations: revoked.map(({ serialNumber }) => ({ serial: serialNumber, date: new Date() })),
      days: 7,
      thisUpdate: new Date(Date.now() + (daysFromNow - 7) * DAY_MS),
    });
    return toPem('X509 CRL', list.der);
  }

  /** A client that trusts the server CA and shows `identity`. */
  function connect(
    port: number,
    identity?: Identity,
    headers: Readonly<Record<string, string>> = {},
    options: ClientOptions = {},
  ): RawClient {
    const own: ChannelCredentials = credentials.createSsl(
      Buffer.from(serverCa.certificate.toString()),
      identity ? Buffer.from(identity.keyPem) : null,
      identity ? Buffer.from(identity.cert) : null,
    );
    return connectRaw(port, headers, { 'grpc.ssl_target_name_override': 'localhost', ...options }, own);
  }

  return {
    directory,
    serverCa,
    clientCa,
    authority,
    issue,
    write,
    writeIdentity,
    crl,
    connect,
    serverCaFile: write('server-ca.crt', serverCa.certificate.toString()),
    clientCaFile: write('client-ca.crt', clientCa.certificate.toString()),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
