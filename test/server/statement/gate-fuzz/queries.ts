/** Queries as DuckDB's grammar has them, to a depth that binding takes well; most of them bind. */
import fc from 'fast-check';
import { field, tail } from './fields.js';
import { column, metadataSource, type Names, path, respelled, schema, sequence } from './names.js';
import { maybe, quoted, type Sql, some, sql, word } from './sql.js';

const literal: Sql = word("1|0|null|'x'|1.5|date '2026-01-01'|[1, 2]|{'a': 1}|'zqvault.zqgold'");
/** What does more than compute, or might, with arguments that need not fit. */
const WILD: Sql = word(
  "stats(a)|error(b)|getvariable('q')|pg_get_viewdef(1)|obj_description(1)|col_description(1, 1)|json_serialize_sql('from zqvault.zqgold')|json_serialize_plan('from zqvault.zqgold')|pg_typeof(b)|add_parquet_key('k', 'v')|write_log(b)|open.twice(a)|open.tell(a)|zqvault.zqmacro(a)|zqmacro(1)|part.zqtell(a)|format_type(1, 1)|gizmo_user()|current_database()|current_schema()|current_schemas(true)|current_query()|in_search_path('zqvault', 'main')|txid_current()|typeof(a)|b::integer|columns('zq.*')|*columns(*)|* like '%z%'|zqgold|items|t|default|?|$1|current_user|rowid|#1|sum(a)|row_number() over ()|enum_last(null::open.mood)|* exclude (a)|* replace (1 as a)|map {'a': a}|pragma_table_info('x')|checkpoint()|query('select 1')|setseed(0.5)|combine(a, a)",
);
const aggregate: Sql = word(
  'count|sum|min|max|avg|list|first|any_value|mode|histogram|approx_count_distinct|array_agg|entropy',
);

export interface Queries {
  readonly query: Sql;
  readonly expression: Sql;
  readonly condition: Sql;
  readonly source: Sql;
}

