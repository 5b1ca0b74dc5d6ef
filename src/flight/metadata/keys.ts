/** The answers to CommandGetPrimaryKeys, CommandGetExportedKeys, CommandGetImportedKeys and CommandGetCrossReference. */
import { buildBatch } from '../ipc/build.js';
import { type ArrowField, type ArrowSchema, type ArrowType, type EncodedBatch, field } from '../ipc/types.js';
import { type KeyPart, sortRows } from './sort-rows.js';

const UTF8: ArrowType = { kind: 'utf8' };
const INT32: ArrowType = { kind: 'int', bits: 32, signed: true };
const UINT8: ArrowType = { kind: 'int', bits: 8, signed: false };

/**
 * Source: FlightSql.proto, CommandGetPrimaryKeys, but key_sequence before key_name as every implementation
 * has it (the text of the specification lists them the other way round).
 */
export const PRIMARY_KEYS_SCHEMA: ArrowSchema = {
  fields: [
    field('catalog_name', UTF8),
    field('db_schema_name', UTF8),
    required('table_name', UTF8),
    required('column_name', UTF8),
    required('key_sequence', INT32),
    field('key_name', UTF8),
  ],
};

/** The same for exported keys, imported keys and cross reference. Source: FlightSql.proto, CommandGetExportedKeys. */
export const FOREIGN_KEYS_SCHEMA: ArrowSchema = {
  fields: [
    field('pk_catalog_name', UTF8),
    field('pk_db_schema_name', UTF8),
    required('pk_table_name', UTF8),
    required('pk_column_name', UTF8),
    field('fk_catalog_name', UTF8),
    field('fk_db_schema_name', UTF8),
    required('fk_table_name', UTF8),
    required('fk_column_name', UTF8),
    required('key_sequence', INT32),
    field('fk_key_name', UTF8),
    field('pk_key_name', UTF8),
    required('update_rule', UINT8),
    required('delete_rule', UINT8),
  ],
};

/** What happens to a referencing row; values of `update_rule` and `delete_rule`. */
export const KEY_RULE = { cascade: 0, restrict: 1, setNull: 2, noAction: 3, setDefault: 4 } as const;

/** One batch of {@link PRIMARY_KEYS_SCHEMA}, ordered by catalog, schema, table, key name and sequence. */
export function buildPrimaryKeys(rows: readonly PrimaryKeyRow[]): EncodedBatch {
  const sorted = sortRows(rows, (row) => [...tableKey(row), row.keyName, row.sequence]);
  return buildBatch(PRIMARY_KEYS_SCHEMA, [
    sorted.map(({ catalog }) => catalog),
    sorted.map(({ schema }) => schema),
    sorted.map(({ table }) => table),
    sorted.map(({ column }) => column),
    sorted.map(({ sequence }) => sequence),
    sorted.map(({ keyName }) => keyName),
  ]);
}

/**
 * One batch of {@link FOREIGN_KEYS_SCHEMA}.
 * @param orderBy the side whose table comes first in the order: `foreign` for exported keys, `primary` for
 *   imported keys and cross reference
 */
export function buildForeignKeys(
  rows: readonly ForeignKeyRow[],
  orderBy: 'primary' | 'foreign',
): EncodedBatch {
  const sorted = sortRows(rows, (row) => [...tableKey(row[orderBy]), row[orderBy].keyName, row.sequence]);
  return buildBatch(FOREIGN_KEYS_SCHEMA, [
    sorted.map(({ primary }) => primary.catalog),
    sorted.map(({ primary }) => primary.schema),
    sorted.map(({ primary }) => primary.table),
    sorted.map(({ primary }) => primary.column),
    sorted.map(({ foreign }) => foreign.catalog),
    sorted.map(({ foreign }) => foreign.schema),
    sorted.map(({ foreign }) => foreign.table),
    sorted.map(({ foreign }) => foreign.column),
    sorted.map(({ sequence }) => sequence),
    sorted.map(({ foreign }) => foreign.keyName),
    sorted.map(({ primary }) => primary.keyName),
    sorted.map(({ updateRule }) => updateRule),
    sorted.map(({ deleteRule }) => deleteRule),
  ]);
}

/** A column that belongs to a key. */
export interface KeyColumn {
  readonly catalog?: string;
  readonly schema?: string;
  readonly table: string;
  readonly column: string;
  readonly keyName?: string;
}

export interface PrimaryKeyRow extends KeyColumn {
  /** Place of the column in its key, from 1. */
  readonly sequence: number;
}

export interface ForeignKeyRow {
  readonly primary: KeyColumn;
  readonly foreign: KeyColumn;
  /** Place of the column in its key, from 1. */
  readonly sequence: number;
  /** One of {@link KEY_RULE}. */
  readonly updateRule: number;
  /** One of {@link KEY_RULE}. */
  readonly deleteRule: number;
}

function required(name: string, type: ArrowType): ArrowField {
  return field(name, type, { nullable: false });
}

function tableKey({ catalog, schema, table }: KeyColumn): KeyPart[] {
  return [catalog, schema, table];
}
