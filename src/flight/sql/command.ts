/**
 * The commands of Flight SQL: what a FlightDescriptor's `cmd`, and by convention a ticket, says to do.
 * Source: FlightSql.proto; reference of who may use which is the RPC that takes it.
 */
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { GizmoError } from '../../errors.js';
import {
  CommandGetCatalogsSchema,
  CommandGetCrossReferenceSchema,
  CommandGetDbSchemasSchema,
  CommandGetExportedKeysSchema,
  CommandGetImportedKeysSchema,
  CommandGetPrimaryKeysSchema,
  CommandGetSqlInfoSchema,
  CommandGetTablesSchema,
  CommandGetTableTypesSchema,
  CommandGetXdbcTypeInfoSchema,
  CommandPreparedStatementQuerySchema,
  CommandPreparedStatementUpdateSchema,
  CommandStatementIngestSchema,
  CommandStatementQuerySchema,
  CommandStatementSubstraitPlanSchema,
  CommandStatementUpdateSchema,
  TicketStatementQuerySchema,
} from '../gen/flight_sql_pb.js';
import { decodeMessage } from '../wire.js';
import { packAny, unpackAny } from './any.js';

/**
 * Decodes the `cmd` of a descriptor or the bytes of a ticket.
 * @throws GizmoError INVALID_ARGUMENT for bytes that are no Flight SQL command
 */
export function decodeCommand(bytes: Uint8Array): SqlCommand {
  const { typeName, value } = unpackAny(bytes);
  const name = typeName.startsWith(PACKAGE) ? typeName.slice(PACKAGE.length) : '';
  if (!isCommandName(name)) {
    const what =
      typeName === '' ? 'The bytes name no command' : `The command ${typeName.slice(0, 100)} is unknown`;
    throw new GizmoError('INVALID_ARGUMENT', `${what}. Send a Flight SQL command packed into an Any.`);
  }
  return COMMANDS[name].decode(value);
}

/** Encodes a command, wrapped as descriptors and tickets want it. */
export function encodeCommand<Name extends SqlCommandName>(command: SqlCommandInit<Name>): Uint8Array {
  return packAny(COMMANDS[command.type].schema, command.message);
}

export type SqlCommandName = keyof typeof COMMANDS;

/** A decoded command; `type` is the message's short name, such as `CommandGetTables`. */
export type SqlCommand = ReturnType<(typeof COMMANDS)[SqlCommandName]['decode']>;

/** A command to encode; fields that stay at their default may be left out. */
export interface SqlCommandInit<Name extends SqlCommandName> {
  readonly type: Name;
  readonly message: MessageInitShape<(typeof COMMANDS)[Name]['schema']>;
}

const PACKAGE = 'arrow.flight.protocol.sql.';

const COMMANDS = {
  CommandGetCatalogs: describe('CommandGetCatalogs', CommandGetCatalogsSchema),
  CommandGetCrossReference: describe('CommandGetCrossReference', CommandGetCrossReferenceSchema),
  CommandGetDbSchemas: describe('CommandGetDbSchemas', CommandGetDbSchemasSchema),
  CommandGetExportedKeys: describe('CommandGetExportedKeys', CommandGetExportedKeysSchema),
  CommandGetImportedKeys: describe('CommandGetImportedKeys', CommandGetImportedKeysSchema),
  CommandGetPrimaryKeys: describe('CommandGetPrimaryKeys', CommandGetPrimaryKeysSchema),
  CommandGetSqlInfo: describe('CommandGetSqlInfo', CommandGetSqlInfoSchema),
  CommandGetTables: describe('CommandGetTables', CommandGetTablesSchema),
  CommandGetTableTypes: describe('CommandGetTableTypes', CommandGetTableTypesSchema),
  CommandGetXdbcTypeInfo: describe('CommandGetXdbcTypeInfo', CommandGetXdbcTypeInfoSchema),
  CommandPreparedStatementQuery: describe(
    'CommandPreparedStatementQuery',
    CommandPreparedStatementQuerySchema,
  ),
  CommandPreparedStatementUpdate: describe(
    'CommandPreparedStatementUpdate',
    CommandPreparedStatementUpdateSchema,
  ),
  CommandStatementIngest: describe('CommandStatementIngest', CommandStatementIngestSchema),
  CommandStatementQuery: describe('CommandStatementQuery', CommandStatementQuerySchema),
  CommandStatementSubstraitPlan: describe(
    'CommandStatementSubstraitPlan',
    CommandStatementSubstraitPlanSchema,
  ),
  CommandStatementUpdate: describe('CommandStatementUpdate', CommandStatementUpdateSchema),
  TicketStatementQuery: describe('TicketStatementQuery', TicketStatementQuerySchema),
};

function describe<Name extends string, Schema extends DescMessage>(type: Name, schema: Schema) {
  return {
    schema,
    decode: (bytes: Uint8Array): { readonly type: Name; readonly message: MessageShape<Schema> } => ({
      type,
      message: decodeMessage(schema, bytes),
    }),
  };
}

function isCommandName(name: string): name is SqlCommandName {
  return Object.hasOwn(COMMANDS, name);
}
