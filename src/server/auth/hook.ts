/** Quack's way in: a name and a token of which the operator's own function says whether they are good. */
import { GizmoError } from '../../errors.js';
import { isPersonName } from '../model/person-name.js';
import type { Principal, Role } from '../model/principal.js';
import type { Strategy } from './authenticator.js';
import type { FairQueue } from './fair-queue.js';
import type { LoginDelay } from './login-delay.js';
import { makePrincipal } from './make-principal.js';

export interface HookStrategyOptions {
  /** Of whom it admits. */
  readonly role: Role;
  readonly delay: LoginDelay;
  /** Where strangers wait for the function, so that many of them hold up neither each other nor the server. */
  readonly asking: FairQueue;
  /** Whether there is a function now. */
  isOn(): boolean;
  /** Whether somebody of this name comes in by another way, which is then the only one. */
  isTaken(name: string): boolean;
  makeSessionId(): string;
  /** Throws UNAUTHENTICATED unless the function admits. */
  admit(sessionId: string, token: string, name: string): Promise<void>;
}

/** What everybody is told whom the function, or a server that has one, does not admit (Quack's words). */
export const HOOK_REFUSAL = 'Authentication failed';

/** To stand before the strategy of passwords, which refuses whomever it does not know. */
export function createHookStrategy(options: HookStrategyOptions): Strategy {
  const { role, delay, asking, isOn, isTaken, makeSessionId, admit } = options;
  return {
    name: 'hook',
    async authenticate(credential, address, gone): Promise<Principal | undefined> {
      if (credential.kind !== 'basic' || !isOn()) return undefined;
      const { username, password } = credential;
      if (username === 'token' || isTaken(username)) return undefined;
      if (!isPersonName(username)) throw new GizmoError('UNAUTHENTICATED', HOOK_REFUSAL);
      await delay.wait(address, username);
      const sessionId = makeSessionId();
      try {
        // Who came in from there before does not wait behind whoever floods the server from the same address.
        const place = delay.knows(address, username) ? `${address} known` : address;
        await asking.run(place, username, () => admit(sessionId, password, username), gone);
      } catch (error) {
        // Who was not asked about has not failed.
        if (error instanceof GizmoError && error.code === 'UNAUTHENTICATED') delay.failed(address, username);
        throw error;
      }
      delay.succeeded(address, username);
      return makePrincipal(username, role, 'hook', undefined, { kind: 'hook', sessionId });
    },
  };
}
