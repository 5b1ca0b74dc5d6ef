/** GetFlightInfo and GetSchema: what a command will return, and the ticket to fetch it with. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { GizmoError } from '../../errors.js';
import {
  type FlightDescriptor,
  FlightDescriptor_DescriptorType,
  type FlightEndpoint,
  FlightEndpointSchema,
  type FlightInfo,
  FlightInfoSchema,
  type SchemaResult,
  SchemaResultSchema,
} from '../../flight/gen/flight_pb.js';
import { encapsulate, encodeSchema } from '../../flight/ipc/schema.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import { type Received, requireMessage } from '../../flight/service.js';
import { decodeCommand, encodeCommand, type SqlCommand } from '../../flight/sql/command.js';
import type { IssuedTicket } from '../statement/open-statements.js';
import type { QueryInfo } from '../statement/statements.js';
import type { Call } from './call.js';
import { handleText, statementFacts, transactionOf } from './command-fields.js';
import { metadataSchema } from './metadata/answers.js';
import type { Services } from './services.js';

/** Plans a query, runs it at once where it changes something, and answers with a ticket for its result. */
export async function getFlightInfo(
  services: Services,
  received: Received<FlightDescriptor>,
  call: Call,
): Promise<FlightInfo> {
  const descriptor = requireMessage(received);
  const command = commandOf(descriptor);
  const { statements } = services;
  if (command.type === 'CommandStatementQuery') {
    const session = await call.session();
    const { query: sql } = command.message;
    const request = {
      sql,
      session,
      door: 'statement-query',
      signal: call.signal,
      ...transactionOf(command.message),
    } as const;
    return queryInfo(descriptor, await statements.query(request));
  }
  if (command.type === 'CommandPreparedStatementQuery') {
    const session = await call.session();
    const prepared = statements.open.prepared(handleText(command.message.preparedStatementHandle), session);
    return queryInfo(descriptor, await statements.queryPrepared(prepared, call.signal));
  }
  const schema = metadataSchema(command);
  if (schema === undefined) throw notAQuery(command);
  // By convention the ticket of a metadata command is the command itself.
  return flightInfo(descriptor, schema, { endpoint: [{ ticket: { ticket: descriptor.cmd } }] });
}

/** The schema of a command's result; never runs the statement. */
export async function getSchema(
  services: Services,
  received: Received<FlightDescriptor>,
  call: Call,
): Promise<SchemaResult> {
  const command = commandOf(requireMessage(received));
  return create(SchemaResultSchema, { schema: schemaBytes(await describe(services, command, call)) });
}

async function describe(services: Services, command: SqlCommand, call: Call): Promise<ArrowSchema> {
  if (command.type === 'CommandStatementQuery') {
    const session = await call.session();
    const request = {
      sql: command.message.query,
      session,
      door: 'statement-query',
      signal: call.signal,
      ...transactionOf(command.message),
    } as const;
    return requireSchema(await services.statements.describe(request));
  }
  if (command.type === 'CommandPreparedStatementQuery') {
    const session = await call.session();
    const handle = handleText(command.message.preparedStatementHandle);
    const prepared = services.statements.open.prepared(handle, session);
    return requireSchema(await services.statements.describePrepared(prepared, call.signal));
  }
  const schema = metadataSchema(command);
  if (schema === undefined) throw notAQuery(command);
  return schema;
}

/** An encapsulated IPC schema message, as every schema field of Flight holds it. */
export function schemaBytes(schema: ArrowSchema): Uint8Array {
  let bytes = encoded.get(schema);
  if (bytes === undefined) {
    bytes = encapsulate(encodeSchema(schema));
    encoded.set(schema, bytes);
  }
  return bytes;
}

/** Those of plans that are kept are asked for at each statement. */
const encoded = new WeakMap<ArrowSchema, Uint8Array>();

/** The command in a descriptor. Throws INVALID_ARGUMENT where there is none. */
export function commandOf(descriptor: FlightDescriptor): SqlCommand {
  if (descriptor.type !== FlightDescriptor_DescriptorType.CMD) {
    throw new GizmoError(
      'INVALID_ARGUMENT',
      'The flight descriptor must be a Flight SQL command (type CMD).',
    );
  }
  return decodeCommand(descriptor.cmd);
}

/** The bytes of the ticket with a handle. */
export function ticketBytes(handle: string): Uint8Array {
  return encodeCommand({ type: 'TicketStatementQuery', message: { statementHandle: Buffer.from(handle) } });
}

function queryInfo(descriptor: FlightDescriptor, info: QueryInfo): FlightInfo {
  return flightInfo(descriptor, info.schema, {
    endpoint: [endpointOf(info)],
    appMetadata: statementFacts(info.returns, info.changes),
  });
}

/** No location: every client then fetches from where it asked. It may fetch again until the ticket expires. */
export function endpointOf({ ticket, expiresAtMs }: IssuedTicket): FlightEndpoint {
  return create(FlightEndpointSchema, {
    ticket: { ticket: ticketBytes(ticket) },
    expirationTime: timestampFromMs(Math.floor(expiresAtMs)),
  });
}

/** A FlightInfo; what is not given is unknown. */
export function flightInfo(
  descriptor: FlightDescriptor,
  schema: ArrowSchema | undefined,
  more: MessageInitShape<typeof FlightInfoSchema>,
): FlightInfo {
  return create(FlightInfoSchema, {
    ...(schema && { schema: schemaBytes(schema) }),
    flightDescriptor: descriptor,
    totalRecords: -1n,
    totalBytes: -1n,
    ordered: true,
    ...more,
  });
}

function requireSchema(schema: ArrowSchema | undefined): ArrowSchema {
  if (schema !== undefined) return schema;
  throw new GizmoError('FAILED_PRECONDITION', 'The schema of this statement is known only by running it.');
}

function notAQuery(command: SqlCommand): GizmoError {
  return new GizmoError('UNIMPLEMENTED', `${command.type} is not answered here by this server.`);
}
