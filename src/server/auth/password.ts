/**
 * Username and password of the bootstrap administrator, given at start by flag, environment or file.
 * Never logs the password or what was presented for it.
 */
import { GizmoError } from '../../errors.js';
import type { Principal } from '../model/principal.js';
import type { Strategy } from './authenticator.js';
import { makePrincipal } from './make-principal.js';
import { digestSecret, secretMatches } from './secrets-equal.js';

export function createPasswordStrategy(username: string, password: string): Strategy {
  const userDigest = digestSecret(username);
  const passwordDigest = digestSecret(password);
  return {
    name: 'password',
    authenticate(credential): Principal | undefined {
      if (credential.kind !== 'basic') return undefined;
      // Both are compared whatever the first says: an unknown user takes as long as a wrong password.
      const userMatches = secretMatches(userDigest, credential.username);
      const passwordMatches = secretMatches(passwordDigest, credential.password);
      if (!(userMatches && passwordMatches)) {
        throw new GizmoError('UNAUTHENTICATED', 'Invalid username or password.');
      }
      return makePrincipal(username, 'admin', 'password');
    },
  };
}
