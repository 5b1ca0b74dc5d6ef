/** Mutual TLS between a server with our certificate and clients of five TLS implementations with theirs. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initAuthorities } from '../../src/pki/init.js';
import { issueToFiles } from '../../src/pki/issue-files.js';
import { hasOpenssl, openssl } from './openssl.js';
import { CACHED, hasTool } from './tools.js';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'gizmo-clients-'));
const at = (name: string) => join(directory, name);
const PASSPHRASE = 'for Java alone';
let server: Server;
let port = '';
/** Common names of the clients whose requests came through. */
let seen: string[] = [];

beforeAll(async () => {
  const keyKind = 'p256' as const;
  const [production, constrain, singleCa] = [false, [], false] as const;
  await initAuthorities({ directory, name: 'Clients', days: 3650, keyKind, production, constrain, singleCa });
  const askPassphrase = () => Promise.resolve(PASSPHRASE);
  const base = { directory, days: 90, keyKind, replace: false, askPassphrase };
  await issueToFiles({ ...base, role: 'server', names: ['localhost', '127.0.0.1', '::1'] });
  await issueToFiles({ ...base, role: 'client', names: ['analyst'], pkcs12Passphrase: askPassphrase });
  const pair = ['analyst.crt', 'analyst.key'].map((name) => readFileSync(at(name), 'utf8'));
  writeFileSync(at('analyst.pem'), pair.join(''), { mode: 0o600 });
  ({ server, port } = await listen(at('localhost')));
});
afterAll(() => {
  server?.close();
  rmSync(directory, { recursive: true, force: true });
});

/** An HTTPS server that lets nobody in without a certificate of our client CA, and answers who came. */
async function listen(prefix: string): Promise<{ server: Server; port: string }> {
  const [cert, key] = [readFileSync(`${prefix}.crt`), readFileSync(`${prefix}.key`)];
  const ca = readFileSync(at('client-ca.crt'));
  const made = createServer(
    { cert, key, ca, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const name =
        request.socket instanceof TLSSocket ? String(request.socket.getPeerCertificate().subject.CN) : '';
      seen.push(name);
      response.writeHead(404, { connection: 'close' }).end(`Hello ${name}`);
    },
  );
  await new Promise<void>((listening) => made.listen(0, '127.0.0.1', listening));
  const address = made.address();
  return { server: made, port: String(typeof address === 'object' ? address?.port : '') };
}

const script = (name: string) => fileURLToPath(new URL(`clients/${name}`, import.meta.url));
const pem = (ca: string) => [ca, at('analyst.crt'), at('analyst.key')];
const uvEnvironment = (ca: string) => ({
  ...process.env,
  SSL_CERT_FILE: ca,
  SSL_CLIENT_CERT: at('analyst.pem'),
});

const CLIENTS = [
  {
    name: 'Node.js',
    isThere: true,
    start: (port: string, ca: string) =>
      run(process.execPath, [script('client.mjs'), 'localhost', port, ...pem(ca)]),
  },
  {
    name: 'Go',
    isThere: hasTool('go', 'install Go from go.dev'),
    start: (port: string, ca: string) =>
      run('go', ['run', script('client.go'), 'localhost', port, ...pem(ca)]),
  },
  {
    name: 'Java',
    isThere: hasTool('java', 'install a JDK of 17 or newer'),
    start: (port: string, ca: string) =>
      run('java', [script('Client.java'), 'localhost', port, ca, at('analyst.p12'), PASSPHRASE]),
  },
  {
    name: 'Python, strict as from 3.13',
    isThere: hasTool('python3', 'install Python'),
    start: (port: string, ca: string) => run('python3', [script('client.py'), 'localhost', port, ...pem(ca)]),
  },
  {
    name: 'rustls, as uv uses it',
    isThere: hasTool(CACHED.uv, '.ci/install-linters'),
    start: (port: string, ca: string) =>
      run(
        CACHED.uv,
        [
          'pip',
          'install',
          '--no-cache',
          '--target',
          at('none'),
          '--index-url',
          `https://localhost:${port}/`,
          'nothing',
        ],
        {
          env: { ...uvEnvironment(ca), UV_HTTP_RETRIES: '0' },
        },
      ),
  },
];

describe.each(CLIENTS)('$name', { timeout: 180_000 }, ({ isThere, start }) => {
  it.skipIf(!isThere)('and our server accept each other', async () => {
    seen = [];
    await start(port, at('server-ca.crt')).catch(String); // An answer of 404 is none that all of them call success.
    expect(new Set(seen)).toEqual(new Set(['analyst']));
  });

  it.skipIf(!isThere)('refuses our server when it trusts another CA', async () => {
    seen = [];
    await expect(start(port, at('client-ca.crt'))).rejects.toThrow();
    expect(seen).toEqual([]);
  });
});

describe.skipIf(!hasOpenssl() || !hasTool(CACHED.uv, '.ci/install-linters'))(
  'rustls',
  { timeout: 180_000 },
  () => {
    it("refuses the guide's self-signed certificate, which is why pki issues another kind", async () => {
      const own = at('self');
      const names = ['-addext', 'subjectAltName=DNS:localhost'];
      openssl([
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-keyout',
        `${own}.key`,
        '-out',
        `${own}.crt`,
        '-days',
        '365',
        '-nodes',
        '-subj',
        '/CN=localhost',
        ...names,
      ]);
      const other = await listen(own);
      seen = [];
      const uv = CLIENTS.at(-1)!;
      await expect(uv.start(other.port, `${own}.crt`)).rejects.toThrow(/CaUsedAsEndEntity/);
      expect(seen).toEqual([]);
      other.server.close();
    });
  },
);
