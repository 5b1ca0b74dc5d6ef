/** One HTTP/2 connection to a Flight server and the four kinds of call Flight SQL makes over it. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type CallOptions,
  Client,
  connectivityState,
  credentials,
  type Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import type { FlightDataMessage, FlightFrame } from '../../flight/flight-data.js';
import {
  ActionSchema,
  type FlightDescriptor,
  FlightDescriptor_DescriptorType,
  FlightDescriptorSchema,
  type FlightInfo,
  type PollInfo,
  type PutResult,
  type Result,
  type SchemaResult,
  TicketSchema,
} from '../../flight/gen/flight_pb.js';
import { type FlightMethod, flightService } from '../../flight/service.js';
import { abortReason, linkSignals, untilAborted } from '../../flight/signal.js';
import { createWriter, readMessages } from '../../flight/stream.js';
import { takeFew, takeFirst } from './answers.js';
import { askLoginSettings } from './ask-login-settings.js';
import { CallHeaders } from './call-headers.js';
import { channelOptions } from './channel-options.js';
import { type Answer, Conversation, type ExchangeCall } from './conversation.js';
import { explainFailure } from './explain-failure.js';
import { handshake } from './handshake.js';
import type { Identity } from './identity.js';
import type { ConnectOptions } from './options.js';
import { serverAddress } from './server-address.js';
import type { TlsCredentials } from './tls-credentials.js';

/** Opens nothing yet: the first call connects. */
export class FlightChannel {
  readonly #client: Client;
  #closed = false;
  readonly #headers: CallHeaders;
  #takesQueries = false;
  /** Undefined where the server does not offer it. */
  #conversation: Conversation | undefined;
  #identity: Identity | undefined;
  /** Undefined for a connection without TLS. */
  readonly tls: TlsCredentials | undefined;

