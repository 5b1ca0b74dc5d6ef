/**
 * The Flight service as grpc-js wants it described, for both sides: paths, shapes and how each message
 * becomes bytes. Source: Flight.proto, service FlightService.
 */
import { type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServiceDefinition,
} from '@grpc/grpc-js';
import { GizmoError } from '../errors.js';
import { decodeFlightData, type FlightDataMessage, type FlightFrame } from './flight-data.js';
import {
  type Action,
  ActionSchema,
  type ActionType,
  ActionTypeSchema,
  type Criteria,
  CriteriaSchema,
  type Empty,
  EmptySchema,
  type FlightDescriptor,
  FlightDescriptorSchema,
  type FlightInfo,
  FlightInfoSchema,
  type HandshakeRequest,
  HandshakeRequestSchema,
  type HandshakeResponse,
  HandshakeResponseSchema,
  type PollInfo,
  PollInfoSchema,
  type PutResult,
  PutResultSchema,
  type Result,
  ResultSchema,
  type SchemaResult,
  SchemaResultSchema,
  type Ticket,
  TicketSchema,
} from './gen/flight_pb.js';
import { decodeMessage } from './wire.js';

const FLIGHT = 'arrow.flight.protocol.FlightService';

/**
 * Header of a Handshake's answer that says, as `1`: DoGet takes a CommandStatementQuery in place of a ticket, plans and
 * runs it, and puts into the application metadata of the schema message what FlightInfo would have said there. One
 * call instead of two. Gizmo's own.
 */
export const QUERY_TICKET_HEADER = 'gizmo-query-ticket';
/** Whom the server takes the caller for, percent-encoded. In the headers of every answer. */
export const USERNAME_HEADER = 'x-username';
/** Beside it: admin, user or readonly. */
export const ROLE_HEADER = 'x-role';

/** Pass it to `server.addService(flightService, handlers)`; a client takes path and (de)serializers from it. */
export const flightService = {
  handshake: describeMethod(
    FLIGHT,
    'Handshake',
    'bidi',
    codec(HandshakeRequestSchema),
    codec(HandshakeResponseSchema),
  ),
  listFlights: describeMethod(
    FLIGHT,
    'ListFlights',
    'serverStream',
    codec(CriteriaSchema),
    codec(FlightInfoSchema),
  ),
  getFlightInfo: describeMethod(
    FLIGHT,
    'GetFlightInfo',
    'unary',
    codec(FlightDescriptorSchema),
    codec(FlightInfoSchema),
  ),
  pollFlightInfo: describeMethod(
    FLIGHT,
    'PollFlightInfo',
    'unary',
    codec(FlightDescriptorSchema),
    codec(PollInfoSchema),
  ),
  getSchema: describeMethod(
    FLIGHT,
    'GetSchema',
    'unary',
    codec(FlightDescriptorSchema),
    codec(SchemaResultSchema),
  ),
  doGet: describeMethod(FLIGHT, 'DoGet', 'serverStream', codec(TicketSchema), flightDataCodec()),
  doPut: describeMethod(FLIGHT, 'DoPut', 'bidi', flightDataCodec(), codec(PutResultSchema)),
  doExchange: describeMethod(FLIGHT, 'DoExchange', 'bidi', flightDataCodec(), flightDataCodec()),
  doAction: describeMethod(FLIGHT, 'DoAction', 'serverStream', codec(ActionSchema), codec(ResultSchema)),
  listActions: describeMethod(
    FLIGHT,
    'ListActions',
    'serverStream',
    codec(EmptySchema),
    codec(ActionTypeSchema),
  ),
} satisfies ServiceDefinition;

/** What a server implements. */
export type FlightHandlers = {
  readonly handshake: handleBidiStreamingCall<Received<HandshakeRequest>, HandshakeResponse>;
  readonly listFlights: handleServerStreamingCall<Received<Criteria>, FlightInfo>;
  readonly getFlightInfo: handleUnaryCall<Received<FlightDescriptor>, FlightInfo>;
  readonly pollFlightInfo: handleUnaryCall<Received<FlightDescriptor>, PollInfo>;
  readonly getSchema: handleUnaryCall<Received<FlightDescriptor>, SchemaResult>;
  readonly doGet: handleServerStreamingCall<Received<Ticket>, FlightFrame>;
  readonly doPut: handleBidiStreamingCall<Received<FlightDataMessage>, PutResult>;
  readonly doExchange: handleBidiStreamingCall<Received<FlightDataMessage>, FlightFrame>;
  readonly doAction: handleServerStreamingCall<Received<Action>, Result>;
  readonly listActions: handleServerStreamingCall<Received<Empty>, ActionType>;
};

/**
 * A message as a server receives it. grpc-js answers INTERNAL where a deserializer throws, before any
 * handler runs; so bytes that are no such message arrive as the error to answer with instead.
 */
export type Received<T> = T | GizmoError;

/**
 * The message itself.
 * @throws GizmoError INVALID_ARGUMENT where the bytes that came were malformed
 */
export function requireMessage<T>(received: Received<T>): T {
  if (received instanceof GizmoError) throw received;
  return received;
}

/** One RPC. Outgoing and incoming type differ for FlightData and for requests, see {@link Received}. */
export interface FlightMethod<Request, IncomingRequest, Response, IncomingResponse> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (message: Request) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Received<IncomingRequest>;
  readonly responseSerialize: (message: Response) => Buffer;
  /** Throws for malformed bytes: grpc-js then cancels the call and reports INTERNAL, which is right here. */
  readonly responseDeserialize: (bytes: Buffer) => IncomingResponse;
}

/** How one side's messages become bytes and come back. */
export interface Codec<Outgoing, Incoming> {
  readonly serialize: (message: Outgoing) => Buffer;
  readonly deserialize: (bytes: Buffer) => Incoming;
}

/** @param service full name, such as `arrow.flight.protocol.FlightService` */
export function describeMethod<Request, IncomingRequest, Response, IncomingResponse>(
  service: string,
  name: string,
  shape: 'unary' | 'serverStream' | 'bidi',
  request: Codec<Request, IncomingRequest>,
  response: Codec<Response, IncomingResponse>,
): FlightMethod<Request, IncomingRequest, Response, IncomingResponse> {
  return {
    path: `/${service}/${name}`,
    requestStream: shape === 'bidi',
    responseStream: shape !== 'unary',
    requestSerialize: request.serialize,
    requestDeserialize: (bytes) => receive(request.deserialize, bytes),
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  };
}

/** Messages of `schema` as their bytes. */
export function codec<Schema extends DescMessage>(
  schema: Schema,
): Codec<MessageShape<Schema>, MessageShape<Schema>> {
  return {
    serialize: (message) => {
      const bytes = toBinary(schema, message);
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    deserialize: (bytes) => decodeMessage(schema, bytes),
  };
}

function flightDataCodec(): Codec<FlightFrame, FlightDataMessage> {
  return {
    // grpc-js types the result as Buffer but uses only `length`, `byteLength` and `copy`, which a frame has:
    // this is how a body gets into the gRPC frame with one copy.
    serialize: (frame) => frame as unknown as Buffer,
    deserialize: decodeFlightData,
  };
}

function receive<T>(deserialize: (bytes: Buffer) => T, bytes: Buffer): Received<T> {
  try {
    return deserialize(bytes);
  } catch (error) {
    if (error instanceof GizmoError) return error;
    throw error;
  }
}
