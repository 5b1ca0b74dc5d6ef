/** Authorization code with PKCE, over the user's own browser (RFC 6749 §4.1, RFC 7636, RFC 8252). */
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { GizmoError } from '../../errors.js';
import type { RedirectHost } from '../../flight/login/login-settings.js';
import { explainProvider } from '../../oidc/explain-provider.js';
import { isProtectedUrl } from '../../oidc/safe-url.js';
import { type Callback, type CallbackListener, listenForCallback } from './callback-listener.js';
import type { CallbackOutcome } from './callback-page.js';
import type { LoginUi } from './login-ui.js';
import type { TokenSet } from './token-set.js';

export interface WebLoginOptions {
  readonly provider: Configuration;
  readonly issuer: string;
  readonly scopes: string;
  readonly redirectHost: RedirectHost;
  readonly redirectPort: number;
  readonly ui: LoginUi;
  readonly signal: AbortSignal;
}

/** Tokens, and the browser that waits to be told whether the server takes them. */
export interface WebLogin {
  readonly tokens: TokenSet;
  finish(outcome: CallbackOutcome): Promise<void>;
}

const TIMEOUT_MS = 5 * 60 * 1000;

/**
 * Checks state, issuer (RFC 9207), nonce and ID token; a code that comes for another login changes nothing.
 * @throws GizmoError UNAUTHENTICATED where the provider or its user refuses, DEADLINE_EXCEEDED after five minutes
 */
export async function logInByBrowser(options: WebLoginOptions): Promise<WebLogin> {
  const { provider, scopes, ui } = options;
  const secrets = {
    pkceCodeVerifier: randomPKCECodeVerifier(),
    expectedState: randomState(),
    expectedNonce: randomNonce(),
    idTokenExpected: true,
  };
  const { redirectHost: host, redirectPort: port } = options;
  const listener = await listenForCallback({ host, port, state: secrets.expectedState });
  let callback: Callback | undefined;
  const finish = async (outcome: CallbackOutcome): Promise<void> => {
    callback?.answer(outcome);
    await listener.close();
  };
  try {
    const url = buildAuthorizationUrl(provider, {
      redirect_uri: listener.redirectUri,
      scope: scopes,
      code_challenge: await calculatePKCECodeChallenge(secrets.pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: secrets.expectedState,
      nonce: secrets.expectedNonce,
    });
    await show(url, ui);
    callback = await waitForCallback(listener, options);
    const tokens = await authorizationCodeGrant(provider, callback.url, secrets);
    return { tokens, finish };
  } catch (error) {
    await finish('failure');
    throw options.signal.aborted && !(error instanceof GizmoError)
      ? options.signal.reason
      : explainProvider(error, options.issuer);
  }
}

async function show(url: URL, ui: LoginUi): Promise<void> {
  if (!isProtectedUrl(url.href))
    throw new GizmoError(
      'UNAUTHENTICATED',
      'The identity provider sends browsers to an unprotected address.',
    );
  const opened = (await ui.open?.(url.href)) === true;
  ui.say(opened ? 'A browser opens. If it does not, open this address:' : 'Open this address in a browser:');
  ui.say(`\n    ${url.href}\n`);
  if (ui.askPaste !== undefined)
    ui.say(
      'Where the browser runs on another machine, it ends at an address that it cannot open: paste it here.',
    );
}

async function waitForCallback(
  listener: CallbackListener,
  { ui, signal }: WebLoginOptions,
): Promise<Callback> {
  const over = new AbortController();
  const waiting = AbortSignal.any([signal, over.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const ended = new Promise<never>((_, reject) => {
    const end = () =>
      reject(
        signal.aborted
          ? signal.reason
          : new GizmoError(
              'DEADLINE_EXCEEDED',
              'Nobody came back from the browser within five minutes. Try again.',
            ),
      );
    if (waiting.aborted) end();
    else waiting.addEventListener('abort', end, { once: true });
  });
  ended.catch(() => undefined); // Nobody listens any more once the callback is there.
  try {
    return await Promise.race([listener.callback, ended, pasted(listener, ui, waiting)]);
  } finally {
    over.abort();
  }
}

/** Asks until something of this login was pasted; then the listener has it. Rejects only where the user gives up. */
async function pasted(listener: CallbackListener, ui: LoginUi, signal: AbortSignal): Promise<Callback> {
  while (ui.askPaste !== undefined && !signal.aborted) {
    const text = await ui.askPaste(signal).catch((error: unknown) => {
      if (signal.aborted) return '';
      throw error;
    });
    if (listener.paste(text)) break;
    if (text.trim() === '') continue;
    ui.say(`That is not the address this login ends at. It begins with ${listener.redirectUri}`);
  }
  return listener.callback;
}
