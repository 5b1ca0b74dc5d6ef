/** What tools and drivers send when they connect and browse, as their sources and logs show it. */
export const TOOLS: readonly { readonly tool: string; readonly statements: readonly string[] }[] = [
  {
    tool: 'DBeaver',
    statements: [
      'SELECT 1',
      'select version()',
      'SELECT current_schema()',
      'SELECT current_database(), current_schema()',
      'SELECT db.oid, db.* FROM pg_catalog.pg_database db WHERE datallowconn ORDER BY db.datname',
      'SELECT n.oid, n.* FROM pg_catalog.pg_namespace n ORDER BY nspname',
      "SELECT c.oid, c.*, d.description FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 WHERE c.relkind NOT IN ('i', 'I', 'c')",
      'SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid) as def_value FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid) LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum) WHERE NOT a.attisdropped ORDER BY a.attnum',
      'SELECT view_definition FROM information_schema.views',
      "SELECT * FROM duckdb_indexes() WHERE table_name = 'orders'",
    ],
  },
  {
    tool: 'the JDBC driver of DuckDB',
    statements: [
      'SELECT DISTINCT catalog_name AS \'TABLE_CAT\' FROM information_schema.schemata ORDER BY "TABLE_CAT"',
      'SELECT schema_name AS "TABLE_SCHEM", catalog_name AS "TABLE_CATALOG" FROM information_schema.schemata ORDER BY 1, 2',
      'SELECT table_catalog AS "TABLE_CAT", table_schema AS "TABLE_SCHEM", table_name AS "TABLE_NAME", table_type AS "TABLE_TYPE" FROM information_schema.tables WHERE table_schema LIKE \'%\' ORDER BY 4, 1, 2, 3',
      'SELECT table_catalog, table_schema, table_name, column_name, data_type, is_nullable, ordinal_position, column_default FROM information_schema.columns ORDER BY 1, 2, 3, ordinal_position',
      "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate') ORDER BY 1",
      "WITH constraint_columns AS (SELECT database_name, schema_name, table_name, constraint_type, constraint_name, unnest(constraint_column_names) AS column_name FROM duckdb_constraints()) SELECT * FROM constraint_columns WHERE constraint_type = 'PRIMARY KEY'",
    ],
  },
  {
    tool: 'Metabase',
    statements: [
      'select * from information_schema.tables',
      "select * from information_schema.columns where table_name = 'orders'",
      "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database() AND table_schema NOT IN ('information_schema', 'pg_catalog')",
      'SELECT TRUE FROM (SELECT 1) WHERE 1 = 1 LIMIT 1',
    ],
  },
  {
    tool: 'Grafana',
    statements: [
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name",
      "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'main' AND table_name = 'orders'",
      'SELECT now()',
    ],
  },
  {
    tool: 'Power BI',
    statements: [
      'SELECT table_catalog, table_schema, table_name, table_type FROM information_schema.tables',
      'select character_set_name from information_schema.character_sets',
      'select TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE, DATA_TYPE from information_schema.columns',
      'select t.constraint_type, t.table_schema, t.table_name, k.column_name from information_schema.table_constraints t inner join information_schema.key_column_usage k on t.constraint_name = k.constraint_name',
    ],
  },
  {
    tool: 'dbt',
    statements: [
      'select version()',
      "select type from duckdb_databases() where lower(database_name)='staging' and type='sqlite'",
      'select catalog_name, schema_name from information_schema.schemata',
      "select 'staging' as database, table_name as name, table_schema as schema, CASE table_type WHEN 'BASE TABLE' THEN 'table' WHEN 'VIEW' THEN 'view' WHEN 'LOCAL TEMPORARY' THEN 'table' END as type from information_schema.tables where lower(table_catalog) = 'staging'",
      "select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale from information_schema.columns where table_name = 'orders' and lower(table_catalog) = 'staging' order by ordinal_position",
      "select distinct schema_name from information_schema.schemata where lower(catalog_name) = 'staging'",
      "SELECT index_name FROM duckdb_indexes() WHERE schema_name = 'main' AND table_name = 'orders'",
    ],
  },
  {
    tool: 'SQLAlchemy',
    statements: [
      'select current_schema()',
      "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg_%' ORDER BY nspname",
      "SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm'])",
      'SELECT database_name, schema_name, table_name FROM duckdb_tables() ORDER BY ALL',
      'SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_catalog.pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum',
      'SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()',
    ],
  },
];
