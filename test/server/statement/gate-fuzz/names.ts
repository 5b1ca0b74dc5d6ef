/** Names that the grammar writes: of what may be read, of what is hidden, and of what nearly is one of them. */
import fc from 'fast-check';
import { type Sql, sql, word } from './sql.js';

/** Names in their different spellings; all tables have the columns a, b and c, so that what is written binds anywhere. */
export interface Names {
  readonly table: Sql;
  /** What is to be changed. */
  readonly target: Sql;
  readonly type: Sql;
}

const HIDDEN = word(
  'zqvault.zqgold|zqvault.main.zqgold|zqvault.zqinner.zqdeep|zqvault.zqview|zqgold|zqdeep|main.zqgold|part.zqhid|part.zqconst|part.zqsch.zqt|zqinner.zqdeep|zqhid',
);
const NEARLY = word(
  'zqvault.zqgol|zqvault.zqgold1|zqgol|zqvaul.zqgold|zqvault.main.nothing|zqvault.zqinne.zqdeep|open.item|part.zqhi|part.peopl|part.zqsc.zqt|open.main.zqgold|open.zqinner.zqdeep|zqvault.nothing.at_all|gold|open.peep|peep|own|mine|notes|items|part.box',
);
const HIDDEN_TYPE = word(
  'zqvault.zqenum|zqvault.main.zqenum|zqenum|zqvault.zqenu|zqvault.zqenum[]|open.zqenum|part.zqkind|part.main.zqkind|zqkind[]|struct(a zqvault.zqenum)|map(varchar, zqvault.zqenum)',
);
/** Names that are the session's own to make, some of them as those of others. */
const OWN = word(
  'own|own|mine|temp.own|temp.main.mine|work.made|work.main.made2|zqgold|temp.people|people|temp.main.zqhid',
);

/**
 * @param readable tables that may be read
 * @param writable tables that may be changed
 */
export function namesFor(readable: readonly string[], writable: readonly string[]): Names {
  const may = readable.length > 0 ? fc.constantFrom(...readable) : word('own');
  const table = respelled(
    fc.oneof(
      { weight: 40, arbitrary: may },
      { weight: 4, arbitrary: HIDDEN },
      { weight: 1, arbitrary: NEARLY },
    ),
  );
  const target = fc.oneof(
    { weight: 3, arbitrary: respelled(OWN) },
    { weight: 12, arbitrary: writable.length > 0 ? fc.constantFrom(...writable) : OWN },
    { weight: 3, arbitrary: table },
  );
  const type = fc.oneof(
    { weight: 12, arbitrary: word('integer|varchar|double|json|bigint|decimal(9,2)|open.mood') },
    { weight: 1, arbitrary: respelled(HIDDEN_TYPE) },
  );
  return { table, target, type };
}

export const schema: Sql = respelled(
  word(
    'open|work|zqvault|zqvault.main|zqvault.zqinner|zqinner|open.more|more|part|part.zqsch|zqsch|memory|temp|main|work.main|system|information_schema|pg_catalog|zqvaul|zqvault.zqinne',
  ),
);
/** Not called as a hidden database is: DuckDB has one space of names for both, so that this is told to whoever may make schemas. */
export const schemaToMake: Sql = word(
  'open|work|zqvault.main|zqvault.zqinner|zqinner|open.more|more|part|part.zqsch|zqsch|memory|temp|main|work.main|system|information_schema|pg_catalog|zqvaul|zqvault.zqinne',
);
export const catalog: Sql = word('open|work|zqvault|part|memory|temp|system|zqvaul|zqnew');
export const column: Sql = fc.oneof(
  { weight: 60, arbitrary: word('a|b|c') },
  { weight: 1, arbitrary: word('zqweigh|zqweight|zqsal|rowid|aa|zqgold.b|zqvault.zqgold.b') },
);
export const sequence: Sql = respelled(
  word(
    'open.steps|work.numbers|work.numbers|zqvault.zqcounter|zqcounter|zqvault.main.zqcounter|zqvault.zqcounte|numbers',
  ),
);

/** Files outside that nobody of these may read, and places to write to. */
export const path = (outside: string): Sql =>
  fc.oneof(
    word('a.csv|b.json|c.parquet|d.txt|e.db|*|*.csv|no.csv|made.csv|made.parquet|made.db').map(
      (it) => `${outside}/${it}`,
    ),
    word('fuzz-made.csv|fuzz-made.db|/etc/passwd|/etc/host*|package.json|/proc/self/environ|s3://x/y.csv'),
  );

/** A name in another spelling. */
export function respelled(name: Sql): Sql {
  return fc.tuple(name, fc.integer({ min: 0, max: 11 })).map(([text, how]) => {
    if (!/^[\w.]+$/.test(text)) return text;
    if (how === 0) return text.toUpperCase();
    if (how === 1) return text.replace(/\w+/g, (it) => `"${it}"`);
    if (how === 2) return text.replace(/\w+/g, (it) => `"${it.toUpperCase()}"`);
    if (how === 3) return text.replaceAll('.', ' . ');
    if (how === 4) return text.replaceAll('.', '/* */.\n');
    return text;
  });
}

/** @param table as `namesFor` has it */
export function metadataSource({ table }: Names): Sql {
  return fc.oneof(
    sql`${word(
      'duckdb_tables|duckdb_columns|duckdb_views|duckdb_constraints|duckdb_indexes|duckdb_sequences|duckdb_types|duckdb_functions|duckdb_schemas|duckdb_databases|duckdb_dependencies|duckdb_extensions|pragma_database_size',
    )}()`,
    sql`${word(
      'duckdb_settings|duckdb_secrets|duckdb_logs|duckdb_variables|duckdb_prepared_statements|duckdb_memory|duckdb_temporary_files|duckdb_external_file_cache|pragma_storage_info|duckdb_approx_database_count|gizmo_sessions|gizmo_queries|gizmo_grants|gizmo_users|gizmo_tokens|gizmosql_settings',
    )}()`,
    sql`information_schema.${word('tables|columns|views|schemata|table_constraints|key_column_usage|referential_constraints|constraint_column_usage|character_sets')}`,
    sql`pg_catalog.${word('pg_class|pg_attribute|pg_namespace|pg_type|pg_proc|pg_index|pg_indexes|pg_constraint|pg_database|pg_tables|pg_views|pg_enum|pg_attrdef|pg_depend|pg_description|pg_sequence|pg_sequences|pg_settings')}`,
    word(
      'sqlite_master|sqlite_schema|duckdb_tables|duckdb_columns|duckdb_views|duckdb_types|pragma_database_list|pg_class|pg_type|temp.information_schema.tables|system.information_schema.columns|system.pg_catalog.pg_class',
    ),
    sql`system.main.${word('duckdb_tables|duckdb_columns|duckdb_views|duckdb_functions|duckdb_types')}()`,
    sql`${word('pragma_table_info|pragma_show|pragma_storage_info')}('${table}')`,
    sql`sql_auto_complete('${word('select * from zq|select zq|from zqvault.|use z|drop table zqg|pragma zq')}')`,
  );
}
