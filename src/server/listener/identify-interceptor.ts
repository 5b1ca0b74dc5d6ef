/**
 * Finds out who calls before anything of the call's message is read: refused callers cost no memory. What it
 * finds is handed to the handler under the call's own metadata object, which nothing a client sends can forge.
 */
import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { GizmoError, toGizmoError } from '../../errors.js';
import { healthService } from '../../flight/health-service.js';
import { LightAbort } from '../../flight/light-abort.js';
import { reflectionServices } from '../../flight/reflection-service.js';
import { whyCallEnded } from '../../flight/signal.js';
import { toStatus } from '../../flight/status.js';
import type { Connection } from '../model/connection.js';
import { callers, type IdentifiedCall } from '../rpc/call.js';
import { credentialLooksLike, hasCredential, identify } from '../rpc/identify.js';
import { sendInPlace } from '../rpc/send-in-place.js';
import type { Services } from '../rpc/services.js';
import type { Held } from '../session/user-memory.js';
import { countArriving } from './count-arriving.js';

const HANDSHAKE = '/arrow.flight.protocol.FlightService/Handshake';
const DO_ACTION = '/arrow.flight.protocol.FlightService/DoAction';
const DO_EXCHANGE = '/arrow.flight.protocol.FlightService/DoExchange';
const DO_GET = '/arrow.flight.protocol.FlightService/DoGet';
const DO_PUT = '/arrow.flight.protocol.FlightService/DoPut';
/** What a stranger may call. */
const WITHOUT_LOGIN: ReadonlySet<string> = new Set([
  HANDSHAKE,
  healthService.check.path,
  healthService.watch.path,
  ...Object.values(reflectionServices).map((it) => it.serverReflectionInfo.path),
]);
/** A handshake may carry a payload before anybody is known: enough for a name and a long token. */
const STRANGER_BYTES_MAX = 65_536;
/** Commands, tickets and actions: a statement's text and little more. */
const REQUEST_BYTES_MAX = 64 * 1024 * 1024;
/** The most a protobuf message can have; uploads of pyarrow come near it. */
const UPLOAD_BYTES_MAX = 2 ** 31 - 1;

export function createIdentifyInterceptor(services: Services, metadataBytesMax: number): ServerInterceptor {
  return (method, call) => {
    limitMessageBytes(call, messageBytesMax(method.path));
    if (method.path === DO_GET || method.path === DO_EXCHANGE) sendInPlace(call);
    const peer = call.getPeer();
    const connection = services.connectionOf(peer);
    const from = { peer, peerIdentity: connection?.certificate?.commonName, rpc: method.path };
    // A call may be cancelled before its handler exists, and its stream then never hears of it.
    const stop = new LightAbort();
    let identified: IdentifiedCall | undefined;
    let arriving: Held | undefined;
    let hasHeaders = false;
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, proceed) {
            const refuse = (error: unknown) => {
              const { code, message } = toGizmoError(error);
              const who = { ...credentialLooksLike(metadata), ...from };
              services.authLog.refused('call', who, { code, reason: message });
              call.sendStatus(toStatus(error));
            };
            if (headerBytes(metadata) > metadataBytesMax) {
              refuse(
                new GizmoError(
                  'RESOURCE_EXHAUSTED',
                  `The request headers exceed ${metadataBytesMax} bytes (--max-metadata-size).`,
                ),
              );
              return;
            }
            try {
              // Whatever is called: a certificate that was shown and is wrong opens nothing.
              connection?.assertAccepted();
            } catch (error) {
              refuse(error);
              return;
            }
            if (WITHOUT_LOGIN.has(method.path)) {
              proceed(metadata);
              return;
            }
            if (connection === undefined) {
              refuse(new GizmoError('UNAVAILABLE', 'The connection is closing.'));
              return;
            }
            if (method.path === DO_ACTION && showsNothing(services, metadata, connection)) {
              // Its handler finds no caller, and lets a stranger exchange a code and nothing else.
              limitMessageBytes(call, STRANGER_BYTES_MAX);
              proceed(metadata);
              return;
            }
            identify(services, metadata, connection, stop.signal).then((caller) => {
              connection.trust();
              const { name: user, role, method: how } = caller.principal;
              services.authLog.accepted('call', { user, role, method: how, ...from }, caller.use);
              if (stop.signal.aborted) return;
              identified = { caller, stop, answered: false, headers: undefined };
              arriving = services.memory.hold(caller.principal);
              countArriving(call, arriving);
              callers.set(metadata, identified);
              proceed(metadata);
            }, refuse);
          },
          // grpc-js says this of every call, also of one that ended well.
          onCancel() {
            arriving?.set(0);
            if (identified?.answered !== true) stop.abort(whyCallEnded(call));
          },
        });
      },
      // Also asked for by grpc-js when the first message is sent.
      sendMetadata(metadata, next) {
        hasHeaders = true;
        next(identified?.headers ?? metadata);
      },
      sendStatus(status, next) {
        if (!hasHeaders && identified?.headers !== undefined) call.sendMetadata(identified.headers);
        next(status);
      },
    });
  };
}

/** Of a server that exchanges codes for people who are about to log in. */
function showsNothing(services: Services, metadata: Metadata, connection: Connection): boolean {
  if (services.tokenExchange === undefined) return false;
  if (hasCredential(metadata)) return false;
  return connection.certificate === undefined || !services.certificates.areIdentities;
}

function messageBytesMax(path: string): number {
  if (WITHOUT_LOGIN.has(path)) return STRANGER_BYTES_MAX;
  return path === DO_PUT ? UPLOAD_BYTES_MAX : REQUEST_BYTES_MAX;
}

function headerBytes(metadata: Metadata): number {
  let bytes = 0;
  for (const key of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(key)) bytes += key.length + value.length;
  }
  return bytes;
}

/**
 * grpc-js knows one receive limit for all methods of a server, and Flight needs that one large. Its decoder has
 * a limit of its own per call, which is private: a test holds this to what it promises.
 */
function limitMessageBytes(call: object, bytesMax: number): void {
  const decoder: unknown = Reflect.get(call, 'decoder');
  if (typeof decoder === 'object' && decoder !== null) Reflect.set(decoder, 'maxReadMessageLength', bytesMax);
  // The same for what a compressed message unpacks to.
  Reflect.set(call, 'maxReceiveMessageSize', bytesMax);
}
