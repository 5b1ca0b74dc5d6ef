/** DoGet: the result behind a ticket, or of a query in its place, as a stream of FlightData. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import type { FlightFrame } from '../../flight/flight-data.js';
import type { Ticket } from '../../flight/gen/flight_pb.js';
import type { CommandStatementQuery } from '../../flight/gen/flight_sql_pb.js';
import { encodeSchema } from '../../flight/ipc/schema.js';
import { type Received, requireMessage } from '../../flight/service.js';
import { decodeCommand, type SqlCommand } from '../../flight/sql/command.js';
import { createWriter } from '../../flight/stream.js';
import type { Call } from './call.js';
import { handleText, transactionOf } from './command-fields.js';
import { metadataBatches, metadataSchema } from './metadata/answers.js';
import { type Sendable, sendable, sendResult } from './send-result.js';
import type { Services } from './services.js';

type GetCall = ServerWritableStream<Received<Ticket>, FlightFrame>;

export async function doGet(services: Services, grpcCall: GetCall, call: Call): Promise<void> {
  const command = decodeCommand(requireMessage(grpcCall.request).ticket);
  const result = await open(services, command, call);
  await sendResult(createWriter(grpcCall, call.signal), result);
}

async function open(services: Services, command: SqlCommand, call: Call): Promise<Sendable> {
  const { statements } = services;
  if (command.type === 'TicketStatementQuery') {
    return statements.fetch(handleText(command.message.statementHandle), call.caller.principal, call.signal);
  }
  if (command.type === 'CommandStatementQuery') return openQuery(services, command.message, call);
  if (command.type === 'CommandPreparedStatementQuery') {
    const session = await call.session();
    const prepared = statements.open.prepared(handleText(command.message.preparedStatementHandle), session);
    return sendable(await statements.queryPreparedNow(prepared, prepared.parameters, call.signal));
  }
  const schema = metadataSchema(command);
  if (schema === undefined) throw new GizmoError('INVALID_ARGUMENT', 'This is not a ticket of this server.');
  const batches = metadataBatches(services, command, call);
  return {
    schemaMessage: encodeSchema(schema),
    next: async () => (await batches.next()).value,
    close: async () => {
      await batches.return(undefined);
    },
  };
}

/** Runs a query at once. */
export async function openQuery(
  { statements }: Services,
  message: CommandStatementQuery,
  call: Call,
): Promise<Sendable> {
  const session = await call.session();
  const request = {
    sql: message.query,
    session,
    door: 'statement-query',
    signal: call.signal,
    ...transactionOf(message),
  } as const;
  return sendable(await statements.queryNow(request));
}
