/** Secrets in a file that only its owner may read: `{ "version": 1, "secrets": { key: secret } }`. */
import { dirname } from 'node:path';
import { GizmoError } from '../../errors.js';
import { withLockFile } from '../../lock-file.js';
import { makePrivateDirectory, readPrivateFile, writePrivateFile } from './private-file.js';
import type { SecretStore } from './secret-store.js';

/** Nothing is read or made before it is needed. */
export function fileStore(path: string): SecretStore {
  const change = async <Result>(task: (secrets: Map<string, string>) => Result): Promise<Result> => {
    makePrivateDirectory(dirname(path));
    return withLockFile(`${path}.lock`, `changing ${path}`, async () => {
      const secrets = readSecrets(path);
      const result = task(secrets);
      await writePrivateFile(
        path,
        `${JSON.stringify({ version: 1, secrets: Object.fromEntries(secrets) })}\n`,
      );
      return result;
    });
  };
  return {
    kind: 'file',
    place: path,
    read: async (key) => readSecrets(path).get(key),
    write: (key, secret) => change((secrets) => void secrets.set(key, secret)),
    delete: async (key) => (readSecrets(path).has(key) ? change((secrets) => secrets.delete(key)) : false),
  };
}

function readSecrets(path: string): Map<string, string> {
  const text = readPrivateFile(path);
  if (text === undefined) return new Map();
  const entries = parseEntries(text);
  if (entries !== undefined) return new Map(entries);
  throw new GizmoError(
    'UNAUTHENTICATED',
    `The file of secrets ${path} is damaged. Remove it, and log in again.`,
  );
}

function parseEntries(text: string): [string, string][] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Said by the caller, without the text.
  }
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1)
    return undefined;
  if (!('secrets' in value) || typeof value.secrets !== 'object' || value.secrets === null) return undefined;
  const entries = Object.entries(value.secrets);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
    ? entries
    : undefined;
}
