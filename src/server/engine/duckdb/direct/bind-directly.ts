/**
 * Binds values of the usual types to a statement that the bindings hold in another thread, called by address.
 * Source: duckdb.h, the functions of the same names.
 */
import type { ArrowType } from '../../../../flight/ipc/types.js';
import type { NativeFunction, NativeLibrary } from '../native-library.js';
import type { ParameterValue } from '../read-parameters.js';

/** Binds the values from the first parameter on; false where one is left to the thread that has the bindings' values. */
export type BindDirectly = (statement: number, values: readonly ParameterValue[]) => boolean;

export function loadBindFunctions(library: NativeLibrary): BindDirectly {
  const load = (name: string, type: string) =>
    library.load(`int duckdb_bind_${name}(uintptr_t statement, uint64_t index, ${type} value)`);
  const functions: Readonly<Record<string, NativeFunction>> = {
    bool: load('boolean', 'bool'),
    int8: load('int8', 'int8_t'),
    int16: load('int16', 'int16_t'),
    int32: load('int32', 'int32_t'),
    int64: load('int64', 'int64_t'),
    uint8: load('uint8', 'uint8_t'),
    uint16: load('uint16', 'uint16_t'),
    uint32: load('uint32', 'uint32_t'),
    uint64: load('uint64', 'uint64_t'),
    float32: load('float', 'float'),
    float64: load('double', 'double'),
    text: load('varchar', 'const char *'),
  };
  return (statement, values) => {
    for (const [index, { field, value }] of values.entries()) {
      const bind = functions[kindOf(field.type, value) ?? ''];
      if (bind === undefined || bind(statement, index + 1, value) !== SUCCESS) return false;
    }
    return true;
  };
}

/** Undefined of others, and of NULL, whose type is another question. */
function kindOf(type: ArrowType, value: unknown): string | undefined {
  switch (type.kind) {
    case 'bool':
      return typeof value === 'boolean' ? 'bool' : undefined;
    case 'int':
      return isNumber(value) ? `${type.signed ? 'int' : 'uint'}${type.bits}` : undefined;
    case 'float':
      return isNumber(value) ? (type.bits === 64 ? 'float64' : 'float32') : undefined;
    case 'utf8':
    case 'largeUtf8':
    case 'utf8View':
      // To C a text ends at its first NUL.
      return typeof value === 'string' && !value.includes('\0') ? 'text' : undefined;
    default:
      return undefined;
  }
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

const SUCCESS = 0;
