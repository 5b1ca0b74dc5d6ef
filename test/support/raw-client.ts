/** A Flight client with nothing between the test and the wire: raw grpc-js over the service definition. */
import { create } from '@bufbuild/protobuf';
import {
  type ChannelCredentials,
  type ClientOptions,
  credentials,
  Metadata,
  makeClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { GizmoError } from '../../src/errors.js';
import type { FlightDataMessage } from '../../src/flight/flight-data.js';
import { encodeFlightData } from '../../src/flight/flight-data.js';
import {
  type Action,
  ActionSchema,
  type ActionType,
  type Empty,
  EmptySchema,
  type FlightDescriptor,
  FlightDescriptor_DescriptorType,
  FlightDescriptorSchema,
  type FlightInfo,
  type HandshakeRequest,
  HandshakeRequestSchema,
  type HandshakeResponse,
  type PollInfo,
  type PutResult,
  type Result,
  type SchemaResult,
  type Ticket,
  TicketSchema,
} from '../../src/flight/gen/flight_pb.js';
import { BatchReader } from '../../src/flight/ipc/reader.js';
import type { IpcMessage } from '../../src/flight/ipc/types.js';
import { readValue } from '../../src/flight/ipc/value.js';
import { flightService } from '../../src/flight/service.js';
import { ACTIONS } from '../../src/flight/sql/action.js';
import { encodeCommand } from '../../src/flight/sql/command.js';
import { decodeStatementEnd, endsStatement } from '../../src/flight/sql/exchange.js';
import { readMessages } from '../../src/flight/stream.js';
import { PASSWORD, USER } from './start-test-server.js';

const Client = makeClientConstructor(flightService, 'FlightService');

/** A credential as an `authorization` header. */
export const basic = (user = USER, password = PASSWORD) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export interface Handshaken {
  readonly headers: Metadata | undefined;
  readonly trailers: Metadata;
  readonly responses: HandshakeResponse[];
}

export type RawClient = ReturnType<typeof connectRaw>;

/** One HTTP/2 connection of its own; `headers` go with every call. */
export function connectRaw(
  port: number,
  headers: Readonly<Record<string, string>> = {},
  options: ClientOptions = {},
  channel: ChannelCredentials = credentials.createInsecure(),
) {
  const client = new Client(`127.0.0.1:${port}`, channel, {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': -1,
    ...options,
  });
  const metadata = (more: Readonly<Record<string, string>> = {}) => {
    const md = new Metadata();
    for (const [key, value] of Object.entries({ ...headers, ...more }))
      md.set(key, key.endsWith('-bin') ? Buffer.from(value) : value);
    return md;
  };
  const unary = <Q, R>(
    method: { path: string; requestSerialize(q: Q): Buffer; responseDeserialize(b: Buffer): R },
    request: Q,
  ) =>
    new Promise<R>((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata(),
        (error, response) => (error === null && response !== undefined ? resolve(response) : reject(error)),
      );
    });

  const raw = {
    client,
    metadata,
    close: () => client.close(),

    handshake(
      own: Readonly<Record<string, string>>,
      payloads: readonly Uint8Array[] = [],
      halfClose = true,
    ): Promise<Handshaken> {
      const { path, requestSerialize, responseDeserialize } = flightService.handshake;
      const call = client.makeBidiStreamRequest<HandshakeRequest, HandshakeResponse>(
        path,
        requestSerialize,
        responseDeserialize,
        metadata(own),
      );
      return new Promise((resolve, reject) => {
        let initial: Metadata | undefined;
        const responses: HandshakeResponse[] = [];
        call.on('metadata', (md) => {
          initial = md;
        });
        call.on('data', (response) => responses.push(response));
        call.on('error', reject);
        call.on('status', (status) => {
          if (status.code === 0) resolve({ headers: initial, trailers: status.metadata, responses });
        });
        for (const payload of payloads) call.write(create(HandshakeRequestSchema, { payload }));
        if (halfClose) call.end();
      });
    },

    info: (cmd: Uint8Array) => raw.infoOf(command(cmd)),
    infoOf: (descriptor: FlightDescriptor) =>
      unary<FlightDescriptor, FlightInfo>(flightService.getFlightInfo, descriptor),
    schema: (cmd: Uint8Array) => unary<FlightDescriptor, SchemaResult>(flightService.getSchema, command(cmd)),
    poll: (cmd: Uint8Array) => unary<FlightDescriptor, PollInfo>(flightService.pollFlightInfo, command(cmd)),
    query: (query: string) => raw.info(encodeCommand({ type: 'CommandStatementQuery', message: { query } })),

    /** GetFlightInfo: the status it ends with, and the response's values of the header `x-middleware`. */
    infoWithHeaders(cmd: Uint8Array): Promise<{ status: number; headers: readonly unknown[] }> {
      const { path, requestSerialize, responseDeserialize } = flightService.getFlightInfo;
      return new Promise((resolve) => {
        const headers: unknown[] = [];
        const collectFrom = (md: Metadata) => headers.push(...md.get('x-middleware'));
        const call = client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          command(cmd),
          metadata(),
          () => {},
        );
        call.on('metadata', collectFrom);
        call.on('status', (status) => {
          collectFrom(status.metadata);
          resolve({ status: status.code, headers });
        });
      });
    },

    /** Runs an action without a body; answers the cookies that come with the response, as name=value. */
    cookies(type: string): Promise<string[]> {
      const { path, requestSerialize, responseDeserialize } = flightService.doAction;
      const call = client.makeServerStreamRequest<Action, Result>(
        path,
        requestSerialize,
        responseDeserialize,
        create(ActionSchema, { type }),
        metadata(),
      );
      const cookies: string[] = [];
      const collectFrom = (md: Metadata) => {
        for (const cookie of md.get('set-cookie')) cookies.push(String(cookie).split(';')[0] ?? '');
      };
      call.on('metadata', collectFrom);
      return collect(call).then(() => cookies);
    },

    /** The names that ListActions lists. */
    async actions(): Promise<string[]> {
      const { path, requestSerialize, responseDeserialize } = flightService.listActions;
      const call = client.makeServerStreamRequest<Empty, ActionType>(
        path,
        requestSerialize,
        responseDeserialize,
        create(EmptySchema),
        metadata(),
      );
      return (await collect<ActionType>(call)).map(({ type }) => type);
    },

    /** The open DoGet call behind a ticket, with a time limit if the test wants one. */
    openGet(ticket: Uint8Array, timeoutMs = Number.POSITIVE_INFINITY) {
      const { path, requestSerialize, responseDeserialize } = flightService.doGet;
      return client.makeServerStreamRequest<Ticket, FlightDataMessage>(
        path,
        requestSerialize,
        responseDeserialize,
        create(TicketSchema, { ticket }),
        metadata(),
        { deadline: Date.now() + timeoutMs },
      );
    },

    /** All rows behind a ticket. */
    async get(ticket: Uint8Array): Promise<unknown[][]> {
      return decodeRows(await collect(raw.openGet(ticket)));
    },

    /** GetFlightInfo and DoGet. */
    async rows(query: string): Promise<unknown[][]> {
      return raw.get(ticketOf(await raw.query(query)));
    },

    /** Runs a statement for its effect alone. */
    async update(query: string): Promise<void> {
      await raw.put(encodeCommand({ type: 'CommandStatementUpdate', message: { query } }));
    },

    /** The handle of a prepared statement. */
    async prepare(query: string): Promise<Uint8Array> {
      const request = ACTIONS.CreatePreparedStatement.encodeRequest({ query });
      const [result] = await raw.action('CreatePreparedStatement', request);
      return ACTIONS.CreatePreparedStatement.decodeResult(result ?? new Uint8Array(0))
        .preparedStatementHandle;
    },

    async action(type: string, body: Uint8Array = new Uint8Array(0)): Promise<Uint8Array[]> {
      const { path, requestSerialize, responseDeserialize } = flightService.doAction;
      const call = client.makeServerStreamRequest<Action, Result>(
        path,
        requestSerialize,
        responseDeserialize,
        create(ActionSchema, { type, body }),
        metadata(),
      );
      return (await collect<Result>(call)).map((result) => result.body);
    },

    /** An open DoExchange: `send` writes a message, `next` resolves with the next one that comes; undefined at the end. */
    openExchange() {
      const { path, requestSerialize, responseDeserialize } = flightService.doExchange;
      const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata());
      const messages = readMessages<FlightDataMessage>(call);
      return {
        call,
        send(cmd: Uint8Array, parameters: readonly IpcMessage[] = []) {
          const [first, ...rest] = parameters;
          call.write(encodeFlightData({ descriptor: command(cmd), ...(first && { message: first }) }));
          for (const message of rest) call.write(encodeFlightData({ message }));
        },
        /** The messages of one answer without the last, and what that says. */
        async answer() {
          const result: FlightDataMessage[] = [];
          for (;;) {
            const { value: message, done } = await messages.next();
            if (done === true) throw new Error('the call has ended');
            for (const part of message.parts.length === 0 ? [message] : message.parts) {
              if (endsStatement(part)) return { result, end: () => decodeStatementEnd(part) };
              result.push(part);
            }
          }
        },
        /** Resolves at the call's own end. */
        ended: async () => (await messages.next()).done,
      };
    },

    /** Runs a command in a DoExchange of its own; a failure looks like that of a call. */
    async exchange(cmd: Uint8Array, parameters: readonly IpcMessage[] = []): Promise<unknown[][]> {
      const { call, send, answer } = raw.openExchange();
      try {
        send(cmd, parameters);
        const { result, end } = await answer();
        end();
        return decodeRows(result);
      } catch (error) {
        if (!(error instanceof GizmoError)) throw error;
        throw Object.assign(new Error(error.message), { code: error.class.grpc, details: error.message });
      } finally {
        call.end();
      }
    },

    /** DoPut: the command with the first message, then the rest; resolves with the answers' app_metadata. */
    put(cmd: Uint8Array, messages: readonly IpcMessage[] = [], halfClose = true): Promise<Uint8Array[]> {
      const { path, requestSerialize, responseDeserialize } = flightService.doPut;
      const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata());
      const [first, ...rest] = messages;
      call.write(encodeFlightData({ descriptor: command(cmd), ...(first && { message: first }) }));
      for (const message of rest) call.write(encodeFlightData({ message }));
      if (halfClose) call.end();
      return collect<PutResult>(call).then((results) => results.map(({ appMetadata }) => appMetadata));
    },
  };
  return raw;
}

