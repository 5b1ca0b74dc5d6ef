import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { unlockClientKey } from '../../src/cli/client-key.js';
import { generateKey } from '../../src/pki/key.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-key-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
const key = generateKey('p256');
const open = key.export({ type: 'pkcs8', format: 'pem' }).toString();
const encrypted = {
  'PKCS #8': key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' }),
  "OpenSSL's old form": key.export({
    type: 'sec1',
    format: 'pem',
    cipher: 'aes-128-cbc',
    passphrase: 'open sesame',
  }),
};
afterAll(() => rmSync(folder, { recursive: true }));

const withKey = (pem: string | Buffer) => ({
  skipVerify: false,
  clientCertificate: { cert: Buffer.from('cert'), key: Buffer.from(pem), keyPath: 'ann.key' },
});

describe('the key of a client certificate', () => {
  test('that is not encrypted stays as it is, whatever passphrase there is', async () => {
    const tls = withKey(open);
    expect(await unlockClientKey(tls, '/no/such/file', {})).toEqual(tls);
    expect(await unlockClientKey({ skipVerify: false }, undefined, {})).toEqual({ skipVerify: false });
  });

  describe.each(Object.entries(encrypted))('in %s', (_, pem) => {
    test.each([
      ['--mtls-key-passphrase-file', file('right', 'open sesame\n'), {}],
      ['GIZMO_MTLS_KEY_PASSPHRASE', undefined, { GIZMO_MTLS_KEY_PASSPHRASE: 'open sesame' }],
      [
        'GIZMO_MTLS_KEY_PASSPHRASE_FILE',
        undefined,
        { GIZMO_MTLS_KEY_PASSPHRASE_FILE: file('too', 'open sesame') },
      ],
      [
        'the flag before the environment',
        file('wins', 'open sesame'),
        { GIZMO_MTLS_KEY_PASSPHRASE: 'wrong' },
      ],
    ])('opens by %s', async (_, path, env) => {
      const { clientCertificate } = await unlockClientKey(withKey(pem), path, env);
      expect(clientCertificate?.key.toString()).toBe(open);
    });

    test('is refused with a wrong passphrase, or without one where nobody can be asked', async () => {
      await expect(unlockClientKey(withKey(pem), file('wrong', 'nope'), {})).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        message: expect.stringMatching(/passphrase does not open the key in ann\.key/),
      });
      await expect(unlockClientKey(withKey(pem), undefined, {})).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        message: expect.stringMatching(/ann\.key is encrypted.*--mtls-key-passphrase-file/),
      });
    });
  });

  test('a passphrase file that is not there is named', async () => {
    await expect(unlockClientKey(withKey(encrypted['PKCS #8']), '/no/such/file', {})).rejects.toThrow(
      /Cannot read the secret in \/no\/such\/file: no such file/,
    );
  });
});
