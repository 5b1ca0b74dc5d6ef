/**
 * API tokens: `gzm_`, an id that may be shown, and 256 random bits, by which a program acts for a user. Accepted as
 * Bearer and as the password of the user `token`. Only a digest is kept. Never logs a token.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Accounts, StoredToken } from '../model/account.js';
import type { Principal } from '../model/principal.js';
import type { Strategy } from './authenticator.js';
import type { Credential } from './credential.js';
import { makePrincipal } from './make-principal.js';
import { noSuchToken, type Standing } from './standing.js';

/** By it secret scanners recognise one. */
const PREFIX = 'gzm_';
const ID_BYTES = 6;
const SECRET_BYTES = 32;
const TOKEN = /^gzm_([0-9a-f]{12})_[\w-]{43}$/;
/** The name under which a token is a password. */
const TOKEN_USERNAME = 'token';

/** A fresh token, which exists nowhere else, and what is kept of it. */
export function makeApiToken(): { readonly token: string } & Pick<StoredToken, 'id' | 'digest'> {
  const id = randomBytes(ID_BYTES).toString('hex');
  const token = `${PREFIX}${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { token, id, digest: digestOf(token) };
}

/** The id in a token, an id with the prefix, or an id alone; undefined for anything else. */
export function apiTokenId(text: string): string | undefined {
  return TOKEN.exec(text)?.[1] ?? /^(?:gzm_)?([0-9a-f]{12})$/.exec(text)?.[1];
}

/** Whoever presents one acts for its owner, with no more than the owner's rights. */
export function createApiTokenStrategy(accounts: Accounts, standing: Standing): Strategy {
  return {
    name: 'api-token',
    authenticate(credential): Principal | undefined {
      const text = tokenOf(credential);
      if (text === undefined) return undefined;
      const id = TOKEN.exec(text)?.[1];
      const stored = id === undefined ? undefined : accounts.token(id);
      if (stored === undefined || !timingSafeEqual(stored.digest, digestOf(text))) throw noSuchToken();
      const origin = { kind: 'api-token', id: stored.id } as const;
      return standing.of(makePrincipal(stored.owner, stored.role, 'api-token', undefined, origin));
    },
  };
}

function tokenOf(credential: Credential): string | undefined {
  if (credential.kind === 'bearer') return credential.token.startsWith(PREFIX) ? credential.token : undefined;
  const { username, password } = credential;
  return username === TOKEN_USERNAME && password.startsWith(PREFIX) ? password : undefined;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
