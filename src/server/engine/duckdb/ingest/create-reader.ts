/** Picks what carries the values of an Arrow field into DuckDB vectors. */
import duckdb, { type Vector } from '@duckdb/node-bindings';
import type { Column } from '../../../../flight/ipc/column.js';
import type { ArrowField, ArrowType } from '../../../../flight/ipc/types.js';
import { readValue } from '../../../../flight/ipc/value.js';
import { decimalShape, isHugeint, isUuid } from '../arrow-type.js';
import { toDuckDbValue } from '../duckdb-value.js';
import type { ProcessMemory } from '../memory.js';
import type { ColumnReader } from './column-reader.js';
import { DecimalReader } from './decimal-reader.js';
import { BoolReader, CopyReader, ScaledReader, UuidReader, WordsReader } from './fixed-readers.js';
import { FixedListReader, ListReader, StructReader } from './nested-readers.js';
import { StringReader } from './string-reader.js';
import { writeValidity } from './validity.js';

/** Makes the reader from columns of plain layout to vectors of `toLogicalType(field)`. */
export function createReader(field: ArrowField, memory: ProcessMemory | undefined): ColumnReader {
  const { type, children } = field;
  if (containsUnion(field)) return new ValueReader();
  switch (type.kind) {
    case 'null':
      return new NullReader();
    case 'bool':
      return new BoolReader();
    case 'utf8':
    case 'binary':
    case 'fixedSizeBinary':
      return isUuid(field) ? new UuidReader() : new StringReader(field, memory);
    case 'decimal':
      return isHugeint(field)
        ? new CopyReader(16)
        : new DecimalReader(field, type.bits, decimalShape(field, type));
    case 'list':
      return new ListReader(createChild(children[0], memory));
    case 'map':
      return new ListReader(createChild(children[0], memory), field.name);
    case 'fixedSizeList':
      return new FixedListReader(createChild(children[0], memory), type.listSize);
    case 'struct':
      return new StructReader(children.map((child) => createReader(child, memory)));
    default:
      return createFixed(field, type);
  }
}

function createChild(field: ArrowField | undefined, memory: ProcessMemory | undefined): ColumnReader {
  return field === undefined ? new ValueReader() : createReader(field, memory);
}

function createFixed(field: ArrowField, type: ArrowType): ColumnReader {
  switch (type.kind) {
    case 'int':
      return new CopyReader(type.bits / 8);
    case 'float':
      return type.bits === 16 ? new ValueReader() : new CopyReader(type.bits / 8);
    case 'date':
      return type.unit === 'day' ? new CopyReader(4) : new WordsReader('days');
    case 'time':
      if (type.unit === 's' || type.unit === 'ms') return new ScaledReader(field, 4, SCALES[type.unit]);
      return new CopyReader(8);
    case 'timestamp': {
      const isZoned = type.timezone !== undefined && type.timezone !== '';
      return isZoned && type.unit !== 'us'
        ? new ScaledReader(field, 8, SCALES[type.unit])
        : new CopyReader(8);
    }
    case 'duration':
      return new WordsReader('duration', type.unit);
    case 'interval':
      return new WordsReader(type.unit);
    default:
      return new ValueReader();
  }
}

/** Microseconds of a unit; of nanoseconds a negative number says by how many to divide. */
const SCALES = { s: 1_000_000n, ms: 1000n, us: 1n, ns: -1000n } as const;

function containsUnion({ type, children }: ArrowField): boolean {
  return type.kind === 'union' || children.some(containsUnion);
}

/** Nothing but nulls. */
class NullReader implements ColumnReader {
  readonly takesRanges = true;

  load(): void {}

  fill(vector: Vector, _start: number, count: number): void {
    writeValidity(vector, new Uint8Array(Math.ceil(count / 64) * 8));
  }
}

/** Hands over one value at a time: for unions, whose members DuckDB keeps in another order than Arrow. */
class ValueReader implements ColumnReader {
  readonly takesRanges = false;
  #column: Column | undefined;

  load(column: Column): void {
    this.#column = column;
  }

  fill(vector: Vector, start: number): void {
    const column = this.#column;
    if (column === undefined) return;
    const value = readValue(column, start);
    if (value === null) writeValidity(vector, new Uint8Array(8));
    else duckdb.vector_reference_value(vector, toDuckDbValue(column.field, value));
  }
}
