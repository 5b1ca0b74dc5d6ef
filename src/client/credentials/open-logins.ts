/** The logins of a user with all the places that secrets can lie in. */
import { join } from 'node:path';
import { fileStore } from './file-store.js';
import { keychainStore } from './keychain-store.js';
import { Logins } from './logins.js';
import { memoryStore } from './memory-store.js';
import type { SecretStore } from './secret-store.js';
import type { StoreKind } from './stored-login.js';

/** @param directory where the files are, such as `~/.local/state/gizmo`; nothing is read or made there yet */
export function openLogins(directory: string): Logins {
  const opened = new Map<StoreKind, SecretStore>();
  return new Logins(directory, (kind) => {
    const store = opened.get(kind) ?? openStore(kind, directory);
    opened.set(kind, store);
    return store;
  });
}

function openStore(kind: StoreKind, directory: string): SecretStore {
  switch (kind) {
    case 'keychain':
      return keychainStore();
    case 'file':
      return fileStore(join(directory, 'credentials.json'));
    case 'memory':
      return memoryStore();
  }
}
