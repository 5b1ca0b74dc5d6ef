/**
 * The actions of Flight SQL and Flight: names, bodies, and which of them are wrapped in an Any.
 * Source: FlightSql.proto and Flight.proto; the wrapping follows the Flight SQL definition of each action.
 */
import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { GizmoError } from '../../errors.js';
import {
  CancelFlightInfoRequestSchema,
  CancelFlightInfoResultSchema,
  CloseSessionRequestSchema,
  CloseSessionResultSchema,
  FlightEndpointSchema,
  GetSessionOptionsRequestSchema,
  GetSessionOptionsResultSchema,
  RenewFlightEndpointRequestSchema,
  SetSessionOptionsRequestSchema,
  SetSessionOptionsResultSchema,
} from '../gen/flight_pb.js';
import {
  ActionBeginSavepointRequestSchema,
  ActionBeginSavepointResultSchema,
  ActionBeginTransactionRequestSchema,
  ActionBeginTransactionResultSchema,
  ActionCancelQueryRequestSchema,
  ActionCancelQueryResultSchema,
  ActionClosePreparedStatementRequestSchema,
  ActionCreatePreparedStatementRequestSchema,
  ActionCreatePreparedStatementResultSchema,
  ActionCreatePreparedSubstraitPlanRequestSchema,
  ActionEndSavepointRequestSchema,
  ActionEndTransactionRequestSchema,
} from '../gen/flight_sql_pb.js';
import { decodeMessage } from '../wire.js';
import { packAny, unpackAny } from './any.js';

/**
 * Every action by its name on the wire. `ACTIONS.CreatePreparedStatement.encodeRequest({ query })` gives the
 * body of an Action; `decodeResult` reads the body of its one Result.
 */
export const ACTIONS = {
  BeginSavepoint: {
    description: 'Set a savepoint in a transaction.',
    ...packedRequest(ActionBeginSavepointRequestSchema),
    ...packedResult(ActionBeginSavepointResultSchema),
  },
  BeginTransaction: {
    description: 'Begin a transaction.',
    ...packedRequest(ActionBeginTransactionRequestSchema),
    ...packedResult(ActionBeginTransactionResultSchema),
  },
  CancelFlightInfo: {
    description: 'Cancel the statement behind a FlightInfo.',
    ...plainRequest(CancelFlightInfoRequestSchema),
    ...plainResult(CancelFlightInfoResultSchema),
  },
  CancelQuery: {
    description: 'Cancel the statement behind a FlightInfo (superseded by CancelFlightInfo).',
    ...packedRequest(ActionCancelQueryRequestSchema),
    ...packedResult(ActionCancelQueryResultSchema),
  },
  ClosePreparedStatement: {
    description: 'Forget a prepared statement. Has no result.',
    ...packedRequest(ActionClosePreparedStatementRequestSchema),
  },
  CloseSession: {
    description: 'End the session and free what it holds.',
    ...plainRequest(CloseSessionRequestSchema),
    ...plainResult(CloseSessionResultSchema),
  },
  CreatePreparedStatement: {
    description: 'Prepare a statement for running it later, or several times.',
    ...packedRequest(ActionCreatePreparedStatementRequestSchema),
    ...packedResult(ActionCreatePreparedStatementResultSchema),
  },
  CreatePreparedSubstraitPlan: {
    description: 'Prepare a Substrait plan.',
    ...packedRequest(ActionCreatePreparedSubstraitPlanRequestSchema),
    ...packedResult(ActionCreatePreparedStatementResultSchema),
  },
  EndSavepoint: {
    description: 'Release a savepoint or roll back to it. Has no result.',
    ...packedRequest(ActionEndSavepointRequestSchema),
  },
  EndTransaction: {
    description: 'Commit a transaction or roll it back. Has no result.',
    ...packedRequest(ActionEndTransactionRequestSchema),
  },
  GetSessionOptions: {
    description: "Read the session's options.",
    ...plainRequest(GetSessionOptionsRequestSchema),
    ...plainResult(GetSessionOptionsResultSchema),
  },
  RenewFlightEndpoint: {
    description: 'Keep a result available for longer.',
    ...plainRequest(RenewFlightEndpointRequestSchema),
    ...plainResult(FlightEndpointSchema),
  },
  SetSessionOptions: {
    description: 'Set options of the session, such as catalog and schema.',
    ...plainRequest(SetSessionOptionsRequestSchema),
    ...plainResult(SetSessionOptionsResultSchema),
  },
} as const;

export type ActionName = keyof typeof ACTIONS;

/** Whether `type` of an Action is one of Flight SQL's; the answer to any other is UNIMPLEMENTED. */
export function isActionName(type: string): type is ActionName {
  return Object.hasOwn(ACTIONS, type);
}

/** Builds and reads the body of an Action; decoding throws GizmoError INVALID_ARGUMENT. */
export interface RequestCodec<Schema extends DescMessage> {
  readonly encodeRequest: (message: MessageInitShape<Schema>) => Uint8Array;
  readonly decodeRequest: (body: Uint8Array) => MessageShape<Schema>;
}

/** Builds and reads the body of an action's Result; decoding throws GizmoError INVALID_ARGUMENT. */
export interface ResultCodec<Schema extends DescMessage> {
  readonly encodeResult: (message: MessageInitShape<Schema>) => Uint8Array;
  readonly decodeResult: (body: Uint8Array) => MessageShape<Schema>;
}

function packedRequest<Schema extends DescMessage>(schema: Schema): RequestCodec<Schema> {
  return {
    encodeRequest: (message) => packAny(schema, message),
    decodeRequest: (body) => decodePacked(schema, body),
  };
}

function packedResult<Schema extends DescMessage>(schema: Schema): ResultCodec<Schema> {
  return {
    encodeResult: (message) => packAny(schema, message),
    decodeResult: (body) => decodePacked(schema, body),
  };
}

function plainRequest<Schema extends DescMessage>(schema: Schema): RequestCodec<Schema> {
  return {
    encodeRequest: (message) => toBinary(schema, create(schema, message)),
    decodeRequest: (body) => decodeMessage(schema, body),
  };
}

function plainResult<Schema extends DescMessage>(schema: Schema): ResultCodec<Schema> {
  return {
    encodeResult: (message) => toBinary(schema, create(schema, message)),
    decodeResult: (body) => decodeMessage(schema, body),
  };
}

function decodePacked<Schema extends DescMessage>(schema: Schema, body: Uint8Array): MessageShape<Schema> {
  const { typeName, value } = unpackAny(body);
  if (typeName !== schema.typeName) {
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `The action needs a body of type ${schema.typeName} packed into an Any.`,
    );
  }
  return decodeMessage(schema, value);
}
