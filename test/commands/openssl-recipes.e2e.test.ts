/**
 * The openssl recipes of the GizmoSQL security guide and of quicSQL's "mTLS in production", as they are written there:
 * a server takes what they make, and says what it lacks.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, connectRaw } from '../support/raw-client.js';
import { GIZMO } from '../support/root.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { which } from '../support/which.js';

const HAS_OPENSSL = which('openssl') !== undefined;
if (!HAS_OPENSSL) process.stderr.write('SKIPPED: openssl is not installed, so its recipes were not tried.\n');

const GUIDE = `
openssl req -x509 -newkey rsa:4096 -keyout key.pem -out cert.pem \\
  -days 365 -nodes -subj "/CN=localhost"
# 1. Generate a CA for client certificates (do this once)
openssl req -x509 -newkey rsa:4096 -keyout client-ca-key.pem \\
  -out client-ca.pem -days 3650 -nodes -subj "/CN=Client CA"

# 2. Generate a client certificate signed by that CA
openssl req -newkey rsa:2048 -keyout client.key -out client.csr \\
  -nodes -subj "/CN=alice@example.com"
openssl x509 -req -in client.csr -CA client-ca.pem -CAkey client-ca-key.pem \\
  -CAcreateserial -out client.crt -days 365
`;

const QUICSQL = `
openssl ecparam -name prime256v1 -genkey -noout -out server-ca.key
openssl req -x509 -new -key server-ca.key -sha256 -days 3650 -subj "/CN=quicsql server CA" -out server-ca.crt
openssl ecparam -name prime256v1 -genkey -noout -out client-ca.key
openssl req -x509 -new -key client-ca.key -sha256 -days 3650 -subj "/CN=quicsql client CA" -out client-ca.crt

openssl ecparam -name prime256v1 -genkey -noout -out server.key
openssl req -new -key server.key -subj "/CN=db.example.com" -out server.csr

cat > server.ext <<'EOT'
subjectAltName = DNS:db.example.com, DNS:*.db.internal, IP:203.0.113.10
extendedKeyUsage = serverAuth
EOT

openssl x509 -req -in server.csr -CA server-ca.crt -CAkey server-ca.key -CAcreateserial \\
  -days 825 -sha256 -extfile server.ext -out server.crt

openssl ecparam -name prime256v1 -genkey -noout -out analyst.key
openssl req -new -key analyst.key -subj "/CN=analyst" -out analyst.csr

cat > client.ext <<'EOT'
extendedKeyUsage = clientAuth
EOT

openssl x509 -req -in analyst.csr -CA client-ca.crt -CAkey client-ca.key -CAcreateserial \\
  -days 90 -sha256 -extfile client.ext -out analyst.crt

openssl x509 -in analyst.crt -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 > pin.txt
`;

let directory: string;
const file = (name: string) => join(directory, name);
const pem = (name: string) => readFileSync(file(name));
const run = (script: string) =>
  execFileSync('bash', ['-euc', script], { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gizmo-openssl-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function rows(
  port: number,
  names: { roots: string; cert?: string; key?: string; host: string },
  authorization?: string,
): Promise<unknown[][]> {
  const { roots, cert, key, host } = names;
  const channel = credentials.createSsl(
    pem(roots),
    key === undefined ? null : pem(key),
    cert === undefined ? null : pem(cert),
  );
  const headers = authorization === undefined ? {} : { authorization };
  const client = connectRaw(port, headers, { 'grpc.ssl_target_name_override': host }, channel);
  try {
    return await client.rows('select 42');
  } finally {
    client.close();
  }
}

describe.skipIf(!HAS_OPENSSL)('the security guide’s recipe', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    run(GUIDE);
    chmodSync(file('key.pem'), 0o644);
    server = await startServerProcess(
      [
        ...['--tls', 'cert.pem', 'key.pem', '--mtls-ca-cert-filename', 'client-ca.pem'],
        ...['--username', 'admin', '--password', 'secretpass', '--database', 'mydata.db'],
      ],
      { cwd: directory },
    );
  });
  afterAll(() => server?.stop());

  it('makes a server and a client that work together', async () => {
    const client = { roots: 'cert.pem', cert: 'client.crt', key: 'client.key', host: 'localhost' };
    expect(await rows(server.port, client, basic('admin', 'secretpass'))).toEqual([[42]]);
    await expect(rows(server.port, client, basic('admin', 'wrong'))).rejects.toThrow(/UNAUTHENTICATED/);
    await expect(
      rows(server.port, { roots: 'cert.pem', host: 'localhost' }, basic('admin', 'secretpass')),
    ).rejects.toThrow(/UNAVAILABLE/);
    await expect.poll(server.said).toMatch(/session opened .*peer_identity=alice@example\.com/);
  });

  it('is told what its certificates lack, and that its key lies open', async () => {
    expect(server.said()).toMatch(
      /cert\.pem will not do for every client: .*CA:TRUE.*no subject alternative names.*gizmo pki issue/,
    );
    expect(server.said()).toContain('chmod 600 key.pem');
    await expect
      .poll(server.said)
      .toMatch(/client certificate is of X\.509 version 1 .*gizmo pki issue NAME --client/);
    expect(server.said()).not.toContain('TLS is disabled');
  });
});

describe.skipIf(!HAS_OPENSSL)('quicSQL’s recipe', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    run(QUICSQL);
    server = await startServerProcess(
      [
        ...['--tls', 'server.crt', 'server.key', '--mtls-ca-cert-filename', 'client-ca.crt'],
        ...['--auth', 'mtls', '--mtls-principal', 'analyst=cn:analyst,role=admin'],
      ],
      { cwd: directory },
    );
  });
  afterAll(() => server?.stop());

  it('makes a server and a client that work together, without a word of complaint', async () => {
    const client = {
      roots: 'server-ca.crt',
      cert: 'analyst.crt',
      key: 'analyst.key',
      host: 'db.example.com',
    };
    expect(await rows(server.port, client)).toEqual([[42]]);
    await expect.poll(server.said).toMatch(/session opened .*user=analyst .*peer_identity=analyst/);
    expect(server.said()).not.toContain('gizmo pki issue');
    expect(server.said()).not.toContain('WARNING');
  });

  it('and its pin, as openssl prints it, names the same client', async () => {
    const pin = /[0-9a-f]{64}/.exec(pem('pin.txt').toString())?.[0];
    const pinned = await startServerProcess(
      [
        ...['--tls', 'server.crt', 'server.key', '--mtls-ca-cert-filename', 'client-ca.crt'],
        ...['--auth', 'mtls', '--mtls-principal', `reporting=spki:${pin},role=admin`],
      ],
      { cwd: directory },
    );
    const client = {
      roots: 'server-ca.crt',
      cert: 'analyst.crt',
      key: 'analyst.key',
      host: 'db.example.com',
    };
    expect(await rows(pinned.port, client)).toEqual([[42]]);
    await expect.poll(pinned.said).toMatch(/session opened .*user=reporting/);
    await pinned.stop();
  });
});

describe.skipIf(!HAS_OPENSSL)('what openssl makes and a server must not take', () => {
  beforeAll(() => {
    run(`
openssl req -x509 -newkey rsa:1024 -keyout weak.key -out weak.crt -days 30 -nodes -subj "/CN=localhost"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout one.key -out one.crt -days 30 -nodes -subj "/CN=localhost"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout two.key -out two.crt -days 30 -nodes -subj "/CN=localhost"
openssl req -x509 -key one.key -out client-only.crt -days 30 -subj "/CN=localhost" -addext extendedKeyUsage=clientAuth
openssl pkey -in one.key -out encrypted.key -aes256 -passout pass:secret
cat two.crt one.crt > wrong-order.crt`);
  });

  it.each<[string, string, string, RegExp]>([
    ['a weak key', 'weak.crt', 'weak.key', /weak\.crt has a weak key: .*1024 bits.*gizmo pki issue/],
    ['a key of another', 'one.crt', 'two.key', /two\.key does not belong to the certificate in one\.crt/],
    ['a chain in the wrong order', 'wrong-order.crt', 'one.key', /Put the server’s first/],
    ['a client’s certificate', 'client-only.crt', 'one.key', /not meant for servers .*gizmo pki issue/],
    ['an encrypted key', 'one.crt', 'encrypted.key', /openssl pkey -in encrypted\.key/],
    ['the two swapped', 'one.key', 'one.crt', /one\.key holds no certificate, only a private key/],
  ])('%s', (_, cert, key, sentence) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [GIZMO, 'server', 'start', '--port', '0', '--tls', cert, key, '--database', 'never.db'],
      {
        cwd: directory,
        encoding: 'utf8',
        timeout: 180_000,
        env: { ...process.env, XDG_RUNTIME_DIR: directory },
      },
    );
    expect(stderr).toMatch(sentence);
    expect(status).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
