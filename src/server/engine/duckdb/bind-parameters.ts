/** Binds one row of Arrow values to the parameters of a prepared statement. */
import duckdb, { type PreparedStatement } from '@duckdb/node-bindings';
import type { ArrowField, ArrowSchema } from '../../../flight/ipc/types.js';
import type { ExecuteOptions } from '../engine.js';
import { toLogicalType } from './arrow-type.js';
import { toDuckDbValue } from './duckdb-value.js';
import { ParameterReader } from './read-parameters.js';

export class ParameterBinder {
  readonly #prepared: PreparedStatement;
  readonly #reader: ParameterReader;
  readonly #isTyped: readonly boolean[];

  constructor(prepared: PreparedStatement, parameters: ArrowSchema) {
    this.#prepared = prepared;
    this.#reader = new ParameterReader(parameters);
    this.#isTyped = parameters.fields.map(
      (_, index) => duckdb.param_type(prepared, index + 1) !== duckdb.Type.INVALID,
    );
  }

  bind(given: ExecuteOptions['parameters']): void {
    for (const [index, { field, value }] of this.#reader.read(given).entries()) {
      if (value === null) this.#bindNull(index, field);
      else duckdb.bind_value(this.#prepared, index + 1, toDuckDbValue(field, value));
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
}
