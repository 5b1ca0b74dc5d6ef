/**
 * Handshake: credentials in, session token out. Accepts what the clients in the field send (Basic with or
 * without padding and messages, Basic as a protobuf payload, Bearer) and answers in all the places they look.
 */
import { create, fromBinary } from '@bufbuild/protobuf';
import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js';
import { GizmoError, toGizmoError } from '../../errors.js';
import {
  BasicAuthSchema,
  type HandshakeRequest,
  type HandshakeResponse,
  HandshakeResponseSchema,
} from '../../flight/gen/flight_pb.js';
import {
  DISCOVER_USER,
  encodeLoginSettings,
  LOGIN_SETTINGS_HEADER,
} from '../../flight/login/login-settings.js';
import { QUERY_TICKET_HEADER, type Received, ROLE_HEADER, USERNAME_HEADER } from '../../flight/service.js';
import { linkSignals, signalOfCall } from '../../flight/signal.js';
import { EXCHANGE_HEADER, EXCHANGE_VERSION } from '../../flight/sql/exchange.js';
import { readMessages } from '../../flight/stream.js';
import { onePerson } from '../auth/certificate.js';
import { basicCredential, type Credential, looksLike } from '../auth/credential.js';
import type { Connection } from '../model/connection.js';
import type { Principal } from '../model/principal.js';
import { finishStream } from './call.js';
import { namedBy, readCredential, SESSION_COOKIE } from './identify.js';
import type { Services } from './services.js';

type HandshakeCall = ServerDuplexStream<Received<HandshakeRequest>, HandshakeResponse>;

/** A peer that opens a handshake and says nothing is let go after this. */
const HANDSHAKE_TIMEOUT_MS = 30_000;

export function handshakeHandler(services: Services): (call: HandshakeCall) => void {
  return (call) => finishStream(call, shakeHands(services, call));
}

async function shakeHands(services: Services, call: HandshakeCall): Promise<void> {
  const peer = call.getPeer();
  const connection = services.connectionOf(peer);
  if (asksHowToLogIn(call.metadata)) {
    answerHowToLogIn(services, call, connection);
    return;
  }
  const from = { peer, peerIdentity: connection?.certificate?.commonName };
  const attempt: Attempt = { credential: undefined };
  let login: Login;
  try {
    login = await logIn(services, call, connection, attempt);
  } catch (error) {
    const { code, message } = toGizmoError(error);
    const shown = attempt.credential && looksLike(attempt.credential);
    services.authLog.refused('login', { ...shown, ...from }, { code, reason: message });
    throw error;
  }
  connection?.trust();
  const { principal, bearer, sessionToken, wantsPayload } = login;
  const { name: user, role, method } = principal;
  services.authLog.accepted('login', { user, role, method, ...from });
  // As headers at once (some clients wait for them before they half-close) and as trailers (others look there).
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${bearer}`);
  metadata.set(QUERY_TICKET_HEADER, '1');
  metadata.set(EXCHANGE_HEADER, EXCHANGE_VERSION);
  metadata.set(USERNAME_HEADER, encodeURIComponent(principal.name).slice(0, 512));
  metadata.set(ROLE_HEADER, principal.role);
  metadata.set('set-cookie', `${SESSION_COOKIE}=${sessionToken}`);
  call.sendMetadata(metadata);
  if (wantsPayload) call.write(create(HandshakeResponseSchema, { payload: Buffer.from(bearer) }));
  call.end(metadata);
}

/** By the user of a Basic header, as GizmoSQL's clients do. */
function asksHowToLogIn(metadata: Metadata): boolean {
  return metadata.get('authorization').some((value) => {
    const [, encoded = ''] = /^basic +(\S+)$/i.exec(String(value)) ?? [];
    return Buffer.from(encoded, 'base64').toString('utf8') === `${DISCOVER_USER}:`;
  });
}

/** Logs nobody in: there is no token in the answer, and the connection stays a stranger's. */
function answerHowToLogIn(services: Services, call: HandshakeCall, connection: Connection | undefined): void {
  connection?.assertAccepted();
  const settings = encodeLoginSettings(services.loginSettings());
  const metadata = new Metadata();
  metadata.set(LOGIN_SETTINGS_HEADER, settings);
  call.sendMetadata(metadata);
  call.write(create(HandshakeResponseSchema, { payload: Buffer.from(settings) }));
  services.log.debug('login settings given', { kind: 'authentication', peer: call.getPeer() });
}

/** What has been shown so far, for the log. */
interface Attempt {
  credential: Credential | undefined;
}

interface Login {
  readonly principal: Principal;
  /** What the client is to send from now on. */
  readonly bearer: string;
  readonly sessionToken: string;
  readonly wantsPayload: boolean;
}

async function logIn(
  services: Services,
  call: HandshakeCall,
  connection: Connection | undefined,
  attempt: Attempt,
): Promise<Login> {
  if (connection === undefined) throw new GizmoError('UNAVAILABLE', 'The connection is closing.');
  connection.assertAccepted();
  const { standing } = services;
  const named = services.certificates.identify(connection.certificate);
  const certified = named && standing.of(named);
  const header = readCredential(call.metadata);
  const credential = header ?? (await readPayload(services, call));
  attempt.credential = credential;
  if (credential === undefined && certified === undefined) {
    throw new GizmoError(
      'UNAUTHENTICATED',
      'The handshake carries no credential. Send Basic, Bearer or a BasicAuth payload.',
    );
  }
  const claims = credential && (await services.sessionTokens.verify(credential));
  // Who logs in again with a session token stays in that session.
  if (claims !== undefined && credential?.kind === 'bearer') {
    const shown = standing.of(claims.principal);
    const principal = onePerson(certified, shown, claims.needsCertificate) ?? shown;
    services.sessions.assertAlive(namedBy(claims));
    return { principal, bearer: credential.token, sessionToken: credential.token, wantsPayload: false };
  }
  const shown =
    credential &&
    (await services.authenticator.authenticate(credential, connection.network, signalOfCall(call)));
  const principal = onePerson(certified, shown && standing.of(shown), false);
  if (principal === undefined) throw new GizmoError('UNAUTHENTICATED', 'The handshake shows nobody.');
  const { token } = await services.sessionTokens.issue(principal);
  const bearer = credential?.kind === 'bearer' ? credential.token : token;
  return {
    principal,
    bearer,
    sessionToken: token,
    wantsPayload: credential !== undefined && header === undefined,
  };
}

/** Reads the BasicAuth payload of the first message; undefined if there is none. The interceptor bounds its size. */
async function readPayload(services: Services, call: HandshakeCall): Promise<Credential | undefined> {
  const { signal, dispose } = linkSignals([signalOfCall(call), services.stopping], {
    timeoutMs: HANDSHAKE_TIMEOUT_MS,
  });
  try {
    for await (const { payload } of readMessages(call, signal)) {
      if (payload.length === 0) break;
      const { username, password } = fromBinary(BasicAuthSchema, payload);
      return basicCredential(username, password);
    }
  } catch (error) {
    if (error instanceof GizmoError) throw error;
    throw new GizmoError('UNAUTHENTICATED', 'The handshake payload is no BasicAuth message.', {
      cause: error,
    });
  } finally {
    dispose();
  }
  return undefined;
}
