/** Login on another device, for machines without a browser (RFC 8628). */
import {
  type Configuration,
  calculatePKCECodeChallenge,
  initiateDeviceAuthorization,
  pollDeviceAuthorizationGrant,
  randomPKCECodeVerifier,
} from 'openid-client';
import { GizmoError } from '../../errors.js';
import { orAborted } from '../../flight/signal.js';
import { explainProvider } from '../../oidc/explain-provider.js';
import { isProtectedUrl } from '../../oidc/safe-url.js';
import type { LoginUi } from './login-ui.js';
import type { TokenSet } from './token-set.js';

export interface DeviceLoginOptions {
  readonly provider: Configuration;
  readonly issuer: string;
  readonly scopes: string;
  readonly ui: LoginUi;
  readonly signal: AbortSignal;
}

/** Nobody waits longer, whatever the provider allows. */
const TIMEOUT_MAX_S = 30 * 60;

/**
 * Shows a code and the address to enter it at, and asks the provider until somebody has.
 * @throws GizmoError UNAUTHENTICATED where they refuse, DEADLINE_EXCEEDED where nobody does in time
 */
export async function logInByDevice(options: DeviceLoginOptions): Promise<TokenSet> {
  const { provider, issuer, scopes, ui, signal } = options;
  const verifier = randomPKCECodeVerifier();
  const begun = await initiateDeviceAuthorization(provider, {
    scope: scopes,
    // Not of RFC 8628; Keycloak asks for it where it does so for codes, and others leave it alone.
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).catch((error: unknown) => {
    throw explainProvider(error, issuer);
  });
  const { verification_uri: address, verification_uri_complete: complete, user_code: code } = begun;
  if (!isProtectedUrl(address))
    throw new GizmoError(
      'UNAUTHENTICATED',
      'The identity provider names an unprotected address for the code.',
    );
  ui.say(`Open this address on any device:\n\n    ${address}\n\nand enter the code\n\n    ${code}\n`);
  if (complete !== undefined && isProtectedUrl(complete)) ui.say(`or open\n\n    ${complete}\n`);
  ui.say('Go on only if the page shows this very code, and only because you began this login.');
  const lifetimeS = Math.min(begun.expires_in, TIMEOUT_MAX_S);
  const waiting = AbortSignal.any([signal, AbortSignal.timeout(lifetimeS * 1000)]);
  try {
    // Between two questions openid-client looks at the signal every five seconds only.
    return await orAborted(
      pollDeviceAuthorizationGrant(provider, begun, { code_verifier: verifier }, { signal: waiting }),
      waiting,
    );
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (waiting.aborted)
      throw new GizmoError('DEADLINE_EXCEEDED', 'Nobody entered the code in time. Try again.', {
        cause: error,
      });
    throw explainProvider(error, issuer);
  }
}
