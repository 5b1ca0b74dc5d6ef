/** The Flight handshake. Source: Flight.proto, rpc Handshake and message BasicAuth. */
import { create, toBinary } from '@bufbuild/protobuf';
import type { Client, Metadata } from '@grpc/grpc-js';
import { BasicAuthSchema, HandshakeRequestSchema } from '../../flight/gen/flight_pb.js';
import { flightService, QUERY_TICKET_HEADER } from '../../flight/service.js';
import { abortReason } from '../../flight/signal.js';
import { EXCHANGE_HEADER, EXCHANGE_VERSION } from '../../flight/sql/exchange.js';
import { type CallHeaders, readAuthorization } from './call-headers.js';
import { type Identity, readIdentity } from './identity.js';

export interface HandshakeOptions {
  readonly timeoutMs: number;
  readonly login: { readonly user: string; readonly password: string } | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What a server says of itself as it lets somebody in. */
export interface Welcome {
  /** Undefined where it does not say. */
  readonly identity: Identity | undefined;
  readonly takesQueries: boolean;
  readonly offersConversation: boolean;
}

/**
 * Sends the credentials in the header, as the ADBC and C++ drivers do; a password stands in the body too, where servers
 * of the older kind (ServerAuthHandler) look for it. The token and the cookies that come back are in `headers` then.
 * Rejects with the error of grpc-js, or the reason of the signal.
 */
export function handshake(
  client: Client,
  headers: CallHeaders,
  { timeoutMs, login, signal }: HandshakeOptions,
): Promise<Welcome> {
  const method = flightService.handshake;
  const call = client.makeBidiStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    headers.metadata,
    { deadline: Date.now() + timeoutMs },
  );
  return new Promise((resolve, reject) => {
    let welcome: Welcome = { identity: undefined, takesQueries: false, offersConversation: false };
    let header: string | undefined;
    let payload: Uint8Array | undefined;
    const onAbort = (): void => call.cancel();
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    call.on('metadata', (metadata: Metadata) => {
      header ??= readAuthorization(metadata);
      welcome = {
        identity: readIdentity(metadata),
        takesQueries: metadata.get(QUERY_TICKET_HEADER)[0] === '1',
        offersConversation: metadata.get(EXCHANGE_HEADER)[0] === EXCHANGE_VERSION,
      };
      headers.takeCookies(metadata);
    });
    call.on('data', (response: { readonly payload: Uint8Array }) => {
      if (response.payload.length > 0) payload ??= response.payload;
    });
    call.on('error', (error: unknown) => {
      signal?.removeEventListener('abort', onAbort);
      reject(signal?.aborted ? abortReason(signal) : error);
    });
    call.on('status', (status: { readonly code: number; readonly metadata: Metadata }) => {
      signal?.removeEventListener('abort', onAbort);
      if (status.code !== 0) return;
      header ??= readAuthorization(status.metadata);
      if (header !== undefined) headers.authorize(header);
      else if (payload !== undefined) headers.authorizeByPayload(payload);
      resolve(welcome);
    });
    if (login !== undefined) {
      const auth = create(BasicAuthSchema, { username: login.user, password: login.password });
      call.write(create(HandshakeRequestSchema, { payload: toBinary(BasicAuthSchema, auth) }));
    }
    call.end();
  });
}
