/** One HTTP/2 connection to a Flight server and the four kinds of call Flight SQL makes over it. */

import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type CallOptions,
  type ChannelOptions,
  Client,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { GizmoError } from '../errors.js';
import type { FlightDataMessage, FlightFrame } from '../flight/flight-data.js';
import {
  ActionSchema,
  FlightDescriptor_DescriptorType,
  FlightDescriptorSchema,
  type FlightInfo,
  type PutResult,
  type Result,
  TicketSchema,
} from '../flight/gen/flight_pb.js';
import { flightService } from '../flight/service.js';
import { abortReason } from '../flight/signal.js';
import { fromStatus } from '../flight/status.js';
import { createWriter, readMessages } from '../flight/stream.js';
import { isLoopback } from '../runtime-file.js';
import { VERSION } from '../version.js';
import type { ConnectOptions, TlsOptions } from './connect-options.js';
import { readSystemRoots } from './system-roots.js';

/** Opens nothing yet: the first call connects. */
export class FlightChannel {
  readonly #client: Client;
  readonly #metadata = new Metadata();

  constructor(options: ConnectOptions) {
    const { host, port, tls } = options;
    const address = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
    this.#client = new Client(address, channelCredentials(host, tls), {
      ...CHANNEL_OPTIONS,
      'grpc.max_receive_message_length': options.receiveBytesMax ?? -1,
      ...(tls !== undefined && isIP(host) !== 0 ? { 'grpc.ssl_target_name_override': 'localhost' } : {}),
      // A proxy from the environment is for other machines.
      'grpc.enable_http_proxy': isLoopback(host) ? 0 : 1,
    });
  }

  /** Sends `authorization` with every call from now on. */
  authorize(authorization: string): void {
    this.#metadata.set('authorization', authorization);
  }

  /**
   * Performs the Flight handshake: credentials in the header, nothing in the body, as the ADBC and C++ drivers do.
   * Answers the `authorization` that the server wants to see from now on, if it named one.
   */
  handshake(timeoutMs: number, signal?: AbortSignal): Promise<string | undefined> {
    const method = flightService.handshake;
    const call = this.#client.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      this.#metadata,
      { deadline: Date.now() + timeoutMs },
    );
    return new Promise((resolve, reject) => {
      let answer: string | undefined;
      const onAbort = (): void => call.cancel();
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      call.on('metadata', (metadata: Metadata) => {
        answer ??= readAuthorization(metadata);
      });
      call.on('data', (response: { readonly payload: Uint8Array }) => {
        if (response.payload.length > 0) answer ??= `Bearer ${Buffer.from(response.payload).toString()}`;
      });
      call.on('error', (error: unknown) => {
        signal?.removeEventListener('abort', onAbort);
        reject(signal?.aborted ? abortReason(signal) : error);
      });
      call.on('status', (status: { readonly code: number; readonly metadata: Metadata }) => {
        signal?.removeEventListener('abort', onAbort);
        if (status.code === 0) resolve(answer ?? readAuthorization(status.metadata));
      });
      call.end();
    });
  }

  getFlightInfo(command: Uint8Array, signal?: AbortSignal): Promise<FlightInfo> {
    const method = flightService.getFlightInfo;
    const descriptor = create(FlightDescriptorSchema, describeCommand(command));
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortReason(signal));
      const call = this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        descriptor,
        this.#metadata,
        NO_OPTIONS,
        (error: ServiceError | null, info?: FlightInfo) => {
          signal?.removeEventListener('abort', onAbort);
          if (signal?.aborted) reject(abortReason(signal));
          else if (error !== null || info === undefined) reject(this.#explain(error));
          else resolve(info);
        },
      );
      const onAbort = (): void => call.cancel();
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Starts to read at once: grpc-js buffers what comes before anyone listens. */
  doGet(ticket: Uint8Array, signal?: AbortSignal): AsyncGenerator<FlightDataMessage, void, undefined> {
    const method = flightService.doGet;
    const call = this.#client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      create(TicketSchema, { ticket }),
      this.#metadata,
      NO_OPTIONS,
    );
    return this.#explained(readMessages<FlightDataMessage>(call, signal));
  }

  async doAction(type: string, body: Uint8Array, options: ActionOptions = {}): Promise<Result[]> {
    const method = flightService.doAction;
    const { timeoutMs, signal } = options;
    const call = this.#client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      create(ActionSchema, { type, body }),
      this.#metadata,
      timeoutMs === undefined ? NO_OPTIONS : { deadline: Date.now() + timeoutMs },
    );
    return takeFew(this.#explained(readMessages<Result>(call, signal)), type);
  }

  /** Uploads one stream and answers what the server put back. */
  async doPut(frames: readonly FlightFrame[], signal?: AbortSignal): Promise<PutResult[]> {
    const method = flightService.doPut;
    const call = this.#client.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      this.#metadata,
      NO_OPTIONS,
    );
    const results = takeFew(this.#explained(readMessages<PutResult>(call, signal)), 'DoPut');
    results.catch(() => undefined); // Reported below, after the write that fails with it.
    const writer = createWriter(call, signal);
    try {
      for (const frame of frames) await writer.write(frame);
      call.end();
    } catch (error) {
      // The status that ended the call tells more than the write that failed on it.
      await results;
      throw error;
    }
    return results;
  }

  close(): void {
    this.#client.close();
  }

  async *#explained<T>(messages: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
    try {
      yield* messages;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** Says in plain words what grpc-js says in its own. */
  #explain(reason: unknown): GizmoError {
    const error = fromStatus(reason);
    if (error.code === 'UNAVAILABLE' && TRANSPORT_FAILURE.test(error.message))
      return new GizmoError('UNAVAILABLE', 'The connection to the server was lost.', { cause: reason });
    if (error.code === 'RESOURCE_EXHAUSTED' && /larger than max/.test(error.message))
      return new GizmoError(
        'RESOURCE_EXHAUSTED',
        `A message is larger than this client accepts; raise receiveBytesMax. (${error.message})`,
        { cause: reason },
      );
    return error;
  }
}

