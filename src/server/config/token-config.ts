/** Which JSON Web Tokens are accepted as logins (RFC 7519), and what they make of their bearers. */
import type { Role } from '../model/principal.js';

export interface TokenConfig {
  /** The `iss` claim, letter for letter. */
  readonly issuer: string;
  /** The `aud` claim, or one of them. */
  readonly audience: string;
  readonly keys: TokenKeysConfig;
  /** First match in order; asked where the token has no `role` claim. */
  readonly roleMappings: readonly RoleMapping[];
  /** Undefined: a token that says nothing of a role is refused. */
  readonly defaultRole: Role | undefined;
  /** Undefined: everybody whom the issuer vouches for. Patterns in lower case: an address, or `*` and what it ends in. */
  readonly authorizedEmails: readonly string[] | undefined;
  readonly emailClaim: string;
}

/** `pem`: a public key or certificate; `jwks`: a JSON Web Key Set; `discovery`: the set that the issuer's metadata name. */
export type TokenKeysConfig =
  | { readonly kind: 'pem'; readonly pem: string; readonly source: string }
  | { readonly kind: 'jwks'; readonly url: string }
  | { readonly kind: 'discovery' };

/** Whoever has `value` in `claim`, itself or in its list, has `role`. */
export interface RoleMapping {
  readonly claim: string;
  readonly value: string;
  readonly role: Role;
}
