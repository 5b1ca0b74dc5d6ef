/** An OpenID provider by its issuer: its metadata (OpenID Connect Discovery 1.0), and how this client speaks to it. */
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  None,
} from 'openid-client';
import { GizmoError } from '../errors.js';
import { fetchBounded } from './bounded-fetch.js';
import { explainProvider } from './explain-provider.js';
import { isLoopbackUrl, isProtectedUrl } from './safe-url.js';

export interface ProviderOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly clientSecret?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Takes the place of requests to the token endpoint, for clients whose server speaks to it. */
  readonly exchange?: ((body: URLSearchParams) => Promise<Response>) | undefined;
}

/** Endpoints that tokens are sent to, or a browser. */
const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'device_authorization_endpoint',
  'revocation_endpoint',
  'jwks_uri',
] as const;

/**
 * Asks for the metadata, which must be of this very issuer and name no endpoint that is less protected than it.
 * @throws GizmoError UNAVAILABLE where the provider cannot be reached, FAILED_PRECONDITION where it answers nonsense
 */
export async function openProvider(options: ProviderOptions): Promise<Configuration> {
  const { issuer, clientId, clientSecret, exchange, signal } = options;
  if (!isProtectedUrl(issuer))
    throw new GizmoError(
      'FAILED_PRECONDITION',
      `The identity provider ${issuer} is not at an https:// address.`,
    );
  const insecure = isLoopbackUrl(issuer);
  const ask: CustomFetch = (url, { method, headers, body, signal: own }) =>
    fetchBounded(url, {
      method,
      headers,
      // openid-client's bodies are URLSearchParams, or there is none.
      ...(body instanceof URLSearchParams || typeof body === 'string' ? { body } : {}),
      ...mergeSignals(own, signal),
    });
  let found: Configuration;
  try {
    found = await discovery(new URL(issuer), clientId, undefined, None(), {
      [customFetch]: ask,
      ...(insecure ? { execute: [allowInsecureRequests] } : {}),
    });
  } catch (error) {
    throw explainProvider(error, issuer);
  }
  const metadata = found.serverMetadata();
  if (metadata.issuer !== issuer)
    throw new GizmoError(
      'FAILED_PRECONDITION',
      `The identity provider ${issuer} says it is ${metadata.issuer}.`,
    );
  for (const name of ENDPOINTS) {
    const url = metadata[name];
    if (url === undefined) continue;
    if (!isProtectedUrl(url) || (isLoopbackUrl(url) && !insecure))
      throw new GizmoError(
        'FAILED_PRECONDITION',
        `The identity provider ${issuer} names an unprotected ${name}.`,
      );
  }
  const config = new Configuration(metadata, clientId, undefined, authentication(clientSecret, metadata));
  if (insecure) allowInsecureRequests(config);
  config[customFetch] = (url, request) =>
    exchange !== undefined && url === metadata.token_endpoint && request.body instanceof URLSearchParams
      ? exchange(request.body)
      : ask(url, request);
  return config;
}

/** By what the provider takes; the default of the specification is `client_secret_basic` (OpenID Connect Discovery 1.0 §3). */
function authentication(
  secret: string | undefined,
  metadata: { token_endpoint_auth_methods_supported?: string[] },
) {
  if (secret === undefined) return None();
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_post') ? ClientSecretPost(secret) : ClientSecretBasic(secret);
}

function mergeSignals(...signals: (AbortSignal | undefined)[]): { signal?: AbortSignal } {
  const given = signals.filter((it) => it !== undefined);
  return given.length === 0 ? {} : { signal: AbortSignal.any(given) };
}
