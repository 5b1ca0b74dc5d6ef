/** Token requests that the server makes in its clients' place, because only it has the secret of the OAuth client. */
import { GizmoError } from '../../errors.js';
import {
  EXCHANGE_ACTION,
  encodeTokenRequest,
  REFRESH_ACTION,
  type TokenRequest,
} from '../../flight/login/code-exchange.js';
import { askStranger } from '../connect.js';
import type { LoginServer } from '../credentials/login-server.js';

/** The server waits for the provider. */
const EXCHANGE_TIMEOUT_MS = 15_000;

/**
 * What stands in the place of the token endpoint: takes its form, and answers as it would.
 * @throws GizmoError as the server says
 */
export function exchangeByServer(
  server: LoginServer,
  signal: AbortSignal | undefined,
): (form: URLSearchParams) => Promise<Response> {
  return async (form) => {
    const request = requestOf(form);
    const type = request.grant === 'refresh_token' ? REFRESH_ACTION : EXCHANGE_ACTION;
    const [result] = await askStranger(
      server,
      (channel) =>
        channel.doAction(type, encodeTokenRequest(request), { timeoutMs: EXCHANGE_TIMEOUT_MS, signal }),
      signal,
    );
    return new Response(Buffer.from(result?.body ?? []), { headers: { 'content-type': 'application/json' } });
  };
}

function requestOf(form: URLSearchParams): TokenRequest {
  const field = (name: string) => form.get(name) ?? '';
  const grant = field('grant_type');
  if (grant === 'refresh_token') return { grant, refreshToken: field('refresh_token') };
  if (grant === 'authorization_code')
    return {
      grant,
      code: field('code'),
      codeVerifier: field('code_verifier'),
      redirectUri: field('redirect_uri'),
    };
  throw new GizmoError(
    'UNAUTHENTICATED',
    'This server keeps the secret of its OAuth client and exchanges codes of a browser only: log in with --web.',
  );
}
