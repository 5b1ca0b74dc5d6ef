/**
 * PollFlightInfo: a statement that runs while the client asks how far it is. The descriptor to ask again with names
 * the ticket that the result will have.
 */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type FlightDescriptor,
  FlightDescriptor_DescriptorType,
  FlightDescriptorSchema,
  type PollInfo,
  PollInfoSchema,
} from '../../flight/gen/flight_pb.js';
import { type Received, requireMessage } from '../../flight/service.js';
import type { SqlCommand } from '../../flight/sql/command.js';
import type { Call } from './call.js';
import { handleText, transactionOf } from './command-fields.js';
import { commandOf, endpointOf, flightInfo, getFlightInfo, ticketBytes } from './flight-info.js';
import type { Services } from './services.js';

/** Starts a statement in the background, or asks again for one, and says how far it is. */
export async function pollFlightInfo(
  services: Services,
  received: Received<FlightDescriptor>,
  call: Call,
): Promise<PollInfo> {
  const descriptor = requireMessage(received);
  const handle = await handleOf(services, commandOf(descriptor), call);
  // What is known at once need not be polled for.
  if (handle === undefined) {
    return create(PollInfoSchema, { info: await getFlightInfo(services, descriptor, call), progress: 1 });
  }
  const answer = await services.statements.poll(handle, call.caller.principal, call.signal);
  const again = create(FlightDescriptorSchema, {
    type: FlightDescriptor_DescriptorType.CMD,
    cmd: ticketBytes(handle),
  });
  return create(PollInfoSchema, {
    info: flightInfo(again, answer.schema, {
      endpoint: answer.running ? [] : [endpointOf(answer)],
      totalRecords: BigInt(answer.rows ?? -1),
    }),
    ...(answer.running && {
      flightDescriptor: again,
      expirationTime: timestampFromMs(Math.floor(answer.expiresAtMs)),
    }),
    ...(answer.progress !== undefined && { progress: answer.progress }),
  });
}

/** The ticket of a statement in the background, started here unless the descriptor names one. */
async function handleOf(services: Services, command: SqlCommand, call: Call): Promise<string | undefined> {
  const { statements } = services;
  switch (command.type) {
    case 'TicketStatementQuery':
      return handleText(command.message.statementHandle);
    case 'CommandStatementQuery': {
      const session = await call.session();
      const request = {
        sql: command.message.query,
        session,
        door: 'statement-query',
        ...transactionOf(command.message),
      } as const;
      return statements.start(session, (signal) => statements.query({ ...request, signal }));
    }
    case 'CommandPreparedStatementQuery': {
      const session = await call.session();
      const handle = handleText(command.message.preparedStatementHandle);
      const prepared = statements.open.prepared(handle, session);
      return statements.start(session, (signal) => statements.queryPrepared(prepared, signal));
    }
    default:
      return undefined;
  }
}
