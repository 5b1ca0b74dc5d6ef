/** What of a DuckDB type a converter is made by, as plain data, which can change threads. */
import duckdb, { type LogicalType } from '@duckdb/node-bindings';

export interface ColumnPlan {
  /** A number of `duckdb.Type`. */
  readonly type: number;
  /** As what DuckDB stores a DECIMAL or an ENUM, likewise. */
  readonly storage?: number;
  /** Items of each ARRAY. */
  readonly size?: number;
  /** Of an ENUM. */
  readonly values?: readonly string[];
  /** The item of a list or array, key and value of a map, the members of a struct or union. */
  readonly children?: readonly ColumnPlan[];
}

export function planColumn(logical: LogicalType): ColumnPlan {
  const type = duckdb.get_type_id(logical);
  switch (type) {
    case Type.DECIMAL:
      return { type, storage: duckdb.decimal_internal_type(logical) };
    case Type.ENUM: {
      const length = duckdb.enum_dictionary_size(logical);
      const values = Array.from({ length }, (_, index) => duckdb.enum_dictionary_value(logical, index));
      return { type, storage: duckdb.enum_internal_type(logical), values };
    }
    case Type.LIST:
      return { type, children: [planColumn(duckdb.list_type_child_type(logical))] };
    case Type.MAP: {
      const key = planColumn(duckdb.map_type_key_type(logical));
      return { type, children: [key, planColumn(duckdb.map_type_value_type(logical))] };
    }
    case Type.ARRAY: {
      const size = duckdb.array_type_array_size(logical);
      return { type, size, children: [planColumn(duckdb.array_type_child_type(logical))] };
    }
    case Type.STRUCT: {
      const length = duckdb.struct_type_child_count(logical);
      const child = (index: number) => planColumn(duckdb.struct_type_child_type(logical, index));
      return { type, children: Array.from({ length }, (_, index) => child(index)) };
    }
    case Type.UNION: {
      const length = duckdb.union_type_member_count(logical);
      const member = (index: number) => planColumn(duckdb.union_type_member_type(logical, index));
      return { type, children: Array.from({ length }, (_, index) => member(index)) };
    }
    default:
      return { type };
  }
}

const { Type } = duckdb;
