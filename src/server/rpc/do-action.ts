/** DoAction: prepared statements, cancellation, the end of a session. Only what is listed here is offered. */
import { create } from '@bufbuild/protobuf';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { GizmoError } from '../../errors.js';
import {
  type Action,
  type ActionType,
  ActionTypeSchema,
  type Result,
  ResultSchema,
} from '../../flight/gen/flight_pb.js';
import { ActionEndTransactionRequest_EndTransaction } from '../../flight/gen/flight_sql_pb.js';
import { type Received, requireMessage } from '../../flight/service.js';
import { ACTIONS, type ActionName, isActionName } from '../../flight/sql/action.js';
import type { Call } from './call.js';
import { handleText, transactionOf } from './command-fields.js';
import { schemaBytes } from './flight-info.js';
import type { Services } from './services.js';
import { closeSession, getSessionOptions, setSessionOptions } from './session-actions.js';
import { cancelFlightInfo, cancelQuery, renewFlightEndpoint } from './ticket-actions.js';
import { exchangeTokens, TOKEN_ACTIONS } from './token-exchange.js';

export type ActionCall = ServerWritableStream<Received<Action>, Result>;
/** Does one action; returns the body of its Result, or nothing where it has none. */
type ActionHandler = (services: Services, body: Uint8Array, call: Call) => Promise<Uint8Array | undefined>;

const HANDLERS: Partial<Record<ActionName, ActionHandler>> = {
  CreatePreparedStatement: createPreparedStatement,
  ClosePreparedStatement: closePreparedStatement,
  BeginTransaction: beginTransaction,
  EndTransaction: endTransaction,
  CancelFlightInfo: cancelFlightInfo,
  CancelQuery: cancelQuery,
  RenewFlightEndpoint: renewFlightEndpoint,
  SetSessionOptions: setSessionOptions,
  GetSessionOptions: getSessionOptions,
  CloseSession: closeSession,
};

export async function doAction(services: Services, grpcCall: ActionCall, call: Call): Promise<void> {
  const { type, body } = requireMessage(grpcCall.request);
  if (Object.hasOwn(TOKEN_ACTIONS, type)) {
    const answer = await exchangeTokens(services, type, body, call.caller.peer);
    grpcCall.write(create(ResultSchema, { body: answer }));
    return;
  }
  const handler = isActionName(type) ? HANDLERS[type] : undefined;
  if (handler === undefined) {
    throw new GizmoError(
      'UNIMPLEMENTED',
      `The action "${type.slice(0, 100)}" is not offered by this server.`,
    );
  }
  if (type !== 'CloseSession') call.caller.assertAlive();
  const result = await handler(services, body, call);
  if (result !== undefined) grpcCall.write(create(ResultSchema, { body: result }));
}

/** What ListActions answers: exactly what {@link doAction} does. */
export function offeredActions({ tokenExchange }: Services): ActionType[] {
  const flightSql = Object.keys(HANDLERS)
    .filter(isActionName)
    .map((type) => [type, ACTIONS[type].description] as const);
  const own = tokenExchange === undefined ? [] : Object.entries(TOKEN_ACTIONS);
  return [...flightSql, ...own].map(([type, description]) => create(ActionTypeSchema, { type, description }));
}

async function beginTransaction(services: Services, body: Uint8Array, call: Call): Promise<Uint8Array> {
  ACTIONS.BeginTransaction.decodeRequest(body);
  const session = await call.session();
  const id = await services.statements.beginTransaction(session, call.signal);
  return ACTIONS.BeginTransaction.encodeResult({ transactionId: Buffer.from(id) });
}

async function endTransaction(services: Services, body: Uint8Array, call: Call): Promise<undefined> {
  const { transactionId, action } = ACTIONS.EndTransaction.decodeRequest(body);
  const how = HOW_IT_ENDS[action];
  if (how === undefined)
    throw new GizmoError('INVALID_ARGUMENT', 'EndTransaction must say COMMIT or ROLLBACK.');
  const session = await call.session();
  await services.statements.endTransaction(session, handleText(transactionId), how, call.signal);
}

const HOW_IT_ENDS: Readonly<
  Partial<Record<ActionEndTransactionRequest_EndTransaction, 'COMMIT' | 'ROLLBACK'>>
> = {
  [ActionEndTransactionRequest_EndTransaction.COMMIT]: 'COMMIT',
  [ActionEndTransactionRequest_EndTransaction.ROLLBACK]: 'ROLLBACK',
};

async function createPreparedStatement(
  services: Services,
  body: Uint8Array,
  call: Call,
): Promise<Uint8Array> {
  const { query: sql, ...message } = ACTIONS.CreatePreparedStatement.decodeRequest(body);
  const session = await call.session();
  const { signal } = call;
  const request = { sql, session, door: 'prepared-query', signal, ...transactionOf(message) } as const;
  const { handle, returns, schema, parameters } = await services.statements.prepare(request);
  const hasRows = returns === 'rows';
  return ACTIONS.CreatePreparedStatement.encodeResult({
    preparedStatementHandle: Buffer.from(handle),
    // Empty for DML and DDL: by this JDBC tells an update from a query.
    ...(hasRows && schema !== undefined && { datasetSchema: schemaBytes(schema) }),
    ...(parameters.fields.length > 0 && { parameterSchema: schemaBytes(parameters) }),
    ...(returns !== undefined && { isUpdate: !hasRows }),
  });
}

async function closePreparedStatement(services: Services, body: Uint8Array, call: Call): Promise<undefined> {
  const { preparedStatementHandle } = ACTIONS.ClosePreparedStatement.decodeRequest(body);
  const session = await call.session();
  await services.statements.open.closePrepared(handleText(preparedStatementHandle), session);
}
