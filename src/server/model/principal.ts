/** Who a call acts for. */
import type { CatalogRule } from './catalog-rule.js';

/** The guide's three roles (reference: GizmoSQL security guide, Layer 4). */
export type Role = 'admin' | 'user' | 'readonly';

/** Whether a word of a setting or a claim is a role. */
export function isRole(value: unknown): value is Role {
  return value === 'admin' || value === 'user' || value === 'readonly';
}

/** How the identity was shown. */
export type AuthMethod =
  | 'password'
  | 'startup-token'
  | 'session-token'
  | 'token'
  | 'api-token'
  | 'certificate'
  | 'hook'
  | 'operator';

/**
 * What an identity hangs on and is good as long as: a user of the server's own and the password they logged in with,
 * an API token, a token that an identity provider issued, which ends by itself, or the operator's function, which was
 * asked about this session.
 */
export type Origin =
  | { readonly kind: 'user'; readonly generation: string }
  | { readonly kind: 'api-token'; readonly id: string }
  | { readonly kind: 'issued'; readonly expiresAtS: number; readonly settings: string }
  | { readonly kind: 'hook'; readonly sessionId: string };

declare const authenticated: unique symbol;

/**
 * A witness that somebody was authenticated: only `auth/make-principal.ts` makes one, so code that takes a
 * Principal cannot forget to ask who is calling.
 */
export interface Principal {
  readonly name: string;
  readonly role: Role;
  readonly method: AuthMethod;
  /** The catalogs that the credential limits its bearer to; never there for an administrator. */
  readonly catalogAccess?: readonly CatalogRule[];
  /** Undefined: the server's configuration. */
  readonly origin?: Origin;
  readonly [authenticated]: true;
}

/** What decisions are made on, of somebody who need not be there: what they would be allowed can be asked about. */
export type Person = Pick<Principal, 'name' | 'role' | 'method' | 'catalogAccess' | 'origin'>;

/** Whether `who` is to be shown what `whose` does: administrators see everybody's doings, others those of the same login. */
export function concerns(who: Principal, whose: Principal): boolean {
  return who.role === 'admin' || identityOf(who) === identityOf(whose);
}

/**
 * The same text for the same person with the same rights, however they logged in; an API token is one of its own, and
 * whom the operator's function admits is none of those whom the server knows.
 */
export function identityOf(principal: Principal): string {
  let identity = identities.get(principal);
  if (identity === undefined) {
    const { name, role, catalogAccess, origin } = principal;
    const token = origin?.kind === 'api-token' ? origin.id : origin?.kind === 'hook' ? 'hook' : undefined;
    const rules = catalogAccess?.map(({ catalog, access }) => [catalog, access]);
    identity = JSON.stringify([role, name, rules, token]);
    identities.set(principal, identity);
  }
  return identity;
}

/** A principal does not change; it is asked for at each call. */
const identities = new WeakMap<Principal, string>();

/** Whether somebody has shown to be who bears the name. Whom the operator's function admits chose theirs. */
export function isProvedName({ origin }: Pick<Principal, 'origin'>): boolean {
  return origin?.kind !== 'hook';
}

/** The role that may do less. */
export function lowerRole(one: Role, other: Role): Role {
  const [lower] = (['readonly', 'user', 'admin'] as const).filter((it) => it === one || it === other);
  return lower ?? 'readonly';
}
