/** Statements of every kind that DuckDB parses, written by somebody who would like to see or change what is not theirs. */
import fc from 'fast-check';
import { field } from './fields.js';
import { catalog, column, type Names, path, schema, schemaToMake, sequence } from './names.js';
import { queries } from './queries.js';
import { maybe, quoted, type Sql, sql, word } from './sql.js';

/** @param outside the directory of files that nobody may reach */
export function statements(names: Names, outside: string): Sql {
  const { table, target: into, type } = names;
  const { query, expression, condition, source } = queries(names, outside);
  const own = word('own|mine|work.made');
  const returning = maybe(sql` returning ${fc.oneof(word('*|a, b|rowid'), expression)}`);
  const where = maybe(sql` where ${condition}`);

  const row = sql`values (${word('1|7|null')}, ${fc.oneof(word("'x'|default"), sql`(select max(b) from ${source})`, sql`open.kept_of(${word('1|a|77100017')})`)}, ${fc.oneof(word('1|200'), sql`(select min(c) from ${source})`, word('open.kept_count(1)'))})`;

  const writes = fc.oneof(
    sql`insert into ${into} default values`,
    sql`insert ${maybe(word('or replace |or ignore '))}into ${into}${maybe(word(' (a, b)| (a, zqweigh)| by name'))} ${fc.oneof(query, row, row)}${maybe(sql` on conflict ${maybe(word('(a) '))}${fc.oneof(word('do nothing'), sql`do update set b = ${expression}${where}`)}`)}${returning}`,
    sql`with t as (${query}) insert into ${into} from t`,
    sql`with t as (from ${source}) ${fc.oneof(
      sql`update ${into} set b = t.b from t${where}`,
      sql`delete from ${into} where a in (select a from t)`,
      sql`merge into ${into} using t on ${expression} when not matched then insert ${row}`,
    )}`,
    sql`update ${into} set ${column} = ${expression}${maybe(sql` from ${source}`)}${where}${returning}`,
    sql`delete from ${into}${maybe(sql` using ${source}`)}${where}${returning}`,
    sql`merge into ${into} using ${fc.oneof(sql`(${query}) s`, sql`${table} s`)} on ${expression} when matched then ${word('delete|update set b = s.b|do nothing')}${maybe(sql` when not matched then insert ${row}`)}${returning}`,
    sql`merge into ${into} t using ${table} s ${fc.oneof(word('using (a)|using (a, c)'), sql`on t.a = s.${column}`)} ${word('when matched then update|when matched then update set b = s.c|when matched and s.c is null then delete|when not matched by source then delete|when not matched by target then insert|when not matched then insert by name')}${word('| returning merge_action, *| returning s.c| returning t.*')}`,
    sql`update ${into} t set ${fc.oneof(sql`(a, b) = (select ${field}, ${field} from ${table} t)`, sql`b = ${field}`)}${maybe(sql` from ${table} u`)}${maybe(sql` where ${field} is null`)}${maybe(sql` returning ${field}`)}`,
    sql`insert into ${into} as t ${maybe(word('(a, b) |by name '))}${query}${word('| on conflict do update set b = excluded.b| on conflict (a) do update set b = t.c, a = excluded.c')}${maybe(sql` returning ${field}`)}`,
    sql`truncate ${into}`,
  );
  const temporary = maybe(word('temp '));
  const definitions = fc.oneof(
    sql`create ${maybe(word('or replace '))}${temporary}table ${maybe(word('if not exists '))}${into} as ${query}`,
    sql`create ${temporary}table ${into} (a ${type}${maybe(sql` default ${expression}`)}${maybe(sql` check (${expression})`)}, b ${type}${maybe(sql` references ${table} (${column})`)}, c integer${maybe(sql` generated always as (${expression})`)})`,
    sql`create ${maybe(word('or replace '))}${temporary}view ${into} as ${query}`,
    sql`create ${maybe(word('or replace '))}${temporary}macro ${fc.oneof(own, word('lower|abs|duckdb_tables|zqvault.zqmacro|gizmo_user|open.twice|peep'))}(x) as ${fc.oneof(sql`table ${query}`, expression)}`,
    sql`create ${temporary}sequence ${into}${maybe(word(' start 5'))}`,
    sql`create ${temporary}type ${own} as ${fc.oneof(sql`enum (${query})`, type, word("enum ('a', 'b')"))}`,
    sql`create ${maybe(word('unique '))}index ${maybe(word('i1 '))}on ${into} (${expression})`,
    sql`create schema ${maybe(word('if not exists '))}${schemaToMake}${maybe(word('_new'))}`,
    sql`drop ${word('table|view|macro|macro table|sequence|type|index|schema|function')} ${maybe(word('if exists '))}${fc.oneof(into, schema, sequence)}${maybe(word(' cascade'))}`,
    sql`alter ${word('table|view')} ${into} ${fc.oneof(
      word(
        'rename to zqother|rename to made9|rename a to d|drop a|drop zqweight|alter a set not null|set schema zqvault|add primary key (a)',
      ),
      sql`add column d ${type} default ${expression}`,
      sql`alter ${column} set default ${expression}`,
      sql`alter ${column} type ${type} using ${expression}`,
      sql`add check (${expression})`,
    )}`,
    sql`alter sequence ${sequence} owned by ${table}`,
    sql`comment on ${word('table|column|view|sequence|macro|type')} ${fc.oneof(into, sql`${into}.a`)} is 'mine'`,
  );
  const files = fc.oneof(
    sql`copy ${fc.oneof(table, sql`(${query})`)} to '${path(outside)}'${maybe(word(' (format csv)| (format parquet)| (format json, partition_by (a))'))}`,
    sql`copy ${into} from '${path(outside)}'`,
    sql`copy from database ${catalog} to ${catalog}`,
    sql`${word('export|import')} database ${maybe(sql`${catalog} to `)}'${path(outside)}'`,
    sql`attach ${maybe(word('if not exists '))}'${path(outside)}' as ${catalog}${maybe(word(' (read_only)| (type sqlite)'))}`,
    sql`attach ':memory:' as ${catalog}`,
    sql`detach ${catalog}`,
    sql`${word('install|load|force install')} ${word("httpfs|json|'/tmp/x.duckdb_extension'|zqext from community")}`,
    sql`create ${maybe(word('persistent '))}secret zqs (type s3, key_id 'x')`,
    sql`drop secret zqs`,
  );
  const session = fc.oneof(
    sql`use ${schema}`,
    sql`set ${maybe(word('global |session |variable '))}${word('search_path|schema|threads|memory_limit|timezone|home_directory|file_search_path|log_query_path|profiling_output|enable_external_access|errors_as_json|catalog_error_max_schemas|temp_directory|q|default_collation|enable_progress_bar|allowed_paths|lambda_syntax')} = ${fc.oneof(quoted(schema), expression, sql`'${path(outside)}'`)}`,
    sql`reset ${word('search_path|schema|threads|timezone|variable q|memory_limit|allowed_paths')}`,
    sql`set variable q = ${expression}`,
    sql`set variable q = ${quoted(query)}`,
    word(
      "from query(getvariable('q'))|select getvariable('q')|from query_table(getvariable('q'))|from query('from ' || 'zqvault.zqgold')|from duckdb_variables()",
    ),
    sql`pragma ${word("table_info|show|storage_info|database_list|show_tables|show_tables_expanded|functions|database_size|enable_profiling|version|metadata_info|import_database|user_agent|collations|force_checkpoint|enable_verification|threads=4|search_path='zqvault'")}${maybe(fc.oneof(sql`('${table}')`, sql`(${table})`, sql`('${catalog}')`))}`,
    sql`call ${word('pragma_table_info|duckdb_tables|checkpoint|enable_logging|open.tells|duckdb_secrets|pragma_storage_info|force_checkpoint|query|sql_auto_complete')}(${maybe(fc.oneof(quoted(table), expression))})`,
    sql`${word('checkpoint|force checkpoint|vacuum|analyze|vacuum analyze')} ${maybe(fc.oneof(catalog, table))}`,
    word('begin|begin transaction read only|commit|rollback|abort|start transaction'),
    sql`show ${fc.oneof(word('tables|all tables|databases|schemas|tables from zqvault|tables from open|variables|search_path'), table)}`,
    sql`prepare p as ${fc.oneof(query, writes)}`,
    sql`prepare p as select ${field}, $1 as d from ${table} t where a = $2; execute p(${expression}, ${word('1|2|null')})`,
    sql`prepare p as ${word('select $x, c|select *|select t')} from ${table} t where b is distinct from $x; execute p(x := ${word("'x'|null|1")})`,
    sql`execute p${maybe(sql`(${expression})`)}`,
    word('deallocate p|deallocate prepare p|update extensions|from gizmo_sessions()'),
    sql`${word('kill session|kill query')} 'x'`,
    sql`${word('grant|revoke')} ${word('select|all|insert')} on ${fc.oneof(table, schema)} ${word('to|from')} ${word('gus|public|role user|limited')}`,
    sql`explain access of 'ann' for ${quoted(query)}`,
  );
  const plain = fc.oneof(
    { weight: 10, arbitrary: query },
    { weight: 5, arbitrary: writes },
    { weight: 4, arbitrary: definitions },
    { weight: 1, arbitrary: files },
    { weight: 4, arbitrary: session },
  );
  const wrapped = fc.oneof(
    { weight: 12, arbitrary: plain },
    {
      weight: 1,
      arbitrary: sql`explain ${maybe(word('analyze |(format json) |(analyze, format json) '))}${plain}`,
    },
    { weight: 1, arbitrary: sql`prepare p as ${plain}; execute p` },
    {
      weight: 1,
      arbitrary: sql`create or replace temp view ${maybe(word('temp.'))}own${word('||(c, d)')} as ${query}; ${word('from own|select c from own|describe own|summarize own|select own from own|select own.* exclude (a) from own')}`,
    },
    {
      weight: 1,
      arbitrary: sql`create or replace temp macro own(${word('x|x|c|people|t|a')}) as ${fc.oneof(word('x|x + c|c|people'), field, sql`(select ${field} from ${table} t limit 1)`)}; select own(${fc.oneof(field, word('1'))}) from ${table} t`,
    },
    {
      weight: 1,
      arbitrary: sql`create or replace temp macro own(${word('x|c|people|t')}) as table ${query}; from own(${fc.oneof(word('1|null'), expression)})`,
    },
    {
      weight: 1,
      arbitrary: sql`create or replace temp table own as ${query}; ${fc.oneof(writes, word('from own|describe own'))}`,
    },
    { weight: 1, arbitrary: sql`${plain}; ${plain}` },
    { weight: 1, arbitrary: sql`${plain};; -- ${table}\n` },
    { weight: 1, arbitrary: sql`/* ${table} */ ${plain}` },
    { weight: 1, arbitrary: sql`(${query})` },
    { weight: 1, arbitrary: sql`use ${schema}; ${plain}` },
    { weight: 1, arbitrary: sql`begin; ${plain}; ${plain}; ${word('commit|rollback')}` },
  );
  return recased(wrapped);
}

/** Now and then key words in capitals, another white space, or a text cut off. */
function recased(text: Sql): Sql {
  return fc
    .tuple(text, fc.integer({ min: 0, max: 39 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([value, how, where]) => {
      if (how === 0) return value.replaceAll(' ', '\n');
      if (how === 1) return value.toUpperCase();
      if (how === 2) return value.replaceAll(' ', '\u00a0');
      if (how === 3) return value.slice(0, Math.floor(value.length * where));
      if (how === 4) return value.replaceAll(' ', '/* zqc */');
      return value;
    });
}
