/**
 * What every RPC handler has around it: the caller found by the interceptor, one signal for all reasons to stop,
 * errors turned into statuses in one place, defects logged in full and shown as a sentence.
 */

import { randomUUID } from 'node:crypto';
import type {
  Metadata,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
} from '@grpc/grpc-js';
import { Metadata as GrpcMetadata } from '@grpc/grpc-js';
import { GizmoError, toGizmoError } from '../../errors.js';
import { ROLE_HEADER, USERNAME_HEADER } from '../../flight/service.js';
import { type Aborter, type LinkedSignal, linkSignals } from '../../flight/signal.js';
import { toStatus } from '../../flight/status.js';
import type { Principal } from '../model/principal.js';
import type { Session } from '../session/session.js';
import { type Caller, SESSION_COOKIE } from './identify.js';
import type { Services } from './services.js';
import { applySessionHeaders } from './session-headers.js';

/** What the interceptor knows of a call. */
export interface IdentifiedCall {
  readonly caller: Caller;
  /** Aborted when the call ends before it is answered, by its handler for other reasons as well; the reason says why. */
  readonly stop: Aborter;
  /** Set once the handler is done: what ends the call from then on concerns nobody. */
  answered: boolean;
  /** What the headers of the answer say, which go with what is answered first, or after {@link HEADERS_MS}. */
  headers: Metadata | undefined;
}

/** An answer that takes longer is announced by its headers; of others they would only cost both sides a message more. */
const HEADERS_MS = 20;

/** By the metadata object of the call: set by the interceptor, and by nothing a client can send. */
export const callers = new WeakMap<Metadata, IdentifiedCall>();

/** One call, as a handler sees it. */
export interface Call {
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** The caller's session, entered: it does not idle away while the call lasts, and its end ends the call. */
  session(): Promise<Session>;
}

interface AnyCall {
  readonly metadata: Metadata;
  /** Where the client sends one message. */
  readonly request?: unknown;
  sendMetadata(metadata: Metadata): void;
}

/** A unary handler out of a function. */
export function unary<Request, Response>(
  services: Services,
  method: string,
  handle: (request: Request, call: Call) => Promise<Response>,
): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
  return (grpcCall, callback) => {
    withCall(services, method, grpcCall, (call) => handle(grpcCall.request, call)).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toStatus(error)),
    );
  };
}

/** A server-streaming handler out of a function that writes to the call and returns when all is written. */
export function serverStream<Request, Response>(
  services: Services,
  method: string,
  handle: (grpcCall: ServerWritableStream<Request, Response>, call: Call) => Promise<void>,
): (grpcCall: ServerWritableStream<Request, Response>) => void {
  return (grpcCall) =>
    finishStream(
      grpcCall,
      withCall(services, method, grpcCall, (call) => handle(grpcCall, call)),
    );
}

/** A bidirectional handler out of a function that reads and writes the call and returns when all is written. */
export function bidirectional<Request, Response>(
  services: Services,
  method: string,
  handle: (grpcCall: ServerDuplexStream<Request, Response>, call: Call) => Promise<void>,
): (grpcCall: ServerDuplexStream<Request, Response>) => void {
  return (grpcCall) =>
    finishStream(
      grpcCall,
      withCall(services, method, grpcCall, (call) => {
        // At once: its client may wait for them before it sends anything.
        grpcCall.sendMetadata(headersFor(call.caller));
        return handle(grpcCall, call);
      }),
    );
}

/** Ends a stream well, or with the status of what was thrown. `destroy` would leave the client without a status. */
export function finishStream(
  grpcCall: { end(): unknown; emit(event: 'error', status: ReturnType<typeof toStatus>): unknown },
  work: Promise<void>,
): void {
  work.then(
    () => grpcCall.end(),
    (error: unknown) => grpcCall.emit('error', toStatus(error)),
  );
}

async function withCall<T>(
  services: Services,
  method: string,
  grpcCall: AnyCall,
  handle: (call: Call) => Promise<T>,
): Promise<T> {
  const identified = identifiedCall(grpcCall);
  const { caller, stop } = identified;
  const { signal } = stop;
  const ofCall = linkSignals([services.stopping, caller.refused], { into: stop });
  let ofSession: LinkedSignal | undefined;
  let leave: (() => void) | undefined;
  let headers = headersFor(caller);
  if (method === 'DoAction' && Object(grpcCall.request).type === 'CloseSession') {
    headers = headers.clone();
    headers.set('set-cookie', `${SESSION_COOKIE}=; Max-Age=0`);
  }
  identified.headers = headers;
  const announcing = setTimeout(() => grpcCall.sendMetadata(headers), HEADERS_MS);
  try {
    // Also for calls that need no session. DoAction asks by itself: CloseSession always succeeds.
    if (method !== 'DoAction') caller.assertAlive();
    return await handle({
      caller,
      signal,
      async session() {
        const session = await caller.session();
        leave ??= session.enter();
        ofSession ??= linkSignals([session.signal], { into: stop });
        await applySessionHeaders(services, session, grpcCall.metadata, signal);
        return session;
      },
    });
  } catch (error) {
    throw logged(services, method, caller, error);
  } finally {
    clearTimeout(announcing);
    identified.answered = true;
    leave?.();
    ofSession?.dispose();
    ofCall.dispose();
  }
}

/** What the interceptor knows of a call. Throws UNAUTHENTICATED where it knows nothing. */
export function identifiedCall({ metadata }: Pick<AnyCall, 'metadata'>): IdentifiedCall {
  const identified = callers.get(metadata);
  if (identified === undefined) throw new GizmoError('UNAUTHENTICATED', 'This call was not identified.');
  return identified;
}

/** The headers of every answer: whom the server takes the caller for. Not to be changed: they serve again. */
export function headersFor({ principal }: Caller): Metadata {
  let headers = known.get(principal);
  if (headers === undefined) {
    headers = new GrpcMetadata();
    headers.set(USERNAME_HEADER, encodeURIComponent(principal.name).slice(0, 512));
    headers.set(ROLE_HEADER, principal.role);
    known.set(principal, headers);
  }
  return headers;
}

const known = new WeakMap<Principal, Metadata>();

/**
 * What the client is told of an error. Refusals are logged at debug level; a defect in full, under an id that the client
 * is told.
 */
export function logged(
  services: Services,
  method: string,
  { principal, peer }: Caller,
  error: unknown,
): GizmoError {
  const known = toGizmoError(error);
  const fields = { method, user: principal.name, peer };
  if (known.code !== 'INTERNAL') {
    // Not its words: they may quote the statement, and what is secret in it.
    services.log.debug('call failed', { ...fields, code: known.code });
    return known;
  }
  const id = randomUUID();
  services.log.error('internal error', { ...fields, id, error: known.message, detail: known.detail });
  return new GizmoError(
    'INTERNAL',
    `An internal error occurred (id ${id}). The server log has the details.`,
    { cause: known },
  );
}
