/** Why an identity provider gave no answer or no tokens, in a sentence for the person who logs in. */
import { GizmoError } from '../errors.js';
import { FETCH_TIMEOUT_S } from './bounded-fetch.js';

/** Codes of oauth4webapi for what says nothing about the login: no answer in time, or one of a broken service. */
const NO_ANSWER: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_PARSE_ERROR',
]);

/** UNAUTHENTICATED where the provider refuses, UNAVAILABLE where it cannot be asked; never with a token in it. */
export function explainProvider(error: unknown, issuer: string): GizmoError {
  if (error instanceof GizmoError) return error;
  // openid-client wraps what its fetch throws.
  if (error instanceof Error && error.cause instanceof GizmoError) return error.cause;
  const code = textOf(error, 'code');
  const oauth = textOf(error, 'error');
  if (oauth !== undefined) {
    const text = textOf(error, 'error_description');
    const said = text === undefined ? oauth : `${oauth}: ${text}`;
    return new GizmoError(
      'UNAUTHENTICATED',
      `The identity provider ${issuer} refuses: ${said.slice(0, TEXT_MAX)}`,
      { cause: error },
    );
  }
  if (code?.startsWith('OAUTH_') === true && !NO_ANSWER.has(code))
    return new GizmoError(
      'UNAUTHENTICATED',
      `The answer of the identity provider ${issuer} cannot be accepted: ${messageOf(error)}.`,
      { cause: error },
    );
  return new GizmoError(
    'UNAVAILABLE',
    `The identity provider ${issuer} cannot be reached: ${whyNot(error)}.`,
    {
      cause: error,
    },
  );
}

/** What the innermost cause says: libraries and fetch wrap it in words of no use. */
function whyNot(error: unknown): string {
  if (error instanceof Response) return `it answers with the HTTP status ${error.status}`;
  if (error instanceof Error && error.name === 'TimeoutError')
    return `it did not answer within ${FETCH_TIMEOUT_S} seconds`;
  // Its own words would repeat a part of the answer.
  if (error instanceof SyntaxError) return 'it answers with something else than JSON';
  if (!(error instanceof Error)) return messageOf(error);
  return error.cause === undefined ? messageOf(error) : whyNot(error.cause);
}

function textOf(error: unknown, name: string): string | undefined {
  const fields: Record<string, unknown> = typeof error === 'object' && error !== null ? { ...error } : {};
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '').slice(0, TEXT_MAX);
}

/** Characters of somebody else's words. */
const TEXT_MAX = 300;
