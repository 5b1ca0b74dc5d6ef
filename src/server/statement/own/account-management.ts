/** What the statements that manage users and tokens have in common. */
import { GizmoError } from '../../../errors.js';
import type { FairQueue } from '../../auth/fair-queue.js';
import type { Standing } from '../../auth/standing.js';
import type { Person, Role } from '../../model/principal.js';
import type { SessionRegistry } from '../../session/session-registry.js';
import type { AccountStore } from '../../state/account-store.js';
import type { GrantStore } from '../../state/grant-store.js';
import type { PolicyStore } from '../../state/policy-store.js';

/** The parts of the server that they change. */
export interface AccountManagement {
  readonly accounts: AccountStore;
  readonly grants: Pick<GrantStore, 'revoke'>;
  readonly policies: Pick<PolicyStore, 'forgetUser'>;
  readonly standing: Pick<Standing, 'ownerRole'>;
  /** Where passwords wait to be hashed. */
  readonly hashing: FairQueue;
  readonly sessions: Pick<SessionRegistry, 'endWhere'> & {
    /** Ends what opens with a session token that a name has had until now. */
    endTokensOf(name: string): Promise<void>;
  };
  /** The name that the configuration gives its administrator. */
  readonly administrator: string;
  readonly nowMs: () => number;
}

/** In the order in which a reader looks for them. */
export const ROLES: readonly Role[] = ['admin', 'user', 'readonly'];

/** Whether somebody may manage users and tokens. */
export function isAdministrator({ role }: Person): boolean {
  return role === 'admin';
}

/** Why a session ends whose person is not what they were. */
export function ended(why: string): GizmoError {
  return new GizmoError('UNAUTHENTICATED', `${why} Log in again.`);
}
