/** The private key of a client certificate, which may be encrypted: its passphrase comes from a file, the environment or a prompt. */
import { GizmoError } from '../errors.js';
import type { ConnectionTls } from './connection-tls.js';
import { type Environment, findSetting } from './environment.js';
import { readSecret } from './read-secret.js';
import { readSecretFile } from './secret-file.js';

/**
 * The same with a key that is not encrypted. Nothing is asked where it was not to begin with.
 * @throws GizmoError UNAUTHENTICATED for a wrong passphrase, or none where there is no terminal; USAGE for no key
 */
export async function unlockClientKey(
  tls: ConnectionTls,
  passphraseFile: string | undefined,
  env: Environment,
): Promise<ConnectionTls> {
  const { clientCertificate } = tls;
  if (clientCertificate === undefined) return tls;
  const { isEncryptedKey, readPrivateKey } = await import('../pki/key.js');
  const { key, keyPath } = clientCertificate;
  if (!isEncryptedKey(key)) return tls;
  const passphrase = await findPassphrase(keyPath, passphraseFile, env);
  const opened = readPrivateKey(key, keyPath, passphrase).export({ type: 'pkcs8', format: 'pem' });
  return { ...tls, clientCertificate: { ...clientCertificate, key: Buffer.from(opened) } };
}

async function findPassphrase(keyPath: string, file: string | undefined, env: Environment): Promise<string> {
  if (file !== undefined) return readSecretFile(file);
  const setting = findSetting(env, 'MTLS_KEY_PASSPHRASE');
  if (setting !== undefined) return setting.value;
  const named = findSetting(env, 'MTLS_KEY_PASSPHRASE_FILE');
  if (named !== undefined) return readSecretFile(named.value);
  if (process.stdin.isTTY && process.stderr.isTTY) return readSecret(`Passphrase for ${keyPath}: `);
  throw new GizmoError(
    'UNAUTHENTICATED',
    `The key in ${keyPath} is encrypted. Use --mtls-key-passphrase-file or GIZMO_MTLS_KEY_PASSPHRASE, or a terminal to be asked.`,
  );
}
