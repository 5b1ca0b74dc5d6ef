/** Two CAs and whatever they are to sign, in a directory of its own; and the ways to connect with them. */
import type { KeyObject, X509Certificate } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelCredentials, type ClientOptions, credentials } from '@grpc/grpc-js';
import { createCrl } from '../../src/pki/crl.js';
import type { Role } from '../../src/pki/extensions.js';
import type { Authority } from '../../src/pki/issue.js';
import { toPem } from '../../src/pki/pem.js';
import { type Identity, type IssuedIdentity, makeAuthority, makeIdentity, pemOf } from './certificates.js';
import { connectRaw, type RawClient } from './raw-client.js';

const DAY_MS = 86_400_000;

export interface IssueOptions {
  readonly role?: Role;
  /** A fresh one by default. */
  readonly privateKey?: KeyObject;
  /** Milliseconds from now. */
  readonly startsIn?: number;
  readonly endsIn?: number;
}

export type TestPki = ReturnType<typeof createTestPki>;

export function createTestPki() {
  const directory = mkdtempSync(join(tmpdir(), 'gizmo-tls-'));
  const serverCa = makeAuthority('test server CA');
  const clientCa = makeAuthority('test client CA');

  function issue(ca: Authority, commonName: string, options: IssueOptions = {}): IssuedIdentity {
    const { role = 'client', endsIn = 60 * DAY_MS, startsIn = -DAY_MS, ...rest } = options;
    // Lifetimes are whole days; what sets the end is the start, unless the start is what matters.
    const days = Math.ceil((endsIn - startsIn) / DAY_MS);
    const start = startsIn > 0 ? startsIn : endsIn - days * DAY_MS;
    const from = (start + 1000) / DAY_MS;
    return makeIdentity(ca, { ...rest, role, commonName, from, days });
  }

  /** By rename, as careful tools replace files. */
  function write(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = join(directory, name);
    writeFileSync(`${path}.new`, content, { mode });
    renameSync(`${path}.new`, path);
    return path;
  }

  function writeIdentity(name: string, { cert, key }: Identity): [certFile: string, keyFile: string] {
    const keyFile = write(`${name}.key`, key);
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
      Buffer.from(pemOf(serverCa)),
      identity ? Buffer.from(identity.key) : null,
      identity ? Buffer.from(identity.cert) : null,
    );
    return connectRaw(port, headers, { 'grpc.ssl_target_name_override': 'localhost', ...options }, own);
  }

  return {
    directory,
    serverCa,
    clientCa,
    issue,
    write,
    writeIdentity,
    crl,
    connect,
    serverCaFile: write('server-ca.crt', pemOf(serverCa)),
    clientCaFile: write('client-ca.crt', pemOf(clientCa)),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
