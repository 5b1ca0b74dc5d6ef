/** What SQL's GRANT has given, as it is kept. */
import { isProvedName, type Principal } from './principal.js';
import type { Grant } from './rights.js';

/** To whom: a principal by name, letter by letter; a role; or everybody. */
export interface Grantee {
  readonly kind: 'user' | 'role' | 'public';
  /** Empty for everybody. */
  readonly name: string;
}

export interface StoredGrant extends Grant {
  readonly grantee: Grantee;
  /** Who gave it. */
  readonly grantor: string;
  readonly sinceMs: number;
}

/** What is known of grants, for whoever decides. */
export interface Grants {
  /** Another number after each change. */
  readonly version: number;
  /** All of them, in the order in which they were given. */
  list(): readonly StoredGrant[];
  /** Catalogs that have had a grant once, folded: without one nothing is allowed there any more. */
  readonly governed: readonly string[];
}

/** Whether a grant is for whoever has this name and role. */
export function isFor({ kind, name }: Grantee, who: Pick<Principal, 'name' | 'role' | 'origin'>): boolean {
  if (kind === 'user') return isProvedName(who) && name === who.name;
  return kind === 'public' || name === who.role;
}
