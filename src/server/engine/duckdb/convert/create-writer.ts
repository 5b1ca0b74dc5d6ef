/** Picks the converter of a DuckDB type. */
import duckdb from '@duckdb/node-bindings';
import { GizmoError } from '../../../../errors.js';
import type { ProcessMemory } from '../memory.js';
import { BoolWriter } from './bool.js';
import type { ColumnPlan } from './column-plan.js';
import type { ColumnWriter } from './column-writer.js';
import { FixedWidthWriter } from './fixed-width.js';
import { ArrayWriter, ListWriter, NullWriter, StructWriter } from './nested.js';
import { DecimalWriter, IntervalWriter, WideDecimalWriter } from './numbers.js';
import { StringWriter } from './strings.js';
import {
  BlobTextWriter,
  EnumWriter,
  FixedTextWriter,
  formatBignum,
  formatBit,
  formatTimeTz,
  formatUhugeint,
  UuidWriter,
} from './text.js';
import { UnionWriter } from './union.js';
import { VariantWriter } from './variant.js';

/** Makes the converter from the vectors that `plan` describes to the Arrow column that `toArrowField` declares. */
export function createWriter(plan: ColumnPlan, memory: ProcessMemory | undefined): ColumnWriter {
  const { type, storage, size = 0, values = [] } = plan;
  const children = () => (plan.children ?? []).map((child) => createWriter(child, memory));
  const width = WIDTHS.get(type);
  if (width !== undefined) return new FixedWidthWriter(width);
  switch (type) {
    case Type.BOOLEAN:
      return new BoolWriter();
    case Type.DECIMAL:
      return createDecimalWriter(storage);
    case Type.INTERVAL:
      return new IntervalWriter();
    case Type.VARCHAR:
    case Type.BLOB:
    case Type.GEOMETRY:
      return new StringWriter(memory);
    case Type.BIT:
      return new BlobTextWriter(memory, 8, formatBit);
    case Type.BIGNUM:
      return new BlobTextWriter(memory, 2.5, formatBignum);
    case Type.UUID:
      return new UuidWriter();
    case Type.UHUGEINT:
      return new FixedTextWriter(16, 39, formatUhugeint);
    case Type.TIME_TZ:
      return new FixedTextWriter(8, 24, formatTimeTz);
    case Type.ENUM:
      return new EnumWriter(values, storage === Type.UTINYINT ? 1 : storage === Type.USMALLINT ? 2 : 4);
    case Type.VARIANT:
      return new VariantWriter(memory);
    case Type.SQLNULL:
      return new NullWriter();
    case Type.LIST:
      return new ListWriter(children()[0]!);
    case Type.MAP:
      return new ListWriter(new StructWriter(children()));
    case Type.ARRAY:
      return new ArrayWriter(children()[0]!, size);
    case Type.STRUCT:
      return new StructWriter(children());
    case Type.UNION:
      return new UnionWriter(children());
    default:
      throw new GizmoError('UNIMPLEMENTED', 'A column has a type that cannot be sent; cast it to VARCHAR.');
  }
}

const { Type } = duckdb;

/** Bytes a value of the types that both sides store alike. */
const WIDTHS: ReadonlyMap<number, number> = new Map<number, number>([
  [Type.TINYINT, 1],
  [Type.UTINYINT, 1],
  [Type.SMALLINT, 2],
  [Type.USMALLINT, 2],
  [Type.INTEGER, 4],
  [Type.UINTEGER, 4],
  [Type.BIGINT, 8],
  [Type.UBIGINT, 8],
  [Type.HUGEINT, 16],
  [Type.FLOAT, 4],
  [Type.DOUBLE, 8],
  [Type.DATE, 4],
  [Type.TIME, 8],
  [Type.TIME_NS, 8],
  [Type.TIMESTAMP, 8],
  [Type.TIMESTAMP_S, 8],
  [Type.TIMESTAMP_MS, 8],
  [Type.TIMESTAMP_NS, 8],
  [Type.TIMESTAMP_TZ, 8],
]);

function createDecimalWriter(storage: number | undefined): ColumnWriter {
  if (storage === Type.SMALLINT) return new DecimalWriter(2);
  if (storage === Type.INTEGER) return new DecimalWriter(4);
  return storage === Type.BIGINT ? new WideDecimalWriter() : new FixedWidthWriter(16);
}
