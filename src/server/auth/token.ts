/**
 * JSON Web Tokens of an identity provider (RFC 7519): as Bearer, or as the password of the user `token`, as GizmoSQL
 * has it. Never logs a token.
 */
import { createHash } from 'node:crypto';
import { errors, type JWTVerifyOptions, jwtVerify } from 'jose';
import { GizmoError } from '../../errors.js';
import { keepLatest } from '../../keep-latest.js';
import type { TokenConfig } from '../config/token-config.js';
import type { Principal } from '../model/principal.js';
import type { Strategy } from './authenticator.js';
import type { Credential } from './credential.js';
import { principalOf } from './token-claims.js';
import { createTokenKeys } from './token-keys.js';

/** The name under which a token is a password. */
const TOKEN_USERNAME = 'token';
/** Clocks differ. */
const LEEWAY_S = 60;
/** A token that comes with every call is checked anew after this: its key may have been withdrawn. */
const TRUSTED_MS = 60_000;
const CACHE_ENTRIES_MAX = 10_000;

const NOT_VALID =
  'The token is not valid here: it is no token of the issuer that this server trusts, or was changed.';

interface Known {
  readonly principal: Principal;
  readonly untilMs: number;
}

/** `onUnchecked` is told why keys could not be had, for the operator. */
export function createTokenStrategy(
  config: TokenConfig,
  nowMs: () => number,
  onUnchecked: (detail: string) => void,
): Strategy {
  const keys = createTokenKeys(config);
  const known = new Map<string, Known>();

  async function verified(token: string, options: JWTVerifyOptions) {
    try {
      return await jwtVerify(token, keys.find, options);
    } catch (error) {
      if (error instanceof GizmoError || error instanceof errors.JOSEError) throw error;
      // Such as an issuer's key that is too short: the operator's affair.
      const detail = error instanceof Error ? error.message : String(error);
      throw new GizmoError('UNAUTHENTICATED', NOT_VALID, { cause: error, detail });
    }
  }

  async function check(token: string): Promise<Known> {
    const { payload } = await verified(token, {
      algorithms: [...keys.algorithms],
      issuer: config.issuer,
      audience: config.audience,
      clockTolerance: LEEWAY_S,
      currentDate: new Date(nowMs()),
      requiredClaims: ['exp'],
    });
    const principal = principalOf(payload, config);
    const endMs = ((payload.exp ?? 0) + LEEWAY_S) * 1000;
    return { principal, untilMs: Math.min(endMs, nowMs() + TRUSTED_MS) };
  }

  return {
    name: 'token',
    async authenticate(credential): Promise<Principal | undefined> {
      const token = tokenOf(credential);
      if (token === undefined) return undefined;
      const key = createHash('sha256').update(token).digest('base64');
      const before = known.get(key);
      if (before !== undefined && before.untilMs > nowMs()) return before.principal;
      known.delete(key);
      const checked = await check(token).catch((error: unknown) => {
        if (error instanceof GizmoError && error.detail !== undefined) onUnchecked(error.detail);
        throw explain(error, config);
      });
      keepLatest(known, key, checked, CACHE_ENTRIES_MAX);
      return checked.principal;
    },
  };
}

function tokenOf(credential: Credential): string | undefined {
  if (credential.kind === 'basic')
    return credential.username === TOKEN_USERNAME ? credential.password : undefined;
  return credential.token.split('.', 4).length === 3 ? credential.token : undefined;
}

function explain(error: unknown, { issuer, audience }: TokenConfig): unknown {
  if (error instanceof GizmoError || !(error instanceof errors.JOSEError)) return error;
  return new GizmoError('UNAUTHENTICATED', sentenceFor(error, issuer, audience), { cause: error });
}

function sentenceFor(error: errors.JOSEError, issuer: string, audience: string): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired. Get a new one.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return `The token is not of the issuer ${issuer}.`;
    if (error.claim === 'aud') return `The token was not made for the audience ${audience}.`;
    if (error.claim === 'nbf') return 'The token is not valid yet.';
    if (error.claim === 'exp') return 'The token has no end ("exp"), which this server does not accept.';
  }
  return NOT_VALID;
}
