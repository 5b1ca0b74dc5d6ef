/**
 * The token of the administrator: made at start when no other way in is configured, or the operator's own. Accepted
 * as Bearer here, and as the password of the administrator beside this. Never logs the token.
 */
import { randomBytes } from 'node:crypto';
import { GizmoError } from '../../errors.js';
import type { Principal } from '../model/principal.js';
import type { Strategy } from './authenticator.js';
import type { Credential } from './credential.js';
import { makePrincipal } from './make-principal.js';
import { digestSecret, secretMatches } from './secrets-equal.js';

const PREFIX = 'gzs_';

/** A fresh token of 256 random bits; the prefix lets secret scanners recognise one. */
export function makeStartupToken(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** Accepts `token` as Bearer for the administrator `username`. Others that look like one are refused. */
export function createStartupTokenStrategy(username: string, token: string): Strategy {
  const tokenDigest = digestSecret(token);
  const administrator = makePrincipal(username, 'admin', 'startup-token');
  /** What has been compared already: neither of the two changes, and a conversation shows the same at each statement. */
  const compared = new WeakMap<Credential, boolean>();
  const isRight = (credential: Credential & { readonly kind: 'bearer' }): boolean => {
    const known = compared.get(credential);
    if (known !== undefined) return known;
    const right = secretMatches(tokenDigest, credential.token);
    compared.set(credential, right);
    return right;
  };
  return {
    name: 'startup-token',
    authenticate(credential): Principal | undefined {
      if (credential.kind !== 'bearer') return undefined;
      if (isRight(credential)) return administrator;
      if (!credential.token.startsWith(PREFIX)) return undefined;
      throw new GizmoError('UNAUTHENTICATED', 'This start-up token is not of the running server.');
    },
  };
}
