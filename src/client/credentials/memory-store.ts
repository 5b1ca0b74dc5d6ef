/** Secrets that end with this process. */
import type { SecretStore } from './secret-store.js';

/** Each call makes another one. */
export function memoryStore(): SecretStore {
  const secrets = new Map<string, string>();
  return {
    kind: 'memory',
    place: 'memory of this process',
    read: async (key) => secrets.get(key),
    write: async (key, secret) => void secrets.set(key, secret),
    delete: async (key) => secrets.delete(key),
  };
}
