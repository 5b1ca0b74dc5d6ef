/**
 * DuckDB's functions that run a whole statement, called by address in a thread of libuv's pool. They serve a thread of
 * JavaScript that has none of the bindings' objects, for a connection that the bindings hold in another one.
 * Source: duckdb.h, the functions of the same names.
 */
import type { DecimalShape } from './direct/addressed-run.js';
import { type BindDirectly, loadBindFunctions } from './direct/bind-directly.js';
import { type NativeLibrary, nativeMemory, runInPool } from './native-library.js';

/** Addresses are numbers: user space ends below 2^53 everywhere. */
export interface CallFunctions {
  /** Where the `duckdb_connection` or `duckdb_prepared_statement` is that an External of the bindings stands for. */
  addressOf(external: object): number | undefined;
  /** Parses, plans and runs a text. Rejects with DuckDB's text. */
  query(connection: number, sql: string): Promise<CalledResult>;
  readonly bind: BindDirectly;
  /** Runs what is prepared, and has its values. Rejects with DuckDB's text. */
  executePrepared(statement: number): Promise<CalledResult>;
  /** Stops what runs on the connection; nothing happens where nothing does. */
  interrupt(connection: number): void;
}

/** A `duckdb_result`, all rows of which are there. To be destroyed once. */
export interface CalledResult {
  /** As functions take it that want the struct itself. */
  readonly value: unknown;
  rowCount(): number;
  columnCount(): number;
  columnName(column: number): string;
  /** A number of `duckdb.Type`. */
  columnType(column: number): number;
  /** Of a column that is a DECIMAL. */
  decimalShape(column: number): DecimalShape;
  rowsChanged(): number;
  destroy(): void;
}

/** `duckdb_result`: three counts and three pointers. */
export const RESULT = {
  columns: 'uint64_t',
  rows: 'uint64_t',
  changes: 'uint64_t',
  columnData: 'uintptr_t',
  error: 'uintptr_t',
  internal: 'uintptr_t',
};
const RESULT_BYTES = 48;

/** Of the library that the bindings have loaded. */
export function loadCallFunctions(library: NativeLibrary): CallFunctions {
  const query = library.load('int duckdb_query(uintptr_t connection, const char *sql, void *result)');
  const executePrepared = library.load('int duckdb_execute_prepared(uintptr_t statement, void *result)');
  const interrupt = library.load('void duckdb_interrupt(uintptr_t connection)');
  const rowCount = library.load('uint64_t duckdb_row_count(void *result)');
  const columnCount = library.load('uint64_t duckdb_column_count(void *result)');
  const columnName = library.load('const char *duckdb_column_name(void *result, uint64_t column)');
  const columnType = library.load('int duckdb_column_type(void *result, uint64_t column)');
  const logicalType = library.load('uintptr_t duckdb_column_logical_type(void *result, uint64_t column)');
  const decimalWidth = library.load('uint8_t duckdb_decimal_width(uintptr_t type)');
  const decimalScale = library.load('uint8_t duckdb_decimal_scale(uintptr_t type)');
  const destroyType = library.load('void duckdb_destroy_logical_type(uintptr_t *type)');
  const rowsChanged = library.load('uint64_t duckdb_rows_changed(void *result)');
  const resultError = library.load('const char *duckdb_result_error(void *result)');
  const destroyResult = library.load('void duckdb_destroy_result(void *result)');

  const decimalShape = (result: Buffer, column: number): DecimalShape => {
    const type = Number(logicalType(result, column));
    const shape = { width: Number(decimalWidth(type)), scale: Number(decimalScale(type)) };
    destroyType(BigUint64Array.of(BigInt(type)));
    return shape;
  };
  const run = async (start: (place: Buffer) => Promise<unknown>): Promise<CalledResult> => {
    const place = nativeMemory(RESULT_BYTES);
    if ((await start(place)) !== SUCCESS) {
      const text = String(resultError(place));
      destroyResult(place);
      throw new Error(text);
    }
    return {
      value: library.readStruct(place, RESULT),
      rowCount: () => Number(rowCount(place)),
      columnCount: () => Number(columnCount(place)),
      columnName: (column) => String(columnName(place, column)),
      columnType: (column) => Number(columnType(place, column)),
      decimalShape: (column) => decimalShape(place, column),
      rowsChanged: () => Number(rowsChanged(place)),
      destroy: () => void destroyResult(place),
    };
  };
  return {
    addressOf: (external) => library.heldAddress(external),
    query: (connection, sql) => run((place) => runInPool(query, connection, sql, place)),
    bind: loadBindFunctions(library),
    executePrepared: (statement) => run((place) => runInPool(executePrepared, statement, place)),
    interrupt: (connection) => void interrupt(connection),
  };
}

const SUCCESS = 0;
