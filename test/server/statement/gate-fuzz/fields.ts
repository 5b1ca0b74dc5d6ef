/** What names columns and rows in more ways than one, where DuckDB has to choose what is meant. */
import fc from 'fast-check';
import { column, respelled } from './names.js';
import { type Sql, sql, word } from './sql.js';

const qualifier: Sql = respelled(
  fc.oneof(
    { weight: 6, arbitrary: word('t') },
    {
      weight: 3,
      arbitrary: word(
        'u|people|part.people|part.main.people|main.people|rowed|part.rowed|both|part.both|items|open.items|open.main.items|part|main|zqvault|zqvault.zqgold|own|notes|work.notes',
      ),
    },
  ),
);

/** Of the lists that stand for several columns. */
const star: Sql = word(
  "*|t.*|people.*|part.people.*|columns(*)|columns('[abc]')|columns('^(c|zq)')|columns(t.*)|columns(x -> x <> 'a')|columns(lambda c: c like 'c%')|columns([x for x in (*) if x <> 'a'])|columns(['a', 'c'])|* exclude (c)|* exclude (a, b)|t.* exclude (t.c)|* exclude (zqweight)|* replace (1 as c)|* replace (c as a)|* replace (b || 'x' as b)|t.* replace (t as a)|* rename (c as d)|* rename (a as c)|* rename (b as a, a as b)|* like 'c'|* not like 'c'|* similar to '[bc]'|* glob 'c*'|t.* like 'a'|coalesce(*columns('[bc]'))|struct_pack(*columns(*))|min(columns(*))|max(columns(* exclude (b)))|count(columns(*))|columns(*) is null|concat(*columns(* exclude (a)))",
);

/** A row as a value, and what is in it. */
const row: Sql = word(
  "t|people|rowed|both|t.c|t['c']|t['b']|(t).c|(t).b|t[1]|t[3]|struct_extract(t, 'c')|struct_extract_at(t, 3)|struct_keys(t)|to_json(t)|to_json(t)->>'c'|json_keys(to_json(t))|t::varchar|row(t.*)|struct_pack(t)|struct_pack(c := t)|t is null|count(t)|first(t)|max(t)|min(t).c|list(t)|array_agg(t)[1].c|list_transform(list(t), lambda x: x.c)|[x.b for x in list(t)]|struct_insert(t, c := 1)|struct_insert(t, zqnote := 1)|struct_update(t, c := 1)|struct_concat(t, {'x': 1})|typeof(t)|t = t|t::struct(a integer, b varchar)|unnest(t)|unnest([t])|unnest([t], recursive := true)|arg_max(t, t.a)|{'c': t}.c|{'a': people}.a.c|coalesce(t, null)|case when t.a = 1 then t end|map {'k': t}['k'].c|hash(t) is null|remap_struct(t, null::row(a integer), {'a': 'a'}, null)",
);

/** Lambdas whose parameters are called as columns and tables are. */
const lambda: Sql = word(
  "list_transform([1, 2], lambda c: c + a)|list_transform([1], lambda c: t.c)|list_transform([1], lambda t: t)|list_filter([1], people -> people = 1)|list_reduce([1, 2], lambda a, c: a + c)|[c for c in [1, 2]]|[people for people in [a] if people > 0]|list_transform([t], lambda x: x.c)|list_transform([1], lambda zqweight: zqweight)|list_transform([{'c': 1}], lambda c: c.c)|list_transform([1], lambda x, i: c)|list_transform([[1]], lambda c: list_transform(c, lambda x: x + c[1]))",
);

const windowed: Sql = word(
  'sum(a) over (order by a rows between 1 preceding and current row exclude ties)|lag(b, 1) over (partition by c order by a)|first_value(c order by a) over ()|nth_value(b, 2) over (order by a)|max(c) filter (c > 1) over ()|count(distinct b) over ()|ntile(2) over (order by c)|last_value(b ignore nulls) over (order by a)|any_value(t) over ()|lead(t) over (order by t.a)|sum(a) over (order by c)|rank() over (order by t)',
);

/** Anything of a list of columns, with `t` for the table. */
export const field: Sql = fc.oneof(
  { weight: 4, arbitrary: sql`${qualifier}.${fc.oneof(column, word('c|people|C|"c"|zqnote|*'))}` },
  { weight: 3, arbitrary: star },
  { weight: 4, arbitrary: row },
  { weight: 2, arbitrary: lambda },
  { weight: 2, arbitrary: windowed },
  { weight: 2, arbitrary: column },
);

/** What stands behind `from … t`. */
export const tail: Sql = fc.oneof(
  sql` where ${field} is not null`,
  sql` order by ${fc.oneof(field, word('#1|#3|3|1, 2|all'))}`,
  sql` group by ${fc.oneof(word('all|a|c|#1|rollup (a, c)|grouping sets ((a, c), (b), ())|cube (b, c)|t'), field)}`,
  sql` group by all having ${field} is not null`,
  sql` qualify row_number() over (partition by ${field} order by a) = 1`,
  sql` window w as (partition by ${field}) order by count(*) over w, 1`,
  word(
    " limit (select max(c) from t)|, unnest([t.c]) n(c)|, unnest(t.b) n|, lateral (select t.c as d) v|, lateral (select t.* exclude (a)) v|, (select 5 as c) v|, range(t.c)| natural join (select 1 as a, 9 as c) v| join (select 1 as a, 9 as c) v using (c)| join (select 1 as a) v on t.c is not null| left join (select 1 as c) v on v.c = t.a| asof join (select 0 as a, 'x' as b) v using (a)| asof join (select 0 as a) v on t.a >= v.a and t.c = t.c| positional join (select 9 as c) v| semi join (select 1 as a, 2 as c) v using (a, c)| union by name select 1 as c| using sample 100%| tablesample 100%| where (a, c) in (select 1, 2)| where exists (select 1 where t.c is null)| where c = any (select 1)| where b like c| where c collate nocase = 'x'",
  ),
);
