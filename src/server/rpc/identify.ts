/**
 * Who calls, and in which session: the first step of every call, taken before its message is read, so that
 * nobody unknown makes the server buffer anything.
 */
import type { Metadata } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import { onePerson } from '../auth/certificate.js';
import { type Credential, looksLike, parseAuthorization } from '../auth/credential.js';
import type { SessionClaims } from '../auth/session-token.js';
import type { Connection } from '../model/connection.js';
import { identityOf, type Principal } from '../model/principal.js';
import type { Session } from '../session/session.js';
import type { NamedSession } from '../session/session-registry.js';
import type { Services } from './services.js';

/** Names the session to clients that keep cookies; its value is the session token. */
export const SESSION_COOKIE = 'arrow_flight_session_id';
const AUTHORIZATION_HEADER = 'authorization';
/** Where C++ clients put the token of a payload handshake. */
const TOKEN_BINARY_HEADER = 'auth-token-bin';

/** The caller of one call. */
export interface Caller {
  readonly principal: Principal;
  readonly peer: string;
  /** Aborted when the connection's client certificate is accepted no longer. */
  readonly refused: AbortSignal | undefined;
  /** The same text for calls that belong together: of one session, or of one person over one connection. */
  readonly use: string;
  /** Throws UNAUTHENTICATED where what the caller shows names a session that is no more. */
  assertAlive(): void;
  /** Opens the caller's session if it is not open yet. */
  session(): Promise<Session>;
  /** The caller's session if it is open. */
  openSession(): Promise<Session | undefined>;
  /** Ends the caller's session, and with it what a token of it opens. */
  closeSession(): Promise<void>;
}

/**
 * Throws UNAUTHENTICATED unless exactly one person is shown to be calling.
 * @param gone aborts when the caller waits no longer
 */
export async function identify(
  services: Services,
  metadata: Metadata,
  connection: Connection,
  gone: AbortSignal,
): Promise<Caller> {
  connection.assertAccepted();
  const credential = credentialOf(metadata);
  const certified = services.certificates.identify(connection.certificate);
  const { standing } = services;
  const claims = credential && (await services.sessionTokens.verify(credential));
  const shown =
    claims?.principal ??
    (credential && (await services.authenticator.authenticate(credential, connection.network, gone)));
  const principal = onePerson(
    certified && standing.of(certified),
    shown && standing.of(shown),
    claims?.needsCertificate ?? false,
  );
  if (principal === undefined) {
    throw new GizmoError(
      'UNAUTHENTICATED',
      'No credential supplied. Log in with a username and password, or a token.',
    );
  }
  const { sessions } = services;
  const { peer, refused } = connection;
  const cookie = await sessionOfCookie(services, metadata);
  if (cookie !== undefined && cookie.principal.name !== principal.name) {
    throw new GizmoError('UNAUTHENTICATED', 'The credential and the session cookie name different people.');
  }
  const named = claims ?? cookie;
  if (named !== undefined) return namedSession(services, named, principal, connection);
  return {
    principal,
    peer,
    refused,
    use: `${connection.id} ${identityOf(principal)}`,
    assertAlive: () => undefined,
    session: () => sessions.ofConnection(connection, principal),
    openSession: () => sessions.findOfConnection(connection, principal),
    async closeSession() {
      const session = await sessions.findOfConnection(connection, principal);
      if (session !== undefined) await sessions.end(session, 'closed');
    },
  };
}

/** Whether a call shows anything at all, right or wrong. */
export function hasCredential(metadata: Metadata): boolean {
  return [AUTHORIZATION_HEADER, TOKEN_BINARY_HEADER, 'cookie'].some((name) => metadata.get(name).length > 0);
}

/** For the log of what is refused: what the headers seem to show, whether or not they can be read. */
export function credentialLooksLike(metadata: Metadata): Partial<ReturnType<typeof looksLike>> {
  try {
    const credential = readCredential(metadata);
    return credential === undefined ? {} : looksLike(credential);
  } catch {
    return {}; // Why it cannot be read is what the caller is told.
  }
}

/** The headers of a call are what they were when it came, however many statements a conversation has. */
function credentialOf(metadata: Metadata): Credential | undefined {
  const known = read.get(metadata);
  if (known !== undefined) return known;
  const credential = readCredential(metadata);
  if (credential !== undefined) read.set(metadata, credential);
  return credential;
}

const read = new WeakMap<Metadata, Credential>();

/** The one credential among the headers; undefined if there is none. */
export function readCredential(metadata: Metadata): Credential | undefined {
  const headers = new Set(metadata.get(AUTHORIZATION_HEADER).map(String));
  for (const value of metadata.get(TOKEN_BINARY_HEADER)) {
    // ODBC sends the header empty beside its Bearer.
    if (value.length > 0) headers.add(`Bearer ${value.toString()}`);
  }
  const [header, ...others] = headers;
  if (others.length > 0) {
    throw new GizmoError('UNAUTHENTICATED', 'The call carries more than one credential. Send one.');
  }
  return header === undefined ? undefined : parseAuthorization(header);
}

/** The session that a session token names. */
export function namedBy({ sessionId: id, principal, issuedAtS, expiresAtS }: SessionClaims): NamedSession {
  return { id, user: principal.name, issuedAtS, expiresAtS };
}

function namedSession(
  services: Services,
  claims: SessionClaims,
  principal: Principal,
  connection: Connection,
): Caller {
  const named = namedBy(claims);
  return {
    principal,
    peer: connection.peer,
    refused: connection.refused,
    use: claims.sessionId,
    assertAlive: () => services.sessions.assertAlive(named),
    session: () => services.sessions.named(named, principal, connection),
    openSession: () => services.sessions.find(claims.sessionId),
    closeSession: () => services.sessions.close(claims.sessionId),
  };
}

/** What the session cookie says. A stale cookie, of another server or before a restart, says nothing. */
async function sessionOfCookie(services: Services, metadata: Metadata): Promise<SessionClaims | undefined> {
  const token = tokenOfCookie(metadata);
  if (token === undefined) return undefined;
  try {
    return await services.sessionTokens.verify({ kind: 'bearer', token });
  } catch (error) {
    if (error instanceof GizmoError) return undefined;
    throw error;
  }
}

/** As {@link credentialOf}: read once of a conversation. */
function tokenOfCookie(metadata: Metadata): string | undefined {
  const known = cookies.get(metadata);
  if (known !== undefined) return known.token;
  const token = readTokenOfCookie(metadata);
  cookies.set(metadata, { token });
  return token;
}

const cookies = new WeakMap<Metadata, { readonly token: string | undefined }>();

function readTokenOfCookie(metadata: Metadata): string | undefined {
  for (const header of metadata.get('cookie')) {
    for (const pair of String(header).split(';')) {
      const [name, value] = pair.trim().split('=', 2);
      if (name === SESSION_COOKIE && value !== undefined) return value.replace(/^"(.*)"$/, '$1');
    }
  }
  return undefined;
}