  /** `tls` makes its connections secure, whatever the options say; without it they are plain. See openChannel. */
  constructor(options: ConnectOptions, tls: TlsCredentials | undefined) {
    const { host, port, headers = {}, cookies = true } = options;
    this.#headers = new CallHeaders(headers, cookies, () => this.#conversation?.renew());
    this.tls = tls;
    this.#client = new Client(
      serverAddress(host, port),
      tls ?? credentials.createInsecure(),
      channelOptions(options),
    );
  }

  /** What is sent as `authorization` with every call. */
  get authorization(): string | undefined {
    return this.#headers.authorization;
  }

  /** Whether the server said that DoGet takes a query in place of a ticket. */
  get takesQueries(): boolean {
    return this.#takesQueries;
  }

  /** Whether the server offers {@link converse}; its DoGet then takes prepared statements, too. */
  get offersConversation(): boolean {
    return this.#conversation !== undefined;
  }

  /** Whether {@link converse} would run a statement now. */
  get converses(): boolean {
    return this.#conversation?.busy === false;
  }

  /** Whom the server took the credentials for; undefined where it does not say. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  /** Connects now; rejects when that fails, or takes longer. */
  ready(timeoutMs: number): Promise<void> {
    const channel = this.#client.getChannel();
    const deadline = Date.now() + timeoutMs;
    return new Promise((resolve, reject) => {
      const look = (overdue?: Error): void => {
        const state = channel.getConnectivityState(true);
        if (state === connectivityState.READY) resolve();
        else if (overdue !== undefined || state === connectivityState.TRANSIENT_FAILURE)
          reject(new GizmoError('UNAVAILABLE', 'The server does not answer.', { cause: overdue }));
        else channel.watchConnectivityState(state, deadline, look);
      };
      look();
    });
  }

  /** Sends `authorization` with every call from now on. */
  authorize(authorization: string): void {
    this.#headers.authorize(authorization);
  }

  /** See {@link handshake}. What the server answers is sent with every call from now on. */
  async handshake(
    timeoutMs: number,
    login: { readonly user: string; readonly password: string } | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    const welcome = await handshake(this.#live(), this.#headers, { timeoutMs, login, signal });
    this.#identity ??= welcome.identity;
    this.#takesQueries = welcome.takesQueries;
    if (welcome.offersConversation)
      this.#conversation ??= new Conversation(
        () => this.#exchange(),
        (reason) => this.#explain(reason),
      );
  }

  /** Asks how one logs in (see flight/login); undefined where the server answers something else. Logs nobody in. */
  loginSettings(timeoutMs: number, signal?: AbortSignal): Promise<string | undefined> {
    return askLoginSettings(this.#live(), timeoutMs, signal);
  }

  getFlightInfo(command: Uint8Array, signal?: AbortSignal): Promise<FlightInfo> {
    return this.#unary(flightService.getFlightInfo, describe(command), signal);
  }

  /** Starts a statement, or asks how far it is: `descriptor` is that of the last answer. */
  pollFlightInfo(descriptor: FlightDescriptor | Uint8Array, signal?: AbortSignal): Promise<PollInfo> {
    const request = descriptor instanceof Uint8Array ? describe(descriptor) : descriptor;
    return this.#unary(flightService.pollFlightInfo, request, signal);
  }

  getSchema(command: Uint8Array, signal?: AbortSignal): Promise<SchemaResult> {
    return this.#unary(flightService.getSchema, describe(command), signal);
  }

  /**
   * Starts to read at once: grpc-js buffers what comes before anyone listens.
   * @throws GizmoError the reason of a signal that has aborted before
   */
  doGet(ticket: Uint8Array, signal?: AbortSignal): AsyncGenerator<FlightDataMessage, void, undefined> {
    if (signal?.aborted) throw abortReason(signal);
    const method = flightService.doGet;
    const call = this.#live().makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      create(TicketSchema, { ticket }),
      this.#headers.metadata,
      NO_OPTIONS,
    );
    this.#listen(call);
    return this.#explained(readMessages<FlightDataMessage>(call, signal));
  }

  /**
   * Runs one statement over a call that is open, which costs a fraction of one of its own. Only where {@link converses}
   * says so. The answer has to be read, or returned from.
   * @throws GizmoError the reason of a signal that has aborted before
   */
  converse(frames: readonly FlightFrame[], signal?: AbortSignal): Answer {
    if (this.#conversation === undefined) throw new Error('The server offers no conversation.');
    return this.#conversation.ask(frames, signal);
  }

  async doAction(type: string, body: Uint8Array, options: ActionOptions = {}): Promise<Result[]> {
    const method = flightService.doAction;
    const { timeoutMs, signal } = options;
    const call = this.#live().makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      create(ActionSchema, { type, body }),
      this.#headers.metadata,
      timeoutMs === undefined ? NO_OPTIONS : { deadline: Date.now() + timeoutMs },
    );
    this.#listen(call);
    return takeFew(this.#explained(readMessages<Result>(call, signal)), type);
  }

  /**
   * Uploads one stream and answers what the server put back first. `frames` is asked for the next one when the
   * transport has taken the last, and told when no more is wanted.
   */
  async doPut(
    frames: Iterable<FlightFrame> | AsyncIterable<FlightFrame>,
    signal?: AbortSignal,
  ): Promise<PutResult | undefined> {
    const method = flightService.doPut;
    const call = this.#live().makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      this.#headers.metadata,
      NO_OPTIONS,
    );
    this.#listen(call);
    // Aborts when the call is over, too: a source that never yields again must not keep the caller waiting.
    const over = new AbortController();
    const link = linkSignals([signal, over.signal]);
    const result = takeFirst(this.#explained(readMessages<PutResult>(call, signal)));
    result.then(
      () => over.abort(new GizmoError('CANCELLED', 'The server ended the upload before its end.')),
      (reason: unknown) => over.abort(reason),
    );
    const writer = createWriter(call, signal);
    try {
      for await (const frame of untilAborted(frames, link.signal)) await writer.write(frame);
      call.end();
    } catch (error) {
      // The status that ended the call tells more than the write that failed on it; one that the source ended is cancelled.
      if (!link.signal.aborted) call.cancel();
      else await result;
      throw error;
    } finally {
      link.dispose();
    }
    return result;
  }

  close(): void {
    this.#closed = true;
    this.#conversation?.close();
    this.#client.close();
  }

  #exchange(): ExchangeCall {
    const method = flightService.doExchange;
    const call = this.#live().makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      this.#headers.metadata,
      NO_OPTIONS,
    );
    this.#listen(call);
    return call;
  }

  /** grpc-js throws a plain Error for a call on a closed channel. */
  #live(): Client {
    if (this.#closed) throw new GizmoError('FAILED_PRECONDITION', 'The connection has been closed.');
    return this.#client;
  }

  #unary<Request, Response>(
    method: FlightMethod<Request, Request, Response, Response>,
    request: Request,
    signal?: AbortSignal,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortReason(signal));
      const call = this.#live().makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        this.#headers.metadata,
        NO_OPTIONS,
        (error: ServiceError | null, response?: Response) => {
          signal?.removeEventListener('abort', onAbort);
          if (signal?.aborted) reject(abortReason(signal));
          else if (error !== null || response === undefined) reject(this.#explain(error));
          else resolve(response);
        },
      );
      this.#listen(call);
      const onAbort = (): void => call.cancel();
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Servers may renew the token or the session with any answer. */
  #listen(call: { on(event: 'metadata', listener: (metadata: Metadata) => void): unknown }): void {
    call.on('metadata', (metadata) => this.#headers.renew(metadata));
  }

  async *#explained<T, End>(messages: AsyncGenerator<T, End, undefined>): AsyncGenerator<T, End, undefined> {
    try {
      return yield* messages;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(reason: unknown): GizmoError {
    return explainFailure(reason, this.tls);
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

function describe(cmd: Uint8Array): FlightDescriptor {
  return create(FlightDescriptorSchema, describeCommand(cmd));
}

const NO_OPTIONS: CallOptions = {};
