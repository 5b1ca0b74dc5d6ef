/** The parameters of a prepared statement, in types that drivers can bind. */
import duckdb, { type LogicalType, type PreparedStatement } from '@duckdb/node-bindings';
import { type ArrowField, type ArrowSchema, type ArrowType, field } from '../../../flight/ipc/types.js';
import { toArrowField } from './type-map.js';

/**
 * One nullable field a parameter. Where DuckDB cannot tell the type, or JDBC could not bind it, the field is
 * utf8, and DuckDB casts the text. Timestamps and times are in milliseconds: JDBC writes those whatever the unit.
 */
export function describeParameters(prepared: PreparedStatement): ArrowSchema {
  const count = duckdb.nparams(prepared);
  const fields: ArrowField[] = [];
  for (let index = 1; index <= count; index += 1) {
    const name = duckdb.parameter_name(prepared, index) || String(index);
    const isKnown = duckdb.param_type(prepared, index) !== Type.INVALID;
    fields.push(
      isKnown
        ? describeParameter(name, duckdb.param_logical_type(prepared, index))
        : field(name, { kind: 'utf8' }),
    );
  }
  return { fields };
}

function describeParameter(name: string, type: LogicalType): ArrowField {
  const id = duckdb.get_type_id(type);
  if (!BINDABLE.has(id)) return field(name, { kind: 'utf8' });
  const natural = toArrowField(name, type);
  const isList = natural.type.kind === 'list';
  const child = isList ? describeParameter('item', duckdb.list_type_child_type(type)) : undefined;
  return {
    ...natural,
    type: inMilliseconds(natural.type),
    ...(child === undefined ? {} : { children: [child] }),
  };
}

function inMilliseconds(type: ArrowType): ArrowType {
  return type.kind === 'timestamp' || type.kind === 'time' ? { ...type, unit: 'ms' } : type;
}

const { Type } = duckdb;

const BINDABLE: ReadonlySet<number> = new Set<number>([
  Type.BOOLEAN,
  Type.TINYINT,
  Type.SMALLINT,
  Type.INTEGER,
  Type.BIGINT,
  Type.UTINYINT,
  Type.USMALLINT,
  Type.UINTEGER,
  Type.UBIGINT,
  Type.FLOAT,
  Type.DOUBLE,
  Type.HUGEINT,
  Type.DECIMAL,
  Type.VARCHAR,
  Type.BLOB,
  Type.DATE,
  Type.TIME,
  Type.TIMESTAMP,
  Type.TIMESTAMP_S,
  Type.TIMESTAMP_MS,
  Type.TIMESTAMP_NS,
  Type.TIMESTAMP_TZ,
  Type.LIST,
]);
