/** The actions on a statement's result: cancelling it, and keeping it for longer. */
import { GizmoError } from '../../errors.js';
import { CancelStatus, type FlightInfo, FlightInfoSchema } from '../../flight/gen/flight_pb.js';
import { ActionCancelQueryResult_CancelResult } from '../../flight/gen/flight_sql_pb.js';
import { ACTIONS } from '../../flight/sql/action.js';
import { decodeCommand } from '../../flight/sql/command.js';
import { decodeMessage } from '../../flight/wire.js';
import type { Call } from './call.js';
import { handleText } from './command-fields.js';
import { endpointOf } from './flight-info.js';
import type { Services } from './services.js';

/** Cancels what a FlightInfo stands for. */
export async function cancelFlightInfo(
  services: Services,
  body: Uint8Array,
  call: Call,
): Promise<Uint8Array> {
  const { info } = ACTIONS.CancelFlightInfo.decodeRequest(body);
  const cancelled = await cancel(services, info, call);
  return ACTIONS.CancelFlightInfo.encodeResult({
    status: cancelled ? CancelStatus.CANCELLED : CancelStatus.NOT_CANCELLABLE,
  });
}

/** The same, as clients asked before there was CancelFlightInfo. */
export async function cancelQuery(services: Services, body: Uint8Array, call: Call): Promise<Uint8Array> {
  const { info } = ACTIONS.CancelQuery.decodeRequest(body);
  const cancelled = await cancel(services, decodeMessage(FlightInfoSchema, info), call);
  const { CANCELLED, NOT_CANCELLABLE } = ActionCancelQueryResult_CancelResult;
  return ACTIONS.CancelQuery.encodeResult({ result: cancelled ? CANCELLED : NOT_CANCELLABLE });
}

/** A result's lifetime starts anew. What never expires stays as it is. */
export async function renewFlightEndpoint(
  services: Services,
  body: Uint8Array,
  call: Call,
): Promise<Uint8Array> {
  const { endpoint } = ACTIONS.RenewFlightEndpoint.decodeRequest(body);
  const ticket = endpoint?.ticket?.ticket;
  if (endpoint === undefined || ticket === undefined)
    throw new GizmoError('INVALID_ARGUMENT', 'The FlightEndpoint to renew has no ticket.');
  const command = decodeCommand(ticket);
  if (command.type !== 'TicketStatementQuery') return ACTIONS.RenewFlightEndpoint.encodeResult(endpoint);
  const handle = handleText(command.message.statementHandle);
  const renewed = endpointOf(services.statements.open.renew(handle, call.caller.principal));
  return ACTIONS.RenewFlightEndpoint.encodeResult({ ...endpoint, expirationTime: renewed.expirationTime });
}

/** Cancels the statement that the info's ticket stands for, and only that; one that is polled for has none yet. */
async function cancel(services: Services, info: FlightInfo | undefined, call: Call): Promise<boolean> {
  const ticket = info?.endpoint[0]?.ticket?.ticket ?? info?.flightDescriptor?.cmd;
  if (ticket === undefined)
    throw new GizmoError('INVALID_ARGUMENT', 'The FlightInfo to cancel has no ticket.');
  const command = decodeCommand(ticket);
  if (command.type !== 'TicketStatementQuery') return false;
  const handle = handleText(command.message.statementHandle);
  return (await services.statements.cancel(handle, call.caller.principal)) === 'cancelled';
}
