/** One row of Arrow values as they are bound to the parameters of a statement. */
import { GizmoError } from '../../../errors.js';
import type { RecordBatch } from '../../../flight/ipc/column.js';
import { decodeRecordBatch } from '../../../flight/ipc/record-batch.js';
import type { ArrowField, ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import { readValue } from '../../../flight/ipc/value.js';
import type { ExecuteOptions } from '../engine.js';

export interface ParameterValue {
  readonly field: ArrowField;
  /** As `readValue` gives it. */
  readonly value: unknown;
}

export class ParameterReader {
  readonly #names: readonly string[];
  #decoded: { readonly encoded: EncodedBatch; readonly batch: RecordBatch } | undefined;

  constructor(parameters: ArrowSchema) {
    this.#names = parameters.fields.map(({ name }) => name);
  }

  /**
   * One value a parameter: by name where the statement names its parameters and the fields have those names, else by
   * position. INVALID_ARGUMENT where the number of values is not the number of parameters.
   */
  read(given: ExecuteOptions['parameters']): readonly ParameterValue[] {
    const names = this.#names;
    const count = given?.schema.fields.length ?? 0;
    if (count !== names.length) throw wrongCount(names.length, count);
    if (given === undefined || count === 0) return [];
    const { columns, length } = this.#decode(given.schema, given.batch);
    if (!(given.row >= 0 && given.row < length)) {
      throw new GizmoError(
        'INVALID_ARGUMENT',
        `The parameters have ${length} rows; there is no row ${given.row}.`,
      );
    }
    return matchNames(names, given.schema).map((source) => {
      const column = columns[source];
      if (column === undefined) throw wrongCount(names.length, columns.length);
      return { field: column.field, value: readValue(column, given.row) };
    });
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
