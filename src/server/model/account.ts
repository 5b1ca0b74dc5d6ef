/** What the server itself knows of people: users, their API tokens, and who is suspended. */
import type { Role } from './principal.js';

/** A user that an administrator has created. */
export interface StoredUser {
  /** As it was written; no two users' names differ in letter case alone. */
  readonly name: string;
  readonly role: Role;
  /** A hash with its parameters and salt; undefined where nobody can log in with a password. */
  readonly password: string | undefined;
  /** Another one with each password: who logged in with the one before has to log in again. */
  readonly generation: string;
  /** Milliseconds since the epoch. */
  readonly createdMs: number;
}

/** An API token, by which somebody acts for its owner. The token itself is kept nowhere. */
export interface StoredToken {
  /** Stands at the beginning of the token, and may be shown. */
  readonly id: string;
  /** SHA-256 of the whole token. */
  readonly digest: Uint8Array;
  readonly owner: string;
  /** The most its bearer may be; the owner's role, where that is less, goes before it. */
  readonly role: Role;
  readonly createdMs: number;
  /** Undefined: never. */
  readonly expiresMs: number | undefined;
}

/** Answers from memory, so that it can be asked at every call. */
export interface Accounts {
  /** By the name as it was written. */
  user(name: string): StoredUser | undefined;
  users(): readonly StoredUser[];
  token(id: string): StoredToken | undefined;
  tokens(): readonly StoredToken[];
  /** Whether the name, in whatever letter case, is suspended: of a user, or of somebody whom only others know. */
  isSuspended(name: string): boolean;
  /** Names that are suspended, and since when. */
  suspensions(): readonly { readonly name: string; readonly sinceMs: number }[];
}

/** The same text for names that may not be told apart. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
