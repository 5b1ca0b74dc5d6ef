/**
 * Session tokens: what a handshake hands out, a JWT signed with the server's secret key (HS256, RFC 7519) that
 * names the session. It is good on every server that has the same key. A live session outlives its token:
 * expiry only bars opening a session anew (the guide: "Token expiration does not terminate active sessions").
 */
import { createHash, randomUUID } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose';
import { GizmoError } from '../../errors.js';
import { keepLatest } from '../../keep-latest.js';
import { OWN_ISSUER } from '../config/parse-token.js';
import { type AuthMethod, isRole, type Origin, type Principal } from '../model/principal.js';
import { readCatalogAccess } from './catalog-access.js';
import type { Credential } from './credential.js';
import { makePrincipal } from './make-principal.js';

const AUDIENCE = 'gizmo-session';
/** How long one opens a session, from when it was made. */
export const SESSION_TOKEN_LIFETIME_S = 24 * 60 * 60;
/** Verified tokens remembered, so that a call costs a look-up and not a signature check. */
const CACHE_ENTRIES_MAX = 10_000;

export interface SessionClaims {
  readonly principal: Principal;
  readonly sessionId: string;
  /** Both in seconds since the epoch. */
  readonly issuedAtS: number;
  readonly expiresAtS: number;
  /** Given to a client certificate: good only on a connection whose certificate names the same person. */
  readonly needsCertificate: boolean;
}

export interface SessionTokens {
  /** Makes a token for a new session of `principal`. */
  issue(principal: Principal): Promise<{ token: string; sessionId: string }>;
  /** Undefined if the bearer is not a session token at all; throws UNAUTHENTICATED if it is one and wrong. */
  verify(credential: Credential): Promise<SessionClaims | undefined>;
}

/** @param login what else the tokens hang on, beside the key: where it changes, those of before are refused */
export function createSessionTokens(
  secretKey: string,
  nowMs: () => number,
  login: readonly string[] = [],
): SessionTokens {
  // A digest under a label of its own: the operator's key may serve other purposes and have any length.
  const key = createHash('sha256')
    .update('gizmo session token\0')
    .update(JSON.stringify([secretKey, ...login]), 'utf8')
    .digest();
  const cache = new Map<string, SessionClaims>();
  return {
    async issue(principal) {
      const { origin } = principal;
      // The one that the operator's function was asked about.
      const sessionId = origin?.kind === 'hook' ? origin.sessionId : randomUUID();
      const nowS = Math.floor(nowMs() / 1000);
      const token = await new SignJWT({
        role: principal.role,
        sid: sessionId,
        ...(principal.catalogAccess !== undefined && { catalog_access: principal.catalogAccess }),
        ...(origin !== undefined && { origin }),
        method: principal.method,
        ...(principal.method === 'certificate' && { mtls: true }),
      })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(OWN_ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(principal.name)
        // To the millisecond (RFC 7519 §2 allows it): a suspension ends the tokens of before, and of no later login.
        .setIssuedAt(nowMs() / 1000)
        .setExpirationTime(nowS + SESSION_TOKEN_LIFETIME_S)
        .sign(key);
      return { token, sessionId };
    },
    async verify(credential) {
      if (credential.kind !== 'bearer' || !looksLikeJwt(credential.token)) return undefined;
      const cached = cache.get(credential.token);
      if (cached !== undefined) return cached;
      if (!saysItIsOurs(credential.token)) return undefined;
      const claims = await readClaims(credential.token, key);
      keepLatest(cache, credential.token, claims, CACHE_ENTRIES_MAX);
      return claims;
    },
  };
}

async function readClaims(token: string, key: Uint8Array): Promise<SessionClaims> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      issuer: OWN_ISSUER,
      audience: AUDIENCE,
      // Expiry is judged by the session registry: a live session may be used past it.
      currentDate: new Date(0),
      requiredClaims: ['sub', 'exp', 'iat'],
    });
    const { sub, sid, role, iat, exp, mtls } = payload;
    const catalogAccess = readCatalogAccess(payload.catalog_access);
    if (typeof sub !== 'string' || typeof sid !== 'string' || !isRole(role) || exp === undefined)
      throw refused();
    if (catalogAccess === 'malformed') throw refused();
    const origin = payload.origin === undefined ? undefined : readOrigin(payload.origin);
    const principal = makePrincipal(sub, role, readMethod(payload.method), catalogAccess, origin);
    return {
      principal,
      sessionId: sid,
      issuedAtS: iat ?? 0,
      expiresAtS: exp,
      needsCertificate: mtls !== undefined,
    };
  } catch (error) {
    if (error instanceof errors.JOSEError) throw refused(error);
    throw error;
  }
}

/** How its bearer logged in; the token itself where another version has not said so. */
function readMethod(claim: unknown): AuthMethod {
  return METHODS.find((it) => it === claim) ?? 'session-token';
}

/** Those for which a token is made. */
const METHODS: readonly AuthMethod[] = [
  'password',
  'startup-token',
  'token',
  'api-token',
  'certificate',
  'hook',
];

/** Ours, because we have signed it; but perhaps of another version. */
function readOrigin(claim: unknown): Origin {
  const { kind, generation, id, expiresAtS, settings, sessionId } = Object(claim);
  if (kind === 'user' && typeof generation === 'string') return { kind, generation };
  if (kind === 'api-token' && typeof id === 'string') return { kind, id };
  if (kind === 'hook' && typeof sessionId === 'string') return { kind, sessionId };
  if (kind === 'issued' && typeof expiresAtS === 'number' && typeof settings === 'string')
    return { kind, expiresAtS, settings };
  throw refused();
}

function refused(cause?: unknown): GizmoError {
  return new GizmoError('UNAUTHENTICATED', 'The session token is not valid on this server. Log in again.', {
    cause,
  });
}

/** Judged by what it says of itself: one that lies is refused here, any other is for who knows its issuer. */
function saysItIsOurs(token: string): boolean {
  try {
    return decodeJwt(token).iss === OWN_ISSUER;
  } catch {
    return false; // No token at all: whoever else takes tokens says so.
  }
}

function looksLikeJwt(token: string): boolean {
  const [first, last] = [token.indexOf('.'), token.lastIndexOf('.')];
  return first !== last && token.indexOf('.', first + 1) === last;
}
