/** The rows of metadata answers, as Flight SQL fixes their columns. Source: FlightSql.proto; arrow's reference schemas. */
import type { Value } from '../rows/value.js';

export type CatalogRow = { readonly catalog_name: string };

export type SchemaRow = { readonly catalog_name: string | null; readonly db_schema_name: string };

export type TableRow = {
  readonly catalog_name: string | null;
  readonly db_schema_name: string | null;
  readonly table_name: string;
  readonly table_type: string;
  /** Where it was asked for; `decodeSchema` reads it. */
  readonly table_schema?: Uint8Array;
};

export type TableTypeRow = { readonly table_type: string };

export type PrimaryKeyRow = {
  readonly catalog_name: string | null;
  readonly db_schema_name: string | null;
  readonly table_name: string;
  readonly column_name: string;
  /** From 1. */
  readonly key_sequence: number;
  readonly key_name: string | null;
};

/** One column of a foreign key: `fk_` refers to `pk_`. */
export type CrossReferenceRow = {
  readonly pk_catalog_name: string | null;
  readonly pk_db_schema_name: string | null;
  readonly pk_table_name: string;
  readonly pk_column_name: string;
  readonly fk_catalog_name: string | null;
  readonly fk_db_schema_name: string | null;
  readonly fk_table_name: string;
  readonly fk_column_name: string;
  /** From 1. */
  readonly key_sequence: number;
  readonly fk_key_name: string | null;
  readonly pk_key_name: string | null;
  /** 0 CASCADE, 1 RESTRICT, 2 SET NULL, 3 NO ACTION, 4 SET DEFAULT. */
  readonly update_rule: number;
  readonly delete_rule: number;
};

/** `value` is a string, boolean, bigint, number, list of strings, or map from a number to numbers. */
export type SqlInfoRow = { readonly info_name: number; readonly value: Value };

export type XdbcTypeRow = {
  readonly type_name: string;
  /** XDBC code, such as 12 for VARCHAR. */
  readonly data_type: number;
  readonly column_size: number | null;
  readonly literal_prefix: string | null;
  readonly literal_suffix: string | null;
  readonly create_params: readonly string[] | null;
  readonly nullable: number;
  readonly case_sensitive: boolean;
  readonly searchable: number;
  readonly unsigned_attribute: boolean | null;
  readonly fixed_prec_scale: boolean;
  readonly auto_increment: boolean | null;
  readonly local_type_name: string | null;
  readonly minimum_scale: number | null;
  readonly maximum_scale: number | null;
  readonly sql_data_type: number;
  readonly datetime_subcode: number | null;
  readonly num_prec_radix: number | null;
  readonly interval_precision: number | null;
};
