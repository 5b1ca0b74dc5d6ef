/**
 * The ways in, in order. A credential that is presented and wrong is refused by the strategy it belongs to and
 * never handed to the next one.
 */
import { GizmoError } from '../../errors.js';
import type { Principal } from '../model/principal.js';
import type { Credential } from './credential.js';

/** One way in. */
export interface Strategy {
  readonly name: string;
  /**
   * The principal if the credential is of this strategy and right; undefined if it is not of this strategy;
   * throws UNAUTHENTICATED if it is and wrong. `address` is the caller's network (`networkOf`); `gone` aborts when nobody
   * waits for the answer any more.
   */
  authenticate(
    credential: Credential,
    address: string,
    gone?: AbortSignal,
  ): Principal | undefined | Promise<Principal | undefined>;
}

export interface Authenticator {
  /** `address`: the caller's network; `gone` aborts when nobody waits for the answer any more. */
  authenticate(credential: Credential, address: string, gone?: AbortSignal): Promise<Principal>;
}

export function createAuthenticator(strategies: readonly Strategy[]): Authenticator {
  return {
    async authenticate(credential, address, gone) {
      for (const strategy of strategies) {
        const principal = await strategy.authenticate(credential, address, gone);
        if (principal !== undefined) return principal;
      }
      throw new GizmoError(
        'UNAUTHENTICATED',
        credential.kind === 'bearer' ? 'This token is not accepted here.' : 'Invalid username or password.',
      );
    },
  };
}
