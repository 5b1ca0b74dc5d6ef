/** Constant-time comparison of secrets. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key of this process only: digests of it say nothing about the secrets outside. */
const KEY = randomBytes(32).toString('base64');

/** The digest to keep instead of a secret, for {@link secretMatches}. */
export function digestSecret(secret: string): Buffer {
  return hash('sha256', KEY + secret, 'buffer');
}

/** Compares in a time that depends on neither the position of the first difference nor the secrets' lengths. */
export function secretMatches(digest: Buffer, presented: string): boolean {
  return timingSafeEqual(digest, digestSecret(presented));
}
