/** The public keys that prove tokens: one from a file, or the issuer's set, fetched when it is needed. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { GizmoError } from '../../errors.js';
import { fetchBounded } from '../../oidc/bounded-fetch.js';
import type { TokenConfig } from '../config/token-config.js';

export interface TokenKeys {
  readonly find: JWTVerifyGetKey;
  /** Algorithms (RFC 7518, RFC 8037) that a signature may have: never none, and none with a shared secret. */
  readonly algorithms: readonly string[];
}

/** Throws GizmoError USAGE where the file holds no public key that can prove a token. */
export function createTokenKeys({ keys, issuer }: TokenConfig): TokenKeys {
  switch (keys.kind) {
    case 'pem': {
      const key = readPublicKey(keys.pem, keys.source);
      return { find: async () => key, algorithms: algorithmsOf(key, keys.source) };
    }
    case 'jwks':
      return { find: remoteSet(async () => keys.url), algorithms: ASYMMETRIC };
    case 'discovery':
      return { find: remoteSet(() => discover(issuer)), algorithms: ASYMMETRIC };
  }
}

const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};
const ASYMMETRIC = [...RSA, ...Object.values(CURVES), 'EdDSA', 'Ed25519'];
const FETCH_TIMEOUT_MS = 5000;
/** A key that is not known yet makes the set be fetched again, but not more often than this. */
const REFRESH_AT_LEAST_MS = 5000;
const KEYS_LIFETIME_MS = 5 * 60 * 1000;
const RSA_BITS_MIN = 2048;

function readPublicKey(pem: string, source: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (!/PRIVATE KEY/.test(pem)) return key;
  } catch (cause) {
    throw usage(`${source}: this is no PEM public key or certificate.`, cause);
  }
  throw usage(
    `${source} holds a private key. Only its owner should have that: give the public key or certificate.`,
  );
}

/** Bound to the kind of key, so that a token cannot choose how it is read. */
function algorithmsOf(key: KeyObject, source: string): readonly string[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= RSA_BITS_MIN) return RSA;
  if (type === 'ed25519') return ['EdDSA', 'Ed25519'];
  const curve = type === 'ec' ? CURVES[details?.namedCurve ?? ''] : undefined;
  if (curve !== undefined) return [curve];
  throw usage(
    `${source}: tokens are proved by RSA keys of at least ${RSA_BITS_MIN} bits, P-256, P-384, P-521 or Ed25519.`,
  );
}

/** Looks the address up once it is needed; one that could not be had is asked for again at the next login. */
function remoteSet(locate: () => Promise<string>): JWTVerifyGetKey {
  let located: Promise<JWTVerifyGetKey> | undefined;
  const open = async () =>
    createRemoteJWKSet(new URL(await locate()), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      cooldownDuration: REFRESH_AT_LEAST_MS,
      cacheMaxAge: KEYS_LIFETIME_MS,
      [customFetch]: fetchBounded,
    });
  return async (header: JWTHeaderParameters, token: FlattenedJWSInput) => {
    located ??= open();
    try {
      return await (await located)(header, token);
    } catch (error) {
      // What is wrong with the token is its bearer's affair; all else is between the server and the issuer.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      if (error instanceof errors.JOSENotSupported) throw error;
      await located.catch(() => {
        located = undefined;
      });
      throw unreachable(error);
    }
  };
}

/** OpenID Connect Discovery 1.0 §4. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetchBounded(url, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const metadata = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown } | null;
  if (metadata?.issuer !== issuer) throw new Error(`${url} is of the issuer ${String(metadata?.issuer)}`);
  const { jwks_uri: keys } = metadata;
  if (typeof keys !== 'string' || !URL.canParse(keys)) throw new Error(`${url} names no jwks_uri`);
  // Not less protected than where it was found.
  if (new URL(keys).protocol !== new URL(url).protocol)
    throw new Error(`the jwks_uri ${keys} is not protected`);
  return keys;
}

function unreachable(cause: unknown): GizmoError {
  return new GizmoError(
    'UNAUTHENTICATED',
    'The token cannot be checked: the keys of its issuer cannot be had now. Try again, or ask the server’s operator.',
    { cause, detail: cause instanceof Error ? cause.message : String(cause) },
  );
}

function usage(message: string, cause?: unknown): GizmoError {
  return new GizmoError('USAGE', `--token-signature-verify-cert-path ${message}`, { cause });
}