/** @param outside the directory of files that nobody may reach */
export function queries(names: Names, outside: string): Queries {
  const { table, type } = names;
  return fc.letrec<{
    number: string;
    text: string;
    condition: string;
    expression: string;
    relation: string;
    source: string;
    select: string;
    query: string;
  }>((tie) => {
    const number = tie('number');
    const text = tie('text');
    const condition = tie('condition');
    const expression = tie('expression');
    const query = tie('query');
    const source = tie('source');
    const relation = tie('relation');
    const order = maybe(
      sql` order by ${word('1|all|a desc nulls last|b')}${maybe(word(' limit 1| limit 2 offset 1| limit 10%| limit (select 1)'))}`,
    );
    const deep = { maxDepth: 2 };
    return {
      number: fc.oneof(
        { ...deep, depthIdentifier: 'e' },
        { weight: 8, arbitrary: word('a|c|1') },
        { weight: 1, arbitrary: sql`${word('abs|length|hash|-')}(${number})` },
        { weight: 1, arbitrary: sql`${number} ${word('+|*|//')} ${number}` },
        {
          weight: 2,
          arbitrary: sql`(select ${word('max(a)|count(*)|sum(c)|min(length(b))')} from ${source})`,
        },
        { weight: 1, arbitrary: sql`${word('nextval|currval')}('${sequence}')` },
        { weight: 2, arbitrary: sql`${respelled(word('open.kept_count|open.paid_of'))}(${number})` },
        { weight: 1, arbitrary: sql`case when ${condition} then ${number} else ${number} end` },
        { weight: 1, arbitrary: sql`list_sum(list_transform([1, 2], ${word('lambda x: |x -> ')}${number}))` },
      ),
      text: fc.oneof(
        { ...deep, depthIdentifier: 'e' },
        { weight: 8, arbitrary: word("b|'x'") },
        { weight: 1, arbitrary: sql`${word('lower|upper|md5|hex|to_json|typeof')}(${text})` },
        { weight: 1, arbitrary: sql`${text} || ${text}` },
        { weight: 2, arbitrary: sql`${respelled(word('open.kept_of|open.main.kept_of'))}(${number})` },
        { weight: 2, arbitrary: sql`(select ${word("max(b)|first(b)|string_agg(b, ',')")} from ${source})` },
        { weight: 1, arbitrary: sql`${number}::varchar` },
        { weight: 1, arbitrary: sql`${word('own|mine')}(${number})` },
      ),
      condition: fc.oneof(
        { ...deep, depthIdentifier: 'e' },
        { weight: 4, arbitrary: word("a > 0|b is not null|c < 100|true|b like '%'") },
        { weight: 2, arbitrary: sql`${number} ${word('=|<>|<|>|is distinct from')} ${number}` },
        { weight: 1, arbitrary: sql`${text} ${word('=|ilike|<>')} ${text}` },
        { weight: 2, arbitrary: sql`${word('exists|not exists')} (${query})` },
        { weight: 2, arbitrary: sql`a ${word('in|not in|= any|<> all')} (select a from ${source})` },
        { weight: 1, arbitrary: sql`${condition} ${word('and|or')} ${condition}` },
      ),
      expression: fc.oneof(
        { ...deep, depthIdentifier: 'e' },
        { weight: 6, arbitrary: column },
        { weight: 6, arbitrary: number },
        { weight: 6, arbitrary: text },
        { weight: 2, arbitrary: condition },
        { weight: 2, arbitrary: literal },
        { weight: 1, arbitrary: WILD },
        { weight: 2, arbitrary: sql`${word('cast|try_cast')}(${text} as ${type})` },
        { weight: 1, arbitrary: sql`${expression}::${type}` },
        { weight: 1, arbitrary: sql`enum_range(null::${type})` },
        { weight: 1, arbitrary: sql`array(select b from ${source})` },
        { weight: 1, arbitrary: sql`[${number} for x in [1, 2] if ${condition}]` },
        { weight: 1, arbitrary: sql`{'a': ${expression}, 'b': ${number}}.a` },
        {
          weight: 1,
          arbitrary: sql`${word('lag(a)|sum(c)|first_value(b)|rank()')} over (${maybe(sql`partition by ${number}`)} order by ${text})`,
        },
        { weight: 1, arbitrary: sql`${text} collate ${word('nocase|de|zqcoll')}` },
        {
          weight: 1,
          arbitrary: sql`current_setting('${word('search_path|threads|temp_directory|secret_directory|zqset')}')`,
        },
      ),
      relation: fc.oneof(
        { weight: 20, arbitrary: table },
        { weight: 1, arbitrary: sql`${schema}.${word('zqgold|items|zqdeep|zqhid|notes|people|nothing')}` },
      ),
      source: fc.oneof(
        { ...deep, depthIdentifier: 's' },
        {
          weight: 16,
          arbitrary: sql`${relation}${fc.oneof({ weight: 8, arbitrary: fc.constant('') }, { weight: 1, arbitrary: word(' t| as u| t(a, b)| t tablesample 50% (bernoulli, 7)| zqgold| as zqvault') })}`,
        },
        { weight: 2, arbitrary: sql`(${query}) ${word('t|u|zqvault')}` },
        {
          weight: 2,
          arbitrary: sql`(from ${relation} t ${word('join|left join|full join|semi join|anti join')} ${relation} u ${word('using (a)|using (a)|using (a, b, c)|using (a, b, zqweight)')})`,
        },
        {
          weight: 1,
          arbitrary: sql`(select t.a, u.b, t.c from ${relation} t${word(', | cross join | positional join | natural join | asof join ')}${relation} u${maybe(word(' on t.a >= u.a| on true'))})`,
        },
        {
          weight: 1,
          arbitrary: sql`(select t.a, u.b, t.c from ${relation} t, lateral (select b from ${source} where a = t.a) u)`,
        },
        { weight: 1, arbitrary: sql`(values (${number}, ${text}, ${number})) t(a, b, c)` },
        { weight: 2, arbitrary: sql`query(${quoted(query)})` },
        {
          weight: 2,
          arbitrary: sql`query_table(${fc.oneof(quoted(table), sql`[${quoted(table)}, ${quoted(table)}]`)})`,
        },
        {
          weight: 1,
          arbitrary: sql`${respelled(word('open.lines|open.kept_lines|open.tells|own|own|zqvault.zqlines|zqlines|tells'))}(${number})`,
        },
        { weight: 1, arbitrary: sql`(select ${number} as a, 'r' as b, 1 as c from range(3))` },
        {
          weight: 1,
          arbitrary: sql`${word('range|unnest|repeat|glob|json_each|summary|histogram|histogram_values|test_all_types')}(${expression})`,
        },
        {
          weight: 1,
          arbitrary: sql`${word('read_csv|read_json|read_parquet|read_text|read_blob|glob|sniff_csv|parquet_schema|read_duckdb|parquet_scan|system.main.read_csv')}('${path(outside)}'${maybe(word(', header = true'))})`,
        },
        { weight: 1, arbitrary: sql`'${path(outside)}'` },
        { weight: 1, arbitrary: sql`json_execute_serialized_sql(json_serialize_sql(${quoted(query)}))` },
        { weight: 1, arbitrary: sql`(pivot ${relation} on ${column} using ${aggregate}(c))` },
        {
          weight: 1,
          arbitrary: sql`(pivot ${relation} on b in ('x', 'y') using ${aggregate}(c) group by a)`,
        },
        { weight: 1, arbitrary: sql`(unpivot ${relation} on ${word('a, c|columns(* exclude (b))|a')})` },
        { weight: 1, arbitrary: sql`(${word('describe|summarize|show')} ${fc.oneof(relation, query)})` },
        { weight: 1, arbitrary: sql`(show ${word('tables|all tables|databases|schemas')})` },
        { weight: 1, arbitrary: sql`${relation} at (${word('version => 1|timestamp => now()')})` },
      ),
      select: fc.oneof(
        {
          weight: 3,
          arbitrary: sql`select ${maybe(word('distinct |distinct on (c) '))}${some(fc.oneof(field, field, expression), 2)} from ${fc.oneof({ weight: 3, arbitrary: relation }, { weight: 1, arbitrary: source })} t${maybe(tail)}`,
        },
        {
          weight: 3,
          arbitrary: sql`select ${maybe(word('distinct |distinct on (a) '))}${some(expression, 3)} from ${source}${maybe(sql` where ${condition}`)}${order}`,
        },
        {
          weight: 1,
          arbitrary: sql`select ${aggregate}(${maybe(word('distinct '))}${column})${maybe(sql` filter (where ${condition})`)} from ${source}${maybe(sql` group by ${word('all|rollup (a, b)|cube (a)|grouping sets ((a), (b))|a')}${maybe(sql` having ${aggregate}(c) > 0`)}`)}`,
        },
        {
          weight: 1,
          arbitrary: sql`select a, b, c from ${source}${maybe(sql` qualify row_number() over (order by ${number}) = 1`)}${maybe(word(' using sample 3 (reservoir, 7)| using sample 50% (bernoulli, 7)'))}`,
        },
      ),
      query: fc.oneof(
        { ...deep, depthIdentifier: 'q' },
        { weight: 8, arbitrary: tie('select') },
        {
          weight: 6,
          arbitrary: sql`${word('from |select * from |select a, b, c from |select max(b) from |select count(*) from |select c from ')}${source}`,
        },
        { weight: 1, arbitrary: sql`from ${source} select ${expression}` },
        {
          weight: 2,
          arbitrary: sql`${word('from |select count(*) from |select * from |select distinct t from ')}${metadataSource(names)} t`,
        },
        {
          weight: 1,
          arbitrary: sql`with t as (${query}), u as (from ${metadataSource(names)}) select u.* from u, t`,
        },
        {
          weight: 1,
          arbitrary: sql`select ${word('1|2|null|current_schema()')}, (select ${word('max(b)|count(*)')} from ${source})`,
        },
        { weight: 1, arbitrary: sql`table ${relation}` },
        { weight: 1, arbitrary: sql`values (1, (select max(b) from ${source}), 3)` },
        {
          weight: 2,
          arbitrary: sql`select a, b, c from ${source} ${word('union|union all|union by name|union all by name|except|intersect all')} select a, b, c from ${source}`,
        },
        {
          weight: 2,
          arbitrary: sql`with t as ${maybe(word('materialized |not materialized '))}(${query})${maybe(sql`, zqgold as (${query})`)} ${word('from t|from t|from t, zqgold|select t from t')}`,
        },
        {
          weight: 1,
          arbitrary: sql`with recursive t(a) as (select a from ${source} union ${maybe(word('all '))}select a + 1 from t where a < 3) from t`,
        },
        {
          weight: 1,
          arbitrary: sql`with recursive t(a, b, c) using key (a) as (select a, b, 1 from ${source} union select a + 1, b, c from recurring.t where a < 3) from t`,
        },
        { weight: 1, arbitrary: sql`with ${word('people|rowed|zqgold|items|part')} as (${query}) ${query}` },
        { weight: 1, arbitrary: sql`pivot ${relation} on ${column}${maybe(sql` using ${aggregate}(c)`)}` },
        { weight: 1, arbitrary: sql`describe ${fc.oneof(query, relation)}` },
        { weight: 1, arbitrary: sql`summarize ${fc.oneof(query, relation)}` },
      ),
    };
  });
}
