/** Words of DuckDB's SQL, for completion and colour. Source: `duckdb_keywords()`, without what nobody types. */

/** Whether a word is coloured as a keyword. */
export function isKeyword(word: string): boolean {
  return KEYWORD_SET.has(word.toLowerCase());
}

/** In lower case, sorted. */
export const KEYWORDS: readonly string[] = `
all alter analyze and anti any array as asc asof attach begin between bigint blob boolean both by call cascade case
cast catalog char check checkpoint collate column columns comment commit conflict constraint copy create cross cube
current current_date current_timestamp database date decimal default delete desc describe detach distinct do double
drop else end enum except exclude execute exists explain export extension false filter first float following for
force foreign from full function generated glob grant group grouping groups having hugeint if ignore ilike import in
index inner insert install integer intersect interval into is isnull join json key last lateral left like limit list
load macro map materialized merge natural not nothing notnull null nulls of offset on or order outer over overwrite
partition pivot positional pragma preceding prepare primary qualify range read recursive references rename replace
reset respect restrict returning right rollback rollup row rows sample schema schemas select semi sequence set sets
show similar smallint some struct summarize table tables tablesample temp temporary text then time timestamp
timestamptz tinyint to transaction trigger true truncate try_cast type types ubigint uinteger unbounded union unique
unlogged unpivot update use using usmallint utinyint uuid vacuum values varchar variable view when where window with
within
`
  .trim()
  .split(/\s+/);

const KEYWORD_SET: ReadonlySet<string> = new Set(KEYWORDS);
