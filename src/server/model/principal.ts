/** Who a call acts for. */

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
  | 'certificate'
  | 'operator';

declare const authenticated: unique symbol;

/**
 * A witness that somebody was authenticated: only `auth/make-principal.ts` makes one, so code that takes a
 * Principal cannot forget to ask who is calling.
 */
export interface Principal {
  readonly name: string;
  readonly role: Role;
  readonly method: AuthMethod;
  readonly [authenticated]: true;
}
