/** The functions that read files and may be called for files that are opened to everybody, and their options. */
import { isName, type Word } from '../facts/words.js';

const CSV = 'read_csv read_csv_auto sniff_csv';
const JSON_READERS =
  'read_json read_json_auto read_json_objects read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects';
const PARQUET =
  'read_parquet parquet_scan parquet_metadata parquet_schema parquet_file_metadata parquet_kv_metadata';
const OTHER = 'read_text read_blob glob';

/** By the endings for which DuckDB itself takes a path for a table. */
const BY_ENDING: readonly (readonly [RegExp, string])[] = [
  [/\.(csv|tsv)(\.(gz|zst))?$/i, 'read_csv_auto'],
  [/\.(json|jsonl|ndjson)(\.(gz|zst))?$/i, 'read_json_auto'],
  [/\.parquet$/i, 'parquet_scan'],
];

/** Which reader reads what. */
export const readerOf = {
  /** In lower case. */
  calls: new Set(`${CSV} ${JSON_READERS} ${PARQUET} ${OTHER}`.split(' ')) as ReadonlySet<string>,
  /** The reader that DuckDB takes for a path in the place of a table; undefined where it takes none. */
  ending: (path: string): string | undefined => BY_ENDING.find(([ending]) => ending.test(path))?.[1],
} as const;

/** Left out on purpose: those that name other files or tables, hold keys, or set aside memory of any size. */
const OPTIONS: ReadonlySet<string> = new Set(
  `all_varchar allow_quoted_nulls auto_detect auto_type_candidates binary_as_string can_have_nan column_names
  column_types columns comment compression convert_strings_to_integers date_format dateformat decimal_separator
  delim dtypes encoding escape field_appearance_threshold file_row_number filename files_to_sniff force_match
  force_not_null format header hive_partitioning hive_types hive_types_autocast ignore_errors
  map_inference_threshold max_line_size maximum_depth maximum_sample_files names new_line normalize_names
  null_padding nullstr parallel quote records sample_size sep skip strict_mode thousands timestamp_format
  timestampformat types union_by_name`
    .trim()
    .split(/\s+/),
);

/** Whether an option of this name may be given. */
export function isReaderOption(token: Word | undefined): boolean {
  return isName(token) && OPTIONS.has(token.value);
}
