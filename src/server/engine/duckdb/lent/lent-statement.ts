/** A statement that reads lent views: what fails in it may have failed behind them, and is not told. */
import { GizmoError, toGizmoError } from '../../../../errors.js';
import type { ArrowField, ArrowSchema } from '../../../../flight/ipc/types.js';
import type { LentRead } from '../../../model/plan-facts.js';
import type { EngineResult, EngineStatement, ExecuteOptions } from '../../engine.js';
import { matchNames } from '../read-parameters.js';
import type { LentText } from './lend-query.js';

/** The same statement with such errors. */
export function hidingErrors(
  statement: EngineStatement,
  { reads: views, hidesRows }: Pick<LentText, 'reads' | 'hidesRows'>,
): EngineStatement {
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
    execute: async (options?: ExecuteOptions) => {
      if (hidesRows) assertTypes(statement.parameters, options?.parameters?.schema);
      return hiding(await statement.execute(options).catch((reason) => fail(reason, views)), views);
    },
    close: () => statement.close(),
  };
}

/**
 * DuckDB binds a statement anew for values of other types than it has described, and what it then converts may fail for
 * rows that are left out. Throws INVALID_ARGUMENT.
 */
function assertTypes(described: ArrowSchema, given: ArrowSchema | undefined): void {
  const order = matchNames(
    described.fields.map(({ name }) => name),
    given ?? { fields: [] },
  );
  for (const [at, field] of described.fields.entries()) {
    const value = given?.fields[order[at] ?? -1];
    if (value === undefined || isLike(field, value)) continue;
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `The parameter ${field.name} has another type than the statement says (${field.type.kind}, not ${value.type.kind}). Give it that type, or write a cast around it.`,
    );
  }
}

function isLike(described: ArrowField, given: ArrowField): boolean {
  const [one, other] = [described.type, given.type];
  if (other.kind === 'null') return true;
  if (other.kind === 'decimal') return JSON.stringify(one) === JSON.stringify(other);
  const isSame = one.kind === other.kind || ALIKE.some((it) => it.has(one.kind) && it.has(other.kind));
  const { children } = given;
  return (
    isSame &&
    described.children.length === children.length &&
    described.children.every((it, at) => children[at] !== undefined && isLike(it, children[at]))
  );
}

const ALIKE: readonly ReadonlySet<string>[] = [
  new Set(['int', 'float']),
  new Set(['utf8', 'largeUtf8', 'utf8View']),
];

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
