/**
 * Functions by what was seen of them beside a filter (test/server/engine/duckdb/row-filters tries them again). DuckDB
 * computes an expression also for rows that a filter removes: where it takes it for one that cannot fail it may come first,
 * and of a dictionary it computes all entries. So one that fails there would say what is hidden. Names are those of
 * DuckDB's bound plan.
 */

/** Never fail, whatever is in a row; and none depends on a setting that a session can change. */
export const SAFE_FUNCTIONS: ReadonlySet<string> = names(
  'gizmo_user gizmo_role now get_current_timestamp transaction_timestamp',
  '~~ !~~ ~~* !~~* ^@ || && @> <@ starts_with prefix suffix ends_with contains lower upper lcase ucase',
  'length len strlen char_length character_length trim ltrim rtrim replace reverse ascii unicode ord instr strpos position',
  'md5 sha256 hash concat concat_ws greatest least sign isnan isinf isfinite split_part',
  'list_contains list_has array_contains array_has list_has_any list_has_all list_position list_value struct_extract struct_pack row',
  'year month day quarter week isodow dayofweek dayofyear hour minute second epoch epoch_us',
);

/** Fail on some rows, and on none that a filter below a LIMIT removes. */
export const GUARDED_FUNCTIONS: ReadonlySet<string> = names(
  '+ - * / // % & | xor ~ << >> ** ^ pow power add subtract multiply divide mod fmod !__postfix factorial abs @',
  'ceil ceiling floor round trunc even exp ln log log10 log2 sqrt cbrt sin cos tan asin acos atan atan2 degrees radians gcd lcm gamma',
  'left right substring substr array_extract string_split str_split split string_to_array translate repeat lpad rpad',
  'like_escape not_like_escape ilike_escape not_ilike_escape ~~~ chr format printf hex bin to_base to_base64 base64 encode bit_length',
  'octet_length levenshtein editdist3 jaccard jaro_winkler_similarity damerau_levenshtein strip_accents nfc_normalize regexp_escape',
  'url_encode url_decode format_bytes bit_count',
  'date_part datepart dayname monthname weekofyear decade century era julian last_day epoch_ms date_trunc datetrunc time_bucket',
  'date_diff datediff date_sub datesub date_add age make_date make_timestamp to_timestamp to_days to_months to_seconds to_hours',
  'to_minutes to_years to_weeks strftime strptime try_strptime',
  'list_extract list_element list_slice array_slice list_concat list_append list_prepend list_distinct list_unique list_sort list_reverse',
  'list_reverse_sort list_aggregate list_aggr list_transform list_filter array_length array_to_string flatten list_zip',
  'map_extract map_extract_value element_at map_keys map_values cardinality map_contains',
  '-> ->> json_extract json_extract_string json_extract_path json_extract_path_text json_valid json_array_length json_type json_keys',
  'json_contains json_exists json_value to_json json_object json_array json json_structure uuid_extract_version',
);

/** Guarded where one of their arguments, by its place, is the same for all rows: a pattern that is none, which DuckDB does not expect to fail on. */
export const CONSTANT_ARGUMENTS: ReadonlyMap<string, number> = new Map([
  ['timezone', 0],
  ['regexp_matches', 1],
  ['regexp_full_match', 1],
  ['regexp_extract', 1],
  ['regexp_extract_all', 1],
  ['regexp_replace', 1],
  ['regexp_split_to_array', 1],
  ['string_split_regex', 1],
  ['str_split_regex', 1],
]);

/** Are computed of the rows that are left. Not here: bitstring_agg, whose answer has the least and the greatest of all rows. */
export const AGGREGATES: ReadonlySet<string> = names(
  'count count_star count_if countif sum sum_no_overflow fsum kahan_sum sumkahan avg mean favg min max product',
  'first last any_value arbitrary arg_min arg_max argmin argmax min_by max_by arg_min_null arg_max_null mode median mad',
  'quantile quantile_disc quantile_cont approx_quantile approx_count_distinct reservoir_quantile approx_top_k',
  'stddev stddev_pop stddev_samp variance var_pop var_samp covar_pop covar_samp corr skewness kurtosis kurtosis_pop entropy sem',
  'regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy geomean geometric_mean',
  'bool_and bool_or bit_and bit_or bit_xor list array_agg string_agg group_concat listagg histogram map',
  'row_number rank dense_rank rank_dense percent_rank cume_dist ntile lag lead first_value last_value nth_value fill',
);

/** Answer a moment, or a number of one, that is the same in every time zone. */
export const ZONELESS_FUNCTIONS: ReadonlySet<string> = names(
  'now get_current_timestamp transaction_timestamp epoch epoch_us',
);

function names(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((it) => it.split(' ')));
}
