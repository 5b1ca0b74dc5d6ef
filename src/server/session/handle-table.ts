/**
 * Handles of one session: opaque random ids for prepared statements and tickets, so that nothing a client holds
 * says anything about the statement behind it, and nobody else can name it.
 */
import { randomBytes } from 'node:crypto';

export interface HandleTable<T> {
  add(value: T): string;
  get(handle: string): T | undefined;
  remove(handle: string): T | undefined;
  values(): IterableIterator<T>;
  readonly size: number;
}

/** 128 random bits, as 32 hexadecimal digits. */
export function makeHandle(): string {
  return randomBytes(16).toString('hex');
}

/**
 * @param entriesMax entries kept; the oldest makes room for a new one
 * @param onEvicted called with an entry that made room
 */
export function createHandleTable<T>(entriesMax: number, onEvicted: (value: T) => void): HandleTable<T> {
  const entries = new Map<string, T>();
  return {
    add(value) {
      const handle = makeHandle();
      entries.set(handle, value);
      if (entries.size > entriesMax) {
        const [oldest] = entries.entries();
        if (oldest !== undefined) {
          entries.delete(oldest[0]);
          onEvicted(oldest[1]);
        }
      }
      return handle;
    },
    get: (handle) => entries.get(handle),
    remove(handle) {
      const value = entries.get(handle);
      entries.delete(handle);
      return value;
    },
    values: () => entries.values(),
    get size() {
      return entries.size;
    },
  };
}
