/** A Flight server that does just what a test says: other people's servers, with their habits. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { encodeFlightData, type FlightDataMessage, type FlightFrame } from '../../src/flight/flight-data.js';
import {
  type Action,
  type FlightDescriptor,
  type FlightEndpointSchema,
  type FlightInfo,
  FlightInfoSchema,
  type HandshakeRequest,
  type HandshakeResponse,
  type PollInfo,
  type PutResult,
  type Result,
  type SchemaResult,
  type Ticket,
} from '../../src/flight/gen/flight_pb.js';
import { buildBatch } from '../../src/flight/ipc/build.js';
import { encapsulate, encodeSchema } from '../../src/flight/ipc/schema.js';
import { type ArrowSchema, field } from '../../src/flight/ipc/types.js';
import { flightService } from '../../src/flight/service.js';

/** What has no handler answers UNIMPLEMENTED, as generated servers do. */
export interface Handlers {
  handshake?(call: ServerDuplexStream<HandshakeRequest, HandshakeResponse>): void;
  getFlightInfo?(
    call: ServerUnaryCall<FlightDescriptor, FlightInfo>,
    answer: sendUnaryData<FlightInfo>,
  ): void;
  pollFlightInfo?(call: ServerUnaryCall<FlightDescriptor, PollInfo>, answer: sendUnaryData<PollInfo>): void;
  getSchema?(
    call: ServerUnaryCall<FlightDescriptor, SchemaResult>,
    answer: sendUnaryData<SchemaResult>,
  ): void;
  doGet?(call: ServerWritableStream<Ticket, FlightFrame>): void;
  doPut?(call: ServerDuplexStream<FlightDataMessage, PutResult>): void;
  doAction?(call: ServerWritableStream<Action, Result>): void;
}

export interface FlightServer {
  readonly port: number;
  /** The metadata of every call, by the name of its handler. */
  readonly calls: { readonly name: string; readonly metadata: Metadata }[];
  close(): void;
}

/** Listens on a free port of loopback. */
export async function startFlightServer(handlers: Handlers): Promise<FlightServer> {
  const calls: { name: string; metadata: Metadata }[] = [];
  const noted: UntypedServiceImplementation = {};
  for (const [name, handler] of Object.entries(handlers))
    noted[name] = (call: { metadata: Metadata }, answer: unknown) => {
      calls.push({ name, metadata: call.metadata });
      handler(call, answer);
    };
  const server = new Server();
  server.addService(flightService, noted);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { port, calls, close: () => server.forceShutdown() };
}

/** One column `n` of whole numbers. */
export const NUMBERS: ArrowSchema = { fields: [field('n', { kind: 'int', bits: 32, signed: true })] };

/** A FlightInfo that announces `schema`, or nothing. */
export function infoOf(
  endpoints: readonly MessageInitShape<typeof FlightEndpointSchema>[],
  schema?: ArrowSchema,
): FlightInfo {
  return create(FlightInfoSchema, {
    endpoint: [...endpoints],
    ...(schema === undefined ? {} : { schema: encapsulate(encodeSchema(schema)) }),
  });
}

/** An endpoint whose ticket is a text. */
export function endpoint(
  ticket: string,
  ...locations: string[]
): MessageInitShape<typeof FlightEndpointSchema> {
  return { ticket: { ticket: Buffer.from(ticket) }, location: locations.map((uri) => ({ uri })) };
}

/** Streams one batch of {@link NUMBERS} and ends. */
export function sendNumbers(call: ServerWritableStream<Ticket, FlightFrame>, ...numbers: number[]): void {
  call.write(encodeFlightData({ message: { header: encodeSchema(NUMBERS), body: new Uint8Array(0) } }));
  call.write(encodeFlightData({ message: buildBatch(NUMBERS, [numbers]) }));
  call.end();
}

/** The text of a ticket. */
export function ticketOf(call: ServerWritableStream<Ticket, FlightFrame>): string {
  return Buffer.from(call.request.ticket).toString();
}

/** Metadata of one pair. */
export function metadataOf(name: string, ...values: string[]): Metadata {
  const metadata = new Metadata();
  for (const value of values) metadata.add(name, value);
  return metadata;
}
