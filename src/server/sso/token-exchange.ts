/**
 * Codes and refresh tokens for tokens, with the secret of the OAuth client that only the server has (RFC 6749 §4.1.3,
 * §6). Whoever asks is nobody yet: a code is worth nothing without its PKCE verifier, which only the program has that
 * began the login, and the browser takes codes to loopback addresses only.
 */
import { GizmoError, toGizmoError } from '../../errors.js';
import type { TokenAnswer, TokenRequest } from '../../flight/login/code-exchange.js';
import type { OAuthConfig } from '../config/oauth-config.js';
import type { Logger } from '../telemetry/logger.js';
import { createRateLimit } from './rate-limit.js';

export interface TokenExchange {
  /**
   * @param peer `address:port` of whoever asks
   * @throws GizmoError UNAUTHENTICATED where the provider refuses, RESOURCE_EXHAUSTED for one request too many,
   *   UNAVAILABLE where the provider cannot be reached
   */
  exchange(request: TokenRequest, peer: string): Promise<TokenAnswer>;
}

/** Requests at once to the provider; each is bounded in time and size. */
const RUNNING_MAX = 16;
/** A team behind one address that logs in when the day begins stays within this. */
const BURST = 30;
const REFILL_MS = 2000;
const ADDRESSES_MAX = 10_000;
/** A provider may move its endpoints. */
const METADATA_LIFETIME_MS = 10 * 60 * 1000;

/** `provider` needs a client secret; logs each exchange, and never a code or token. */
export function createTokenExchange(
  provider: OAuthConfig,
  { log, nowMs }: { readonly log: Logger; readonly nowMs: () => number },
): TokenExchange {
  const limit = createRateLimit({
    burst: BURST,
    refillMs: REFILL_MS,
    addressesMax: ADDRESSES_MAX,
    nowMs,
  });
  let running = 0;
  let opened: { readonly grants: Promise<Grants>; readonly untilMs: number } | undefined;

  /** One that could not be had is asked for again at the next login. */
  function open(): Promise<Grants> {
    if (opened === undefined || opened.untilMs < nowMs())
      opened = { grants: openGrants(provider), untilMs: nowMs() + METADATA_LIFETIME_MS };
    return opened.grants;
  }

  return {
    async exchange(request, peer) {
      if (running >= RUNNING_MAX)
        throw new GizmoError('RESOURCE_EXHAUSTED', 'Too many logins at once. Try again in a moment.');
      limit.take(peer);
      running++;
      const fields = { kind: 'authentication', peer, grant: request.grant };
      try {
        const answer = await open().then((grants) => grants.request(request));
        log.info('tokens handed out', { ...fields, result: 'success' });
        return answer;
      } catch (reason) {
        const error = toGizmoError(reason);
        if (error.code !== 'UNAUTHENTICATED') opened = undefined;
        log.warning('tokens refused', {
          ...fields,
          result: 'failure',
          code: error.code,
          reason: error.message,
        });
        throw error;
      } finally {
        running--;
      }
    },
  };
}

interface Grants {
  request(request: TokenRequest): Promise<TokenAnswer>;
}

/** Loaded at the first login: a server whose people have passwords needs none of it. */
async function openGrants({ issuer, clientId, clientSecret }: OAuthConfig): Promise<Grants> {
  const [{ explainProvider }, { openProvider }, { genericGrantRequest }] = await Promise.all([
    import('../../oidc/explain-provider.js'),
    import('../../oidc/open-provider.js'),
    import('openid-client'),
  ]);
  const config = await openProvider({ issuer, clientId, clientSecret });
  return {
    async request(request) {
      try {
        return tokensOf(await genericGrantRequest(config, request.grant, parametersOf(request)));
      } catch (error) {
        throw explainProvider(error, issuer);
      }
    },
  };
}

function parametersOf(request: TokenRequest): Record<string, string> {
  if (request.grant === 'refresh_token') return { refresh_token: request.refreshToken };
  const { code, codeVerifier, redirectUri } = request;
  return { code, code_verifier: codeVerifier, redirect_uri: redirectUri };
}

/** What a provider adds of its own stays here. */
function tokensOf(answer: TokenAnswer): TokenAnswer {
  const { access_token, token_type, id_token, refresh_token, expires_in, scope } = answer;
  return {
    access_token,
    token_type,
    ...(id_token === undefined ? {} : { id_token }),
    ...(refresh_token === undefined ? {} : { refresh_token }),
    ...(expires_in === undefined ? {} : { expires_in }),
    ...(scope === undefined ? {} : { scope }),
  };
}
