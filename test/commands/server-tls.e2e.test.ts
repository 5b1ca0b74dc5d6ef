/** TLS as a process sees it: a development PKI that needs no flags, and files that are replaced under a running server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGizmo } from '../support/run-gizmo.js';
import { startServerProcess } from '../support/server-process.js';
import { createTestPki, type TestPki } from '../support/test-pki.js';

let directory: string;
let env: Record<string, string>;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gizmo-server-tls-'));
  env = { XDG_RUNTIME_DIR: join(directory, 'run'), XDG_DATA_HOME: join(directory, 'data') };
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const pkiFiles = () => join(directory, 'data', 'gizmo', 'pki');
const runtimeFile = (port: number) =>
  JSON.parse(readFileSync(join(directory, 'run', 'gizmo', `${port}.json`), 'utf8'));
const ask = (port: number, args: readonly string[], more: Record<string, string> = {}) =>
  runGizmo(['client', '--port', String(port), ...args, '--csv', '-c', 'select 42 as n'], {
    env: { ...env, ...more },
  });

describe('--tls auto', () => {
  it('makes its PKI, and the client of the same user needs no flag, with a token or a password', async () => {
    const server = await startServerProcess(['--tls', 'auto'], { env });
    const withPassword = await startServerProcess(['--tls', 'auto', '--username', 'ann'], {
      env: { ...env, GIZMO_PASSWORD: 'open sesame' },
    });
    expect(server.said()).not.toContain('TLS is disabled');
    expect((await ask(server.port, [])).stdout).toBe('n\n42\n');
    const asked = await ask(withPassword.port, ['--username', 'ann'], { GIZMO_PASSWORD: 'open sesame' });
    expect(asked.stdout).toBe('n\n42\n');

    expect(runtimeFile(withPassword.port)).not.toHaveProperty('token');
    expect(runtimeFile(withPassword.port).roots).toBe(runtimeFile(server.port).roots);
    expect(readFileSync(join(pkiFiles(), 'server-ca.crt'), 'utf8')).toBe(runtimeFile(server.port).roots);
    expect(statSync(pkiFiles()).mode & 0o777).toBe(0o700);
    expect(statSync(join(pkiFiles(), 'server-ca.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(pkiFiles()).filter((name) => !name.includes('-ca.'))).toEqual([]);
    expect([await server.stop(), await withPassword.stop()]).toEqual([0, 0]);
    expect(readdirSync(join(directory, 'run', 'gizmo'))).toEqual([]);
  });
});

describe('--tls CERT KEY without a start-up token', () => {
  let pki: TestPki;
  let files: readonly string[];
  beforeAll(() => {
    pki = createTestPki();
    files = pki.writeIdentity('server', pki.issue(pki.serverCa, 'localhost', { role: 'server' }));
  });
  afterAll(() => pki.remove());
  const login = { GIZMO_PASSWORD: 'open sesame' };

  it('is verified by clients of the same user without a flag', async () => {
    const server = await startServerProcess(['--tls', ...files, '--username', 'ann'], {
      env: { ...env, ...login },
    });
    expect(runtimeFile(server.port)).not.toHaveProperty('token');
    expect(server.said()).toMatch(/user="?ann/);
    expect((await ask(server.port, ['--username', 'ann'], login)).stdout).toBe('n\n42\n');
    expect(await server.stop()).toBe(0);
  });

  it('goes on where the file for them cannot be written', async () => {
    const taken = pki.write('taken', 'a file where a directory should be');
    const server = await startServerProcess(['--tls', ...files, '--username', 'ann'], {
      env: { ...env, ...login, XDG_RUNTIME_DIR: taken },
    });
    expect(server.said()).toMatch(/WARNING - The file by which clients of this user.*ENOTDIR/);
    expect(await server.stop()).toBe(0);
  });

  it('names no user where a password lets nobody in', async () => {
    const server = await startServerProcess(
      [
        '--tls',
        ...files,
        '--auth',
        'mtls',
        '--mtls-ca-cert-filename',
        pki.clientCaFile,
        '--mtls-principal',
        'ann=cn:ann,role=user',
      ],
      { env },
    );
    expect(server.said()).toContain('listens on');
    expect(server.said()).not.toContain('gizmosql_user');
    expect(await server.stop()).toBe(0);
  });
});

describe('SIGHUP', () => {
  let pki: TestPki;
  beforeAll(() => {
    pki = createTestPki();
  });
  afterAll(() => pki.remove());

  it('has the certificate read again, and clients of the user know the new one', async () => {
    const identity = () => pki.issue(pki.serverCa, 'localhost', { role: 'server' });
    const files = pki.writeIdentity('server', identity());
    const server = await startServerProcess(['--tls', ...files], { env });
    const { pin } = runtimeFile(server.port);
    const next = identity();
    pki.writeIdentity('server', next);
    process.kill(server.pid, 'SIGHUP');
    await expect.poll(server.said).toContain(`pin=${next.pin}`);
    await expect.poll(() => runtimeFile(server.port).pin).toBe(next.pin);
    expect(pin).not.toBe(next.pin);
    expect((await ask(server.port, [])).stdout).toBe('n\n42\n');

    pki.write('server.key', 'nothing');
    process.kill(server.pid, 'SIGHUP');
    await expect.poll(server.said).toMatch(/ERROR - the new TLS files cannot serve/);
    expect((await ask(server.port, [])).stdout).toBe('n\n42\n');
    expect(await server.stop()).toBe(0);
  });
});
