/** A statement that reads lent views: what fails in it may have failed behind them, and is not told. */
import { GizmoError, toGizmoError } from '../../../../errors.js';
import type { LentRead } from '../../../model/plan-facts.js';
import type { EngineResult, EngineStatement, ExecuteOptions } from '../../engine.js';

/** The same statement with such errors. */
export function hidingErrors(statement: EngineStatement, views: readonly LentRead[]): EngineStatement {
  return {
    kind: statement.kind,
    parts: statement.parts,
    serverTables: statement.serverTables,
    schema: statement.schema,
    returns: statement.returns,
    readOnly: statement.readOnly,
    get keepable() {
      return statement.keepable;
    },
    parameters: statement.parameters,
    execute: async (options?: ExecuteOptions) =>
      hiding(await statement.execute(options).catch((reason) => fail(reason, views)), views),
    close: () => statement.close(),
  };
}

/** Throws what may be told of an error. */
export function fail(reason: unknown, views: readonly LentRead[]): never {
  const error = toGizmoError(reason);
  // What DuckDB has not said names no row and no file.
  if (error.cause === undefined || error.cause instanceof GizmoError) throw error;
  const kind = /^[A-Z][A-Za-z ]{2,40} Error/.exec(error.message)?.[0] ?? 'Error';
  const names = views.map(({ catalog, schema, name }) => `${catalog}.${schema}.${name}`).join(', ');
  throw new GizmoError(
    error.code,
    `${kind}: the statement failed while it read ${names} with the owner's rights. What failed is in the server's log.`,
    { detail: error.message, cause: error },
  );
}

function hiding(result: EngineResult, views: readonly LentRead[]): EngineResult {
  return {
    schema: result.schema,
    get schemaMessage() {
      return result.schemaMessage;
    },
    changes: result.changes,
    get ended() {
      return result.ended;
    },
    next: () => result.next().catch((reason) => fail(reason, views)),
    close: () => result.close(),
  };
}
