/**
 * The token made at start when no other way in is configured: accepted as Bearer, and as the password of the
 * default user. Never logs the token.
 */
import { randomBytes } from 'node:crypto';
import { GizmoError } from '../../errors.js';
import type { Principal } from '../model/principal.js';
import type { Strategy } from './authenticator.js';
import { makePrincipal } from './make-principal.js';
import { digestSecret, secretMatches } from './secrets-equal.js';

const PREFIX = 'gzs_';

/** A fresh token of 256 random bits; the prefix lets secret scanners recognise one. */
export function makeStartupToken(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** Accepts `token` as Bearer, and as the password of `username`. */
export function createStartupTokenStrategy(username: string, token: string): Strategy {
  const userDigest = digestSecret(username);
  const tokenDigest = digestSecret(token);
  return {
    name: 'startup-token',
    authenticate(credential): Principal | undefined {
      if (credential.kind === 'bearer') {
        if (!credential.token.startsWith(PREFIX)) return undefined;
        if (!secretMatches(tokenDigest, credential.token)) {
          throw new GizmoError('UNAUTHENTICATED', 'This start-up token is not of the running server.');
        }
        return makePrincipal(username, 'admin', 'startup-token');
      }
      const userMatches = secretMatches(userDigest, credential.username);
      const tokenMatches = secretMatches(tokenDigest, credential.password);
      if (!(userMatches && tokenMatches)) {
        throw new GizmoError('UNAUTHENTICATED', 'Invalid username or password.');
      }
      return makePrincipal(username, 'admin', 'startup-token');
    },
  };
}