export interface ActionOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The descriptor of a Flight SQL command. */
export function describeCommand(cmd: Uint8Array): MessageInitShape<typeof FlightDescriptorSchema> {
  return { type: FlightDescriptor_DescriptorType.CMD, cmd };
}

const NO_OPTIONS: CallOptions = {};
const TRANSPORT_FAILURE =
  /^(Connection dropped|No connection established|read E|write E|Failed to connect|Name resolution|The server answered)/;

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.primary_user_agent': `gizmo-client/${VERSION}`,
  'grpc.max_send_message_length': -1,
  // Nothing runs twice behind our back, and two clients in one process are two sessions.
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.service_config_disable_resolution': 1,
  // With the default window of 64 KiB a result moves at a third of the speed.
  'grpc-node.flow_control_window': 4 * 1024 * 1024,
  // A peer that is gone is noticed while a statement runs, too.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
};

/**
 * An address must not be sent as the server's name (RFC 6066 §3), which grpc-js would do: a name that says nothing is
 * sent instead, and the certificate checked against the address.
 */
function channelCredentials(host: string, tls: TlsOptions | undefined) {
  if (tls === undefined) return credentials.createInsecure();
  const { roots, skipVerify = false, clientCertificate } = tls;
  return credentials.createSsl(
    asBuffer(roots ?? readSystemRoots()),
    asBuffer(clientCertificate?.key),
    asBuffer(clientCertificate?.cert),
    skipVerify
      ? { rejectUnauthorized: false, checkServerIdentity: () => undefined }
      : { checkServerIdentity: (name, cert) => checkServerIdentity(isIP(host) === 0 ? name : host, cert) },
  );
}

function asBuffer(bytes: Uint8Array | undefined): Buffer | null {
  return bytes === undefined ? null : Buffer.from(bytes);
}

function readAuthorization(metadata: Metadata): string | undefined {
  const value = metadata.get('authorization')[0];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Actions and uploads are answered in a message or two; a server that keeps talking is not listened to. */
async function takeFew<T>(messages: AsyncIterable<T>, what: string): Promise<T[]> {
  const taken: T[] = [];
  for await (const message of messages) {
    if (taken.push(message) > ANSWERS_MAX)
      throw new GizmoError('INTERNAL', `The server does not stop answering ${what}.`);
  }
  return taken;
}

const ANSWERS_MAX = 1000;
