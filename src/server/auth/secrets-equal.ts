/** Constant-time comparison of secrets. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key of this process only: digests of it say nothing about the secrets outside. */
const KEY = randomBytes(32);

/** The digest to keep instead of a secret, for {@link secretMatches}. */
export function digestSecret(secret: string): Buffer {
  return createHmac('sha256', KEY).update(secret, 'utf8').digest();
}

/** Compares in a time that depends on neither the position of the first difference nor the secrets' lengths. */
export function secretMatches(digest: Buffer, presented: string): boolean {
  return timingSafeEqual(digest, digestSecret(presented));
}
