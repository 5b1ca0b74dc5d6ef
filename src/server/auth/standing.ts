/**
 * How somebody who has shown who they are stands now: asked at every call, so that a suspension, another role or a
 * revoked token counts at once, whatever the session began as.
 */
import { GizmoError } from '../../errors.js';
import type { Accounts } from '../model/account.js';
import { lowerRole, type Origin, type Principal, type Role } from '../model/principal.js';
import { makePrincipal } from './make-principal.js';

export interface Standing {
  /** The principal with the role of now. Throws UNAUTHENTICATED where they may not call any more. */
  of(principal: Principal): Principal;
  /** The role that tokens of `name` can have at most; undefined for whom the server does not know. */
  ownerRole(name: string): Role | undefined;
}

/**
 * @param administrator name of the one that the configuration lets in; undefined where it lets nobody in
 * @param hookRole of whom the operator's function has admitted; undefined where there is none any more
 * @param tokenSettings by which identity providers' tokens are taken now (`settingsId`); undefined: they are not
 */
export function createStanding(
  accounts: Accounts,
  administrator: string | undefined,
  nowMs: () => number,
  hookRole: () => Role | undefined,
  tokenSettings: string | undefined,
): Standing {
  function ownerRole(name: string): Role | undefined {
    return accounts.user(name)?.role ?? (name === administrator ? 'admin' : undefined);
  }

  function roleOf({ name, role }: Principal, origin: Origin): Role {
    switch (origin.kind) {
      case 'user': {
        const user = accounts.user(name);
        if (user?.generation !== origin.generation) throw changed();
        return user.role;
      }
      case 'api-token': {
        const token = accounts.token(origin.id);
        const most = ownerRole(name);
        if (token?.owner !== name || most === undefined) throw noSuchToken();
        if (token.expiresMs !== undefined && token.expiresMs <= nowMs()) throw tokenExpired();
        return lowerRole(token.role, most);
      }
      case 'hook': {
        const now = hookRole();
        if (now === undefined || ownerRole(name) !== undefined) throw changed();
        return now;
      }
      case 'issued':
        if (origin.settings !== tokenSettings) throw settingsChanged();
        return role;
    }
  }

  return {
    ownerRole,
    of(principal) {
      const { name, method, catalogAccess, origin } = principal;
      if (accounts.isSuspended(name)) throw suspended(name);
      if (origin === undefined) return principal;
      const role = roleOf(principal, origin);
      return role === principal.role ? principal : makePrincipal(name, role, method, catalogAccess, origin);
    },
  };
}

/** Why a suspended person's calls fail, and why their sessions end. */
export function suspended(name: string): GizmoError {
  return new GizmoError('UNAUTHENTICATED', `User '${name}' is suspended. Contact your administrator.`);
}

/** Why calls with an API token fail that there is not, or not any more. */
export function noSuchToken(): GizmoError {
  return new GizmoError(
    'UNAUTHENTICATED',
    'This API token is not valid here: it was revoked, or never issued.',
  );
}

function tokenExpired(): GizmoError {
  return new GizmoError(
    'UNAUTHENTICATED',
    'This API token has expired. Ask an administrator for another one.',
  );
}

function settingsChanged(): GizmoError {
  return new GizmoError(
    'UNAUTHENTICATED',
    "The server's settings for tokens have changed since this login. Log in again.",
  );
}

function changed(): GizmoError {
  return new GizmoError(
    'UNAUTHENTICATED',
    'The password of this login is not in force any more. Log in again.',
  );
}
