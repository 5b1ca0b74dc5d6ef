/** Binds one row of Arrow values to the parameters of a prepared statement. */
import duckdb, { type PreparedStatement } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import type { RecordBatch } from '../../../flight/ipc/column.js';
import { decodeRecordBatch } from '../../../flight/ipc/record-batch.js';
import type { ArrowField, ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import { readValue } from '../../../flight/ipc/value.js';
import type { ExecuteOptions } from '../engine.js';
import { toLogicalType } from './arrow-type.js';
import { toDuckDbValue } from './duckdb-value.js';

/**
 * Binds by name where the statement names its parameters and the fields have those names, else by position.
 * INVALID_ARGUMENT where the number of values is not the number of parameters.
 */
export class ParameterBinder {
  readonly #prepared: PreparedStatement;
  readonly #names: readonly string[];
  readonly #isTyped: readonly boolean[];
  #decoded: { readonly encoded: EncodedBatch; readonly batch: RecordBatch } | undefined;

  constructor(prepared: PreparedStatement, parameters: ArrowSchema) {
    this.#prepared = prepared;
    this.#names = parameters.fields.map(({ name }) => name);
    this.#isTyped = parameters.fields.map(
      (_, index) => duckdb.param_type(prepared, index + 1) !== duckdb.Type.INVALID,
    );
  }

  bind(given: ExecuteOptions['parameters']): void {
    const names = this.#names;
    const count = given?.schema.fields.length ?? 0;
    if (count !== names.length) throw wrongCount(names.length, count);
    if (given === undefined || count === 0) return;
    const { columns, length } = this.#decode(given.schema, given.batch);
    if (!(given.row >= 0 && given.row < length)) {
      throw new GizmoError(
        'INVALID_ARGUMENT',
        `The parameters have ${length} rows; there is no row ${given.row}.`,
      );
    }
    const order = matchNames(names, given.schema);
    for (const [index, source] of order.entries()) {
      const column = columns[source];
      if (column === undefined) throw wrongCount(names.length, columns.length);
      const value = readValue(column, given.row);
      if (value === null) this.#bindNull(index, column.field);
      else duckdb.bind_value(this.#prepared, index + 1, toDuckDbValue(column.field, value));
    }
  }

  /**
   * A NULL where DuckDB does not know the parameter's type has the type of its column: the rows of one statement
   * must have one schema, NULL or not. DuckDB's C API makes no such value by itself, but as a list's item.
   */
  #bindNull(index: number, field: ArrowField): void {
    if (this.#isTyped[index] === true || field.type.kind === 'null') {
      duckdb.bind_null(this.#prepared, index + 1);
      return;
    }
    const list = duckdb.create_list_value(toLogicalType(field), [duckdb.create_null_value()]);
    duckdb.bind_value(this.#prepared, index + 1, duckdb.get_list_child(list, 0));
  }

  /** The rows of one batch are bound one after the other: it is decoded once. */
  #decode(schema: ArrowSchema, encoded: EncodedBatch): RecordBatch {
    if (this.#decoded?.encoded !== encoded) {
      this.#decoded = { encoded, batch: decodeRecordBatch(schema, encoded) };
    }
    return this.#decoded.batch;
  }
}

/** For each parameter the field that holds its value. */
export function matchNames(names: readonly string[], schema: ArrowSchema): number[] {
  const inOrder = names.map((_, index) => index);
  // Names of digits are positions, and drivers number from 0 or 1 as they like.
  if (names.some((name) => /^\d+$/.test(name))) return inOrder;
  const places = names.map((name) => schema.fields.findIndex((field) => field.name === name));
  return places.includes(-1) ? inOrder : places;
}

function wrongCount(expected: number, given: number): GizmoError {
  const values = given === 1 ? '1 value was' : `${given} values were`;
  return new GizmoError(
    'INVALID_ARGUMENT',
    `The statement has ${expected} parameter${expected === 1 ? '' : 's'}, but ${values} given.`,
  );
}
