/** What the claims of a proved token make of its bearer. Whatever is malformed or cannot be enforced is refused. */
import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { GizmoError } from '../../errors.js';
import type { TokenConfig } from '../config/token-config.js';
import { isPersonName } from '../model/person-name.js';
import { isRole, type Principal, type Role } from '../model/principal.js';
import { readCatalogAccess } from './catalog-access.js';
import { makePrincipal } from './make-principal.js';

/** Throws UNAUTHENTICATED with a sentence for whoever can mend the token or the server's settings. */
export function principalOf(claims: JWTPayload, config: TokenConfig): Principal {
  // RFC 8417: of a logout, for one, which is signed with the same key for the same audience.
  if (claims.events !== undefined) throw refused('The token tells of an event and is no login.');
  // JSON's numbers can be larger than any date.
  if (!Number.isSafeInteger(Math.floor(claims.exp ?? 0)))
    throw refused('The end of the token ("exp") is no time.');
  const email = emailOf(claims, config.emailClaim);
  const name = email ?? claims.sub;
  if (name === undefined) throw refused('The token says neither "sub" nor an e-mail address.');
  if (!isPersonName(name))
    throw refused('The name in the token is no text, empty, too long or has control characters.');
  const catalogAccess = readCatalogAccess(claims.catalog_access);
  if (catalogAccess === 'malformed')
    throw refused(
      'The claim "catalog_access" of the token is no list of rules such as {"catalog": "sales", "access": "none|read|write"}.',
    );
  if (!isAuthorized(email, config.authorizedEmails))
    throw refused(`User '${name}' is not authorized. Contact your administrator.`);
  const origin = { kind: 'issued', expiresAtS: claims.exp ?? 0, settings: settingsId(config) } as const;
  return makePrincipal(name, roleOf(claims, config), 'token', catalogAccess, origin);
}

/**
 * The same text for settings that make the same of the same token. Where a key lies is none of them: servers that share
 * the key of session tokens may keep it in different places.
 */
export function settingsId(config: TokenConfig): string {
  const { issuer, audience, roleMappings, defaultRole, authorizedEmails, emailClaim } = config;
  const mappings = roleMappings.map(({ claim, value, role }) => [claim, value, role]);
  return createHash('sha256')
    .update(JSON.stringify([issuer, audience, mappings, defaultRole, authorizedEmails, emailClaim]))
    .digest('base64url')
    .slice(0, 22);
}

/** An address that its owner has not confirmed is anybody's. */
function emailOf(claims: JWTPayload, claim: string): string | undefined {
  const email = claims[claim];
  if (email === undefined) return undefined;
  if (typeof email !== 'string') throw refused(`The claim "${claim}" of the token is no text.`);
  const verified = claims.email_verified;
  if (verified !== undefined && verified !== true && verified !== 'true')
    throw refused('The e-mail address in the token is not verified by its issuer.');
  return email;
}

function isAuthorized(email: string | undefined, patterns: readonly string[] | undefined): boolean {
  if (patterns === undefined) return true;
  const address = email?.toLowerCase();
  if (address === undefined) return false;
  return patterns.some((it) => (it.startsWith('*') ? address.endsWith(it.slice(1)) : address === it));
}

function roleOf(claims: JWTPayload, { roleMappings, defaultRole }: TokenConfig): Role {
  const { role } = claims;
  if (role !== undefined) {
    if (isRole(role)) return role;
    throw refused('The role in the token is none of admin, user and readonly.');
  }
  for (const { claim, value, role: mapped } of roleMappings) {
    const has = claims[claim];
    if (Array.isArray(has) ? has.includes(value) : has === value) return mapped;
  }
  if (defaultRole !== undefined) return defaultRole;
  throw refused(
    'The token has no "role" claim. Either make the identity provider include one, or start the server with --token-default-role or --token-role-mapping.',
  );
}

function refused(message: string): GizmoError {
  return new GizmoError('UNAUTHENTICATED', message);
}
