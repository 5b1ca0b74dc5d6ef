/** Secrets that are longer than what a keychain takes (Windows Credential Manager: 1,280 characters), in several entries. */
import { randomUUID } from 'node:crypto';

/** A keychain's own calls. */
export interface Entries {
  read(account: string): string | undefined;
  write(account: string, secret: string): void;
  delete(account: string): boolean;
}

/**
 * The same calls for secrets of any length. The parts have names of their own and are there before the entry that lists
 * them, so that who reads meanwhile gets the old secret or the new one, and no mixture.
 * @param charactersMax of one entry, in UTF-16 code units
 */
export function splitLongSecrets(entries: Entries, charactersMax: number): Entries {
  const deleteParts = (list: string | undefined): void => {
    for (const part of partsOf(list)) entries.delete(part);
  };
  return {
    read(account) {
      const found = entries.read(account);
      if (found?.startsWith(LIST) !== true) return found;
      const parts = partsOf(found).map((part) => entries.read(part));
      return parts.includes(undefined) ? undefined : parts.join('');
    },
    write(account, secret) {
      const before = entries.read(account);
      if (secret.length <= charactersMax && !secret.startsWith(LIST)) entries.write(account, secret);
      else {
        const parts = cut(secret, charactersMax);
        const id = randomUUID();
        for (const [index, part] of parts.entries()) entries.write(partName(account, id, index), part);
        entries.write(account, `${LIST}${JSON.stringify({ account, id, count: parts.length })}`);
      }
      deleteParts(before);
    },
    delete(account) {
      const before = entries.read(account);
      const deleted = entries.delete(account);
      deleteParts(before);
      return deleted;
    },
  };
}

/** What an entry begins with that lists others. */
const LIST = 'gizmo parts ';
const PARTS_MAX = 1000;

/** Names of the parts in a list; none of anything else. */
function partsOf(list: string | undefined): string[] {
  if (list?.startsWith(LIST) !== true) return [];
  const { account, id, count } = JSON.parse(list.slice(LIST.length));
  return Array.from({ length: Math.min(count, PARTS_MAX) }, (_, index) => partName(account, id, index));
}

function partName(account: string, id: string, index: number): string {
  return `${account} ${id} ${index}`;
}

/** Never inside a surrogate pair: keychains take Unicode, and half a character is none. */
function cut(text: string, charactersMax: number): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start + charactersMax;
    if (isHighSurrogate(text.charCodeAt(end - 1)) && end < text.length) end--;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
