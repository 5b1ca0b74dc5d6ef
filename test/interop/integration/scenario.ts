/**
 * What Arrow's Flight integration scenarios are made of: a canned server and a scripted client, both over src/flight,
 * that meet each other and those of other implementations. Source: dev/archery and arrow-go's flight_integration.
 */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import { GizmoError } from '../../../src/errors.js';
import { encodeFlightData, type FlightFrame } from '../../../src/flight/flight-data.js';
import {
  type FlightDescriptor,
  type FlightEndpointSchema,
  type FlightInfo,
  FlightInfoSchema,
} from '../../../src/flight/gen/flight_pb.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { encapsulate, encodeSchema } from '../../../src/flight/ipc/schema.js';
import type { ArrowSchema } from '../../../src/flight/ipc/types.js';
import {
  type FlightHandlers,
  flightService,
  type Received,
  requireMessage,
} from '../../../src/flight/service.js';
import { toStatus } from '../../../src/flight/status.js';
import type { RawClient } from '../../support/raw-client.js';

export interface Scenario {
  /** The handlers of a server that has not been called yet; `port` says where it listens once it does. */
  serve(port: () => number): Partial<FlightHandlers>;
  /** Plays the client's part; throws where the server does not answer as the scenario says. */
  run(client: RawClient, port: number): Promise<void>;
}

export interface ScenarioServer {
  readonly port: number;
  stop(): void;
}

/** Starts a scenario's server on loopback; port 0 takes a free one. */
export async function serveScenario(scenario: Scenario, port = 0): Promise<ScenarioServer> {
  const server = new Server();
  const missing = Object.fromEntries(Object.keys(flightService).map((name) => [name, refuse]));
  server.addService(flightService, { ...missing, ...scenario.serve(() => bound) });
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error === null ? resolve(at) : reject(error),
    ),
  );
  return { port: bound, stop: () => server.forceShutdown() };
}

/** A unary handler of a function that answers or throws. */
export function answer<Request, Response>(
  handle: (request: Request, metadata: Metadata) => Response,
): handleUnaryCall<Received<Request>, Response> {
  return (call, callback) => {
    try {
      callback(null, handle(requireMessage(call.request), call.metadata));
    } catch (error) {
      callback(toStatus(error));
    }
  };
}

/** A streaming handler of a function that answers with all messages or throws. */
export function answerAll<Request, Response>(
  handle: (request: Request, metadata: Metadata) => readonly Response[],
): handleServerStreamingCall<Received<Request>, Response> {
  return (call) => {
    try {
      for (const message of handle(requireMessage(call.request), call.metadata)) call.write(message);
      call.end();
    } catch (error) {
      call.emit('error', toStatus(error));
    }
  };
}

/** A FlightInfo of unknown size. */
export function flightInfo(
  schema: ArrowSchema,
  flightDescriptor: FlightDescriptor,
  endpoint: MessageInitShape<typeof FlightEndpointSchema>[],
  more: MessageInitShape<typeof FlightInfoSchema> = {},
): FlightInfo {
  return create(FlightInfoSchema, {
    schema: encapsulate(encodeSchema(schema)),
    flightDescriptor,
    endpoint,
    totalRecords: -1n,
    totalBytes: -1n,
    ...more,
  });
}

/** The messages of a DoGet: the schema, and a batch of `columns` where there are any. */
export function result(schema: ArrowSchema, columns?: readonly (readonly unknown[])[]): FlightFrame[] {
  const start = encodeFlightData({ message: { header: encodeSchema(schema), body: new Uint8Array(0) } });
  return columns === undefined
    ? [start]
    : [start, encodeFlightData({ message: buildBatch(schema, columns) })];
}

/** INVALID_ARGUMENT where the peer did not do what the scenario says. */
export function check(holds: unknown, what: string): asserts holds {
  if (!holds) throw new GizmoError('INVALID_ARGUMENT', what);
}

/** As {@link check}, for a call that must fail. */
export async function checkFails(call: Promise<unknown>, what: string): Promise<unknown> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  check(error !== undefined, what);
  return error;
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
export const bytes = (value: string): Buffer => Buffer.from(value);

const refuse = (call: { emit?: unknown }, callback?: unknown): void => {
  const status = toStatus(new GizmoError('UNIMPLEMENTED', 'Not part of this scenario.'));
  if (typeof callback === 'function') callback(status);
  else if (typeof call.emit === 'function') call.emit('error', status);
};
