/** What other people's linters say of the certificates that the commands write. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initAuthorities } from '../../src/pki/init.js';
import { issueToFiles } from '../../src/pki/issue-files.js';
import type { KeyKind } from '../../src/pki/key.js';
import { parseLimit } from '../../src/pki/limits.js';
import { revokeCertificates } from '../../src/pki/revoke.js';
import { CACHED, hasTool } from './tools.js';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'gizmo-lint-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string) => join(directory, name);
const askPassphrase = () => Promise.reject(new Error('nothing is encrypted'));

/** Issuer and certificate. */
const SIGNED = [
  ['server-ca', 'p256'],
  ['server-ca', 'p384'],
  ['server-ca', 'rsa2048'],
  ['server-ca', 'both'],
  ['client-ca', 'ada@example.com'],
  ['client-ca', 'analyst'],
] as const;
const ALL = ['server-ca', 'client-ca', ...SIGNED.map(([, name]) => name)];

beforeAll(async () => {
  await initAuthorities({
    directory,
    name: 'Lint',
    days: 3650,
    keyKind: 'p256',
    production: true,
    constrain: ['example.com', '192.0.2.0/24', '2001:db8::/32'].map(parseLimit),
    singleCa: false,
  });
  const base = { directory, days: 90, replace: false, askPassphrase };
  for (const keyKind of ['p256', 'p384', 'rsa2048'] satisfies KeyKind[])
    await issueToFiles({
      ...base,
      role: 'server',
      names: ['db.example.com', '192.0.2.1', '2001:db8::1'],
      keyKind,
      out: at(keyKind),
    });
  await issueToFiles({
    ...base,
    role: 'both',
    names: ['both.example.com'],
    keyKind: 'p256',
    out: at('both'),
  });
  for (const name of ['ada@example.com', 'analyst'])
    await issueToFiles({ ...base, role: 'client', names: [name], keyKind: 'p256' });
  await revokeCertificates(['analyst'], 'keyCompromise', { directory, days: 7, askPassphrase });
});

describe.skipIf(!hasTool(CACHED.zlint, '.ci/install-linters'))('zlint', () => {
  const sources = 'RFC5280,RFC5480,RFC5891,RFC8813,Community,Apple,Mozilla';
  it.each([...ALL.map((name) => `${name}.crt`), 'client-ca.crl'])('finds nothing in %s', async (name) => {
    const only = name.endsWith('.crt') ? ['-includeSources', sources] : [];
    const { stdout } = await run(CACHED.zlint, ['-format', 'pem', ...only, at(name)]);
    const results: Record<string, { result: string }> = JSON.parse(stdout);
    const counted = Object.entries(results).map(([lint, { result }]) => ({ lint, result }));
    expect(counted.filter(({ result }) => result === 'pass').length).toBeGreaterThan(10);
    // Of public certificates only: proofs that they stand in a public log.
    const findings = counted.filter(
      ({ lint, result }) =>
        !['pass', 'NA', 'NE'].includes(result) && lint !== 'n_ct_sct_policy_count_unsatisfied',
    );
    expect(findings).toEqual([]);
  });
});

describe.skipIf(!hasTool(CACHED.pkilint, '.ci/install-linters'))('pkilint', () => {
  const lint = async (tool: string, ...args: string[]) =>
    (
      await run(join(CACHED.pkilint, '..', tool), ['lint', ...args]).catch(
        (error: { stdout: string }) => error,
      )
    ).stdout.trim();

  it.each(ALL)('finds nothing in %s', async (name) => {
    expect(await lint('lint_pkix_cert', '-s', 'NOTICE', at(`${name}.crt`))).toBe('');
  });
  it.each(SIGNED)('finds that %s and %s fit each other', async (issuer, subject) => {
    expect(
      await lint(
        'lint_pkix_signer_signee_cert_chain',
        '-s',
        'NOTICE',
        at(`${issuer}.crt`),
        at(`${subject}.crt`),
      ),
    ).toBe('');
  });
  it('sees two that do not', async () => {
    const findings = await lint(
      'lint_pkix_signer_signee_cert_chain',
      '-s',
      'ERROR',
      at('client-ca.crt'),
      at('p256.crt'),
    );
    expect(findings).not.toBe('');
  });
  it('finds nothing in the revocation list', async () => {
    expect(await lint('lint_crl', '-t', 'CRL', '-p', 'PKIX', '-s', 'NOTICE', at('client-ca.crl'))).toBe('');
  });
});