/** A session of its own: logs in and sends the session token from then on. */
export async function logIn(port: number, options: ClientOptions = {}): Promise<RawClient> {
  const first = connectRaw(port);
  const { headers } = await first.handshake({ authorization: basic() });
  first.close();
  return connectRaw(port, { authorization: String(headers?.get('authorization')[0]) }, options);
}

export function ticketOf(info: FlightInfo): Uint8Array {
  return info.endpoint[0]?.ticket?.ticket ?? new Uint8Array(0);
}

export function decodeRows(messages: readonly FlightDataMessage[]): unknown[][] {
  const reader = new BatchReader();
  const rows: unknown[][] = [];
  for (const message of messages) {
    const batch = reader.push(message);
    for (let row = 0; row < (batch?.length ?? 0); row++)
      rows.push(batch?.columns.map((column) => readValue(column, row)) ?? []);
  }
  return rows;
}

/** Everything a call delivers; rejects with its status. */
export function collect<T>(call: NodeJS.EventEmitter): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const all: T[] = [];
    call.on('data', (message: T) => all.push(message));
    call.on('error', (error: ServiceError) => reject(error));
    call.on('end', () => resolve(all));
  });
}

function command(cmd: Uint8Array): FlightDescriptor {
  return create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.CMD, cmd });
}
