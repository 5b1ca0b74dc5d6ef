import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAuthority, makeIdentity, pemOf } from '../../support/certificates.js';
import { type FlightServer, startFlightOverTls } from '../../support/flight-over-tls.js';
import { GIZMO } from '../../support/root.js';
import { which } from '../../support/which.js';

/** A mount namespace of its own, in which the machine's store can be changed without the machine noticing. */
function hasNamespaces(): boolean {
  const missing = ['unshare', 'update-ca-certificates'].filter((program) => which(program) === undefined);
  if (missing.length === 0 && spawnSync('unshare', ['-rm', 'true']).status === 0) return true;
  if (process.env.GIZMO_REQUIRE_INTEROP === '1')
    throw new Error(
      `The Debian store cannot be tried here: ${missing.join(', ') || 'unshare is not allowed'}.`,
    );
  process.stderr.write('SKIPPED: needs unshare with user namespaces and update-ca-certificates.\n');
  return false;
}

describe.skipIf(!hasNamespaces())("Debian's certificate store", () => {
  const authority = makeAuthority('a company CA');
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-store-'));
  let server: FlightServer;
  beforeAll(async () => {
    server = await startFlightOverTls(makeIdentity(authority));
    for (const name of ['certs', 'local', 'hooks', 'rest']) mkdirSync(join(folder, name));
    cpSync('/etc/ssl/certs', join(folder, 'certs'), { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(folder, 'local', 'company.crt'), pemOf(authority));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs the client where the store is a copy that `prepare` may change. */
  async function client(prepare: string): Promise<{ code: number | null; out: string; err: string }> {
    const script = `set -e
      mount --bind "${folder}/certs" /etc/ssl/certs
      mount --bind "${folder}/local" /usr/local/share/ca-certificates
      ${prepare}
      exec "${process.execPath}" "${GIZMO}" client -h localhost -p ${server.port} --tls -c .show`;
    const child = spawn('unshare', ['-rm', 'sh', '-c', script], {
      env: { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const texts = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (texts.out += chunk));
    child.stderr.on('data', (chunk) => (texts.err += chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...texts };
  }

  test('an authority is trusted once update-ca-certificates has put it there, by the bundle and by the directory', async () => {
    expect(await client('')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/signed by "a company CA", which this machine does not trust/),
    });
    const update = `update-ca-certificates --hooksdir "${folder}/hooks" >/dev/null 2>&1`;
    expect(await client(update)).toMatchObject({
      code: 0,
      out: expect.stringMatching(new RegExp(`localhost:${server.port}, TLS`)),
      err: '',
    });
    expect(await client('rm /etc/ssl/certs/ca-certificates.crt')).toMatchObject({ code: 0, err: '' });
  });

  test('without any store the built-in list is used and that is said', async () => {
    expect(await client(`mount --bind "${folder}/rest" /etc/ssl/certs`)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/Warning: This machine has no certificate store[\s\S]*a company CA/),
    });
  });
});
