/** All RPCs of the Flight service, each with what surrounds every call. */
import type { FlightHandlers } from '../../flight/service.js';
import { bidirectional, callers, serverStream, unary } from './call.js';
import { type ActionCall, doAction, offeredActions } from './do-action.js';
import { exchangeHandler } from './do-exchange.js';
import { doGet } from './do-get.js';
import { doPut } from './do-put.js';
import { getFlightInfo, getSchema } from './flight-info.js';
import { handshakeHandler } from './handshake.js';
import { pollFlightInfo } from './poll-flight-info.js';
import type { Services } from './services.js';
import { actionOfStranger } from './token-exchange.js';

export function createFlightHandlers(services: Services): FlightHandlers {
  const actions = serverStream(services, 'DoAction', (grpcCall: ActionCall, call) =>
    doAction(services, grpcCall, call),
  );
  return {
    handshake: handshakeHandler(services),
    // Flight SQL has no flights to list; an empty list is the honest answer.
    listFlights: serverStream(services, 'ListFlights', async () => {}),
    getFlightInfo: unary(services, 'GetFlightInfo', (request, call) =>
      getFlightInfo(services, request, call),
    ),
    pollFlightInfo: unary(services, 'PollFlightInfo', (request, call) =>
      pollFlightInfo(services, request, call),
    ),
    getSchema: unary(services, 'GetSchema', (request, call) => getSchema(services, request, call)),
    doGet: serverStream(services, 'DoGet', (grpcCall, call) => doGet(services, grpcCall, call)),
    doPut: bidirectional(services, 'DoPut', (grpcCall, call) => doPut(services, grpcCall, call)),
    doExchange: exchangeHandler(services),
    // Somebody the interceptor has let through without finding out who it is may do next to nothing.
    doAction: (grpcCall) =>
      callers.has(grpcCall.metadata) ? actions(grpcCall) : actionOfStranger(services, grpcCall),
    listActions: serverStream(services, 'ListActions', async (grpcCall) => {
      for (const action of offeredActions(services)) grpcCall.write(action);
    }),
  };
}
