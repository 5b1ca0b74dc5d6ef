import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entries, splitLongSecrets } from '../../../src/client/credentials/split-secret.js';

/** A keychain that refuses what is too long, and half characters, as Windows Credential Manager does. */
function keychain(charactersMax: number) {
  const kept = new Map<string, string>();
  const entries: Entries = {
    read: (account) => kept.get(account),
    write: (account, secret) => {
      if (secret.length > charactersMax) throw new Error(`${secret.length} characters are too long`);
      if (/\p{Surrogate}/u.test(secret)) throw new Error('half a character');
      kept.set(account, secret);
    },
    delete: (account) => kept.delete(account),
  };
  return { kept, split: splitLongSecrets(entries, charactersMax) };
}

describe('secrets that are longer than an entry', () => {
  it('come back as they were, and leave nothing behind', () => {
    const secret = fc.string({ unit: 'grapheme', maxLength: 3000 });
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 150, max: 1280 }),
        (secrets, max) => {
          const { kept, split } = keychain(max);
          for (const each of secrets) {
            split.write('a', each);
            expect(split.read('a')).toBe(each);
          }
          expect([split.delete('a'), split.delete('a')]).toEqual([true, false]);
          expect(kept.size).toBe(0);
        },
      ),
    );
  });

  it('that look like a list of parts are taken as what they are', () => {
    const { split } = keychain(1280);
    const secret = 'gizmo parts {"account":"b","id":"x","count":1}';
    split.write('a', secret);
    expect(split.read('a')).toBe(secret);
  });

  it('keep the old value where the new one cannot be written as a whole', () => {
    const { kept, split } = keychain(1280);
    split.write('a', 'x'.repeat(3000));
    const half = `${'y'.repeat(2000)}\ud83e${'y'.repeat(100)}`;
    expect(() => split.write('a', half)).toThrow('half a character');
    expect(split.read('a')).toBe('x'.repeat(3000));
    expect(kept.size).toBeGreaterThan(1);
  });

  it('of which a part is gone are gone', () => {
    const { kept, split } = keychain(1280);
    split.write('a', 'x'.repeat(3000));
    kept.delete([...kept.keys()].find((name) => name !== 'a') ?? '');
    expect(split.read('a')).toBeUndefined();
    expect(split.delete('a')).toBe(true);
    expect(kept.size).toBe(0);
  });
});
