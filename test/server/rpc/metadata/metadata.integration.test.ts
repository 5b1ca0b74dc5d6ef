import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSchema, schemasEqual, unwrapEncapsulated } from '../../../../src/flight/ipc/schema.js';
import { CATALOGS_SCHEMA } from '../../../../src/flight/metadata/catalogs.js';
import { DB_SCHEMAS_SCHEMA } from '../../../../src/flight/metadata/db-schemas.js';
import { FOREIGN_KEYS_SCHEMA, PRIMARY_KEYS_SCHEMA } from '../../../../src/flight/metadata/keys.js';
import { SQL_INFO_SCHEMA } from '../../../../src/flight/metadata/sql-info.js';
import { TABLE_TYPES_SCHEMA } from '../../../../src/flight/metadata/table-types.js';
import { tablesSchema } from '../../../../src/flight/metadata/tables.js';
import { XDBC_TYPE_INFO_SCHEMA } from '../../../../src/flight/metadata/xdbc-type-info.js';
import {
  encodeCommand,
  type SqlCommandInit,
  type SqlCommandName,
} from '../../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { collect, logIn, type RawClient, ticketOf } from '../../../support/raw-client.js';
import { startTestServer } from '../../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  client = await logIn(server.address.port);
  for (const sql of SETUP) await client.rows(sql);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const SETUP = [
  "attach ':memory:' as other",
  'create schema sales',
  'create table parent (a integer, b integer, code varchar unique, primary key (b, a))',
  // Columns in another order and other letters than the key's own.
  'create table child (id integer primary key, y integer, x integer, code varchar references parent (code), foreign key (X, Y) references PARENT (B, A))',
  'create table sales.parent (k integer primary key)',
  'create table sales.child (k integer references sales.parent (k))',
  'create table tree (id integer primary key, above integer references tree (id))',
  'use other',
  'create table parent (b integer, a integer, primary key (a, b))',
  'create table child (p integer, q integer, foreign key (p, q) references parent (a, b))',
  'use memory',
  'create sequence ids',
  "create table typed (id integer default nextval('ids'), amount decimal(10, 2) not null, name varchar default 'nextval', list integer[], huge hugeint, big ubigint)",
  "comment on column typed.amount is 'in euros'",
  'create view seen as select name, amount from typed',
  'create table gone (i integer)',
  'create view broken as from gone',
  'drop table gone',
  'create table "a_b" (i integer)',
  'create table "axb" (i integer)',
  'create table "a\\b" (i integer)',
  `create table "it's ""odd""%" (i integer)`,
  'create temp table short_lived (i integer primary key)',
];

const fetch = async <Name extends SqlCommandName>(command: SqlCommandInit<Name>, from = client) =>
  from.get(ticketOf(await from.info(encodeCommand(command))));

const tables = async (message: SqlCommandInit<'CommandGetTables'>['message']) =>
  (await fetch({ type: 'CommandGetTables', message })).map((row) => row.slice(0, 4).join('.'));

const keysOf = (table: string, dbSchema?: string, catalog?: string) => ({
  table,
  ...(dbSchema !== undefined && { dbSchema }),
  ...(catalog !== undefined && { catalog }),
});

describe('every metadata command', () => {
  it.each([
    [{ type: 'CommandGetCatalogs', message: {} }, CATALOGS_SCHEMA],
    [{ type: 'CommandGetDbSchemas', message: {} }, DB_SCHEMAS_SCHEMA],
    [{ type: 'CommandGetTables', message: {} }, tablesSchema(false)],
    [{ type: 'CommandGetTables', message: { includeSchema: true } }, tablesSchema(true)],
    [{ type: 'CommandGetTables', message: { tableNameFilterPattern: 'none at all' } }, tablesSchema(false)],
    [{ type: 'CommandGetTableTypes', message: {} }, TABLE_TYPES_SCHEMA],
    [{ type: 'CommandGetPrimaryKeys', message: { table: 'parent' } }, PRIMARY_KEYS_SCHEMA],
    [{ type: 'CommandGetExportedKeys', message: { table: 'parent' } }, FOREIGN_KEYS_SCHEMA],
    [{ type: 'CommandGetImportedKeys', message: { table: 'child' } }, FOREIGN_KEYS_SCHEMA],
    [
      { type: 'CommandGetCrossReference', message: { pkTable: 'parent', fkTable: 'child' } },
      FOREIGN_KEYS_SCHEMA,
    ],
    [{ type: 'CommandGetSqlInfo', message: {} }, SQL_INFO_SCHEMA],
    [{ type: 'CommandGetXdbcTypeInfo', message: {} }, XDBC_TYPE_INFO_SCHEMA],
  ] as const)('has one schema in GetFlightInfo, GetSchema and DoGet: %j', async (command, schema) => {
    const cmd = encodeCommand(command);
    const info = await client.info(cmd);
    const [first] = await collect<{ header: Uint8Array }>(client.openGet(ticketOf(info)));
    const answers = [
      decodeSchema(unwrapEncapsulated(info.schema)),
      decodeSchema(unwrapEncapsulated((await client.schema(cmd)).schema)),
      decodeSchema(first?.header ?? new Uint8Array(0)),
    ];
    for (const answer of answers) expect(schemasEqual(answer, schema)).toBe(true);
  });
});

describe('catalogs and schemas', () => {
  it('are those that users attached and made', async () => {
    expect(await fetch({ type: 'CommandGetCatalogs', message: {} })).toEqual([['memory'], ['other']]);
    expect(await fetch({ type: 'CommandGetDbSchemas', message: {} })).toEqual([
      ['memory', 'main'],
      ['memory', 'sales'],
      ['other', 'main'],
    ]);
  });

  it('are filtered by catalog and pattern; the empty name is nobody’s', async () => {
    const schemas = (message: SqlCommandInit<'CommandGetDbSchemas'>['message']) =>
      fetch({ type: 'CommandGetDbSchemas', message });
    expect(await schemas({ catalog: 'other' })).toEqual([['other', 'main']]);
    expect(await schemas({ dbSchemaFilterPattern: 's_l%' })).toEqual([['memory', 'sales']]);
    expect(await schemas({ dbSchemaFilterPattern: 's\\_l%' })).toEqual([]);
    expect(await schemas({ catalog: '' })).toEqual([]);
    expect(await schemas({ dbSchemaFilterPattern: '' })).toEqual([]);
    expect(await schemas({ catalog: "memory' or true --" })).toEqual([]);
  });
});

describe('tables', () => {
  it('are found by patterns, in which a backslash escapes', async () => {
    expect(await tables({ tableNameFilterPattern: 'a_b' })).toEqual([
      'memory.main.a\\b.TABLE',
      'memory.main.a_b.TABLE',
      'memory.main.axb.TABLE',
    ]);
    expect(await tables({ tableNameFilterPattern: 'a\\_b' })).toEqual(['memory.main.a_b.TABLE']);
    // As ADBC sends the name of a table: not escaped.
    expect(await tables({ tableNameFilterPattern: 'a\\b' })).toEqual(['memory.main.a\\b.TABLE']);
    expect(await tables({ tableNameFilterPattern: '%"odd"\\%' })).toEqual([`memory.main.it's "odd"%.TABLE`]);
    expect(await tables({ tableNameFilterPattern: "x' or '' = '" })).toEqual([]);
  });

  it('of the same name are told apart by catalog and schema, in that order', async () => {
    expect(await tables({ tableNameFilterPattern: 'parent' })).toEqual([
      'memory.main.parent.TABLE',
      'memory.sales.parent.TABLE',
      'other.main.parent.TABLE',
    ]);
    expect(
      await tables({ catalog: 'memory', dbSchemaFilterPattern: 'main', tableNameFilterPattern: 'parent' }),
    ).toEqual(['memory.main.parent.TABLE']);
  });

  it('are asked for by type in the words of many tools', async () => {
    const views = ['memory.main.broken.VIEW', 'memory.main.seen.VIEW'];
    expect(await tables({ tableTypes: ['view'] })).toEqual(views);
    expect(await tables({ tableTypes: ['VIEW', 'SYSTEM TABLE'] })).toEqual(views);
    expect(await tables({ tableTypes: ['BASE TABLE'], tableNameFilterPattern: 'typed' })).toHaveLength(1);
    expect(await tables({ tableTypes: ['table'], tableNameFilterPattern: 'typed' })).toHaveLength(1);
    expect(await tables({ tableTypes: ['no such type'] })).toEqual([]);
  });

  it('that are temporary are their session’s', async () => {
    const message = { tableNameFilterPattern: 'short_lived' };
    expect(await tables(message)).toEqual(['temp.main.short_lived.LOCAL TEMPORARY']);
    const other = await logIn(server.address.port);
    expect(await fetch({ type: 'CommandGetTables', message }, other)).toEqual([]);
    other.close();
  });

  it('have the schema of a query of theirs, with what the catalog knows of each column', async () => {
    const message = { tableNameFilterPattern: 'typed', includeSchema: true };
    const [row] = await fetch({ type: 'CommandGetTables', message });
    const cell = row?.[4];
    if (!(cell instanceof Uint8Array)) return expect.unreachable();
    const { fields } = decodeSchema(unwrapEncapsulated(cell));
    expect(fields.map(({ name, type, nullable }) => [name, type.kind, nullable])).toEqual([
      ['id', 'int', true],
      ['amount', 'decimal', false],
      ['name', 'utf8', true],
      ['list', 'list', true],
      ['huge', 'decimal', true],
      ['big', 'int', true],
    ]);
    const facts = fields.map(({ metadata }) =>
      Object.fromEntries([...(metadata ?? [])].map(([key, value]) => [key.split(':').pop(), value])),
    );
    const place = {
      CATALOG_NAME: 'memory',
      SCHEMA_NAME: 'main',
      DB_SCHEMA_NAME: 'main',
      TABLE_NAME: 'typed',
    };
    const number = (TYPE_NAME: string, PRECISION: string, SCALE: string) => ({
      ...place,
      TYPE_NAME,
      PRECISION,
      SCALE,
      IS_AUTO_INCREMENT: '0',
      IS_SEARCHABLE: '1',
    });
    expect(facts).toEqual([
      { ...number('INTEGER', '10', '0'), IS_AUTO_INCREMENT: '1' },
      { ...number('DECIMAL', '10', '2'), REMARKS: 'in euros' },
      {
        ...place,
        TYPE_NAME: 'VARCHAR',
        IS_AUTO_INCREMENT: '0',
        IS_CASE_SENSITIVE: '1',
        IS_SEARCHABLE: '1',
      },
      { ...place, TYPE_NAME: 'INTEGER[]', IS_AUTO_INCREMENT: '0', IS_SEARCHABLE: '1' },
      number('HUGEINT', '38', '0'),
      number('UBIGINT', '20', '0'),
    ]);
  });

  it('are all listed with their columns where one view cannot be described', async () => {
    const rows = await fetch({
      type: 'CommandGetTables',
      message: { includeSchema: true, tableTypes: ['VIEW'] },
    });
    const columns = rows.map(([, , name, , cell]) => [
      name,
      cell instanceof Uint8Array ? decodeSchema(unwrapEncapsulated(cell)).fields.map((it) => it.name) : cell,
    ]);
    expect(columns).toEqual([
      ['broken', []],
      ['seen', ['name', 'amount']],
    ]);
  });

  it('of a wide catalog come in messages that a usual client takes', async () => {
    const wide = await logIn(server.address.port);
    await wide.rows("attach ':memory:' as wide");
    const columns = Array.from({ length: 1200 }, (_, i) => `column_number_${i} decimal(18, 3)`).join(', ');
    for (let i = 0; i < 10; i++) await wide.rows(`create table wide.t${i} (${columns})`);
    const command = { type: 'CommandGetTables', message: { catalog: 'wide', includeSchema: true } } as const;
    const info = await wide.info(encodeCommand(command));
    const messages = await collect<{ body: Uint8Array }>(wide.openGet(ticketOf(info)));
    const bytes = messages.map(({ body }) => body.byteLength);
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(2 * 1024 * 1024);
    expect(Math.max(...bytes)).toBeLessThan(4 * 1024 * 1024 - 65_536);
    expect(await wide.get(ticketOf(info))).toHaveLength(10);
    await wide.rows('detach wide');
    wide.close();
  });
});

describe('keys', () => {
  it('of a table are its columns in the order of the key', async () => {
    const primaryKeys = (message: ReturnType<typeof keysOf>) =>
      fetch({ type: 'CommandGetPrimaryKeys', message });
    expect(await primaryKeys(keysOf('parent'))).toEqual([
      ['memory', 'main', 'parent', 'b', 1, 'parent_b_a_pkey'],
      ['memory', 'main', 'parent', 'a', 2, 'parent_b_a_pkey'],
      ['memory', 'sales', 'parent', 'k', 1, 'parent_k_pkey'],
      ['other', 'main', 'parent', 'a', 1, 'parent_a_b_pkey'],
      ['other', 'main', 'parent', 'b', 2, 'parent_a_b_pkey'],
    ]);
    expect(await primaryKeys(keysOf('parent', 'sales'))).toHaveLength(1);
    expect(await primaryKeys(keysOf('parent', 'main', 'other'))).toHaveLength(2);
    expect(await primaryKeys(keysOf('short_lived'))).toEqual([
      ['temp', 'main', 'short_lived', 'i', 1, 'short_lived_i_pkey'],
    ]);
    // Names, not patterns.
    expect(await primaryKeys(keysOf('p%'))).toEqual([]);
    expect(await primaryKeys(keysOf('parent', ''))).toEqual([]);
  });

  const MAIN_COMPOSITE = [
    [
      'memory',
      'main',
      'parent',
      'b',
      'memory',
      'main',
      'child',
      'x',
      1,
      'child_x_y_b_a_fkey',
      'parent_b_a_pkey',
      3,
      3,
    ],
    [
      'memory',
      'main',
      'parent',
      'a',
      'memory',
      'main',
      'child',
      'y',
      2,
      'child_x_y_b_a_fkey',
      'parent_b_a_pkey',
      3,
      3,
    ],
  ];
  const MAIN_CODE = [
    'memory',
    'main',
    'parent',
    'code',
    'memory',
    'main',
    'child',
    'code',
    1,
    'child_code_code_fkey',
    'parent_code_key',
    3,
    3,
  ];
  const SALES = [
    'memory',
    'sales',
    'parent',
    'k',
    'memory',
    'sales',
    'child',
    'k',
    1,
    'child_k_k_fkey',
    'parent_k_pkey',
    3,
    3,
  ];
  const OTHER = [
    [
      'other',
      'main',
      'parent',
      'a',
      'other',
      'main',
      'child',
      'p',
      1,
      'child_p_q_a_b_fkey',
      'parent_a_b_pkey',
      3,
      3,
    ],
    [
      'other',
      'main',
      'parent',
      'b',
      'other',
      'main',
      'child',
      'q',
      2,
      'child_p_q_a_b_fkey',
      'parent_a_b_pkey',
      3,
      3,
    ],
  ];

  it('that are imported lead to the key of the same schema, in the names of the tables’ own spelling', async () => {
    const imported = (message: ReturnType<typeof keysOf>) =>
      fetch({ type: 'CommandGetImportedKeys', message });
    expect(await imported(keysOf('child'))).toEqual([...MAIN_COMPOSITE, MAIN_CODE, SALES, ...OTHER]);
    expect(await imported(keysOf('child', 'sales'))).toEqual([SALES]);
    expect(await imported(keysOf('child', 'main', 'other'))).toEqual(OTHER);
    expect(await imported(keysOf('tree'))).toEqual([
      [
        'memory',
        'main',
        'tree',
        'id',
        'memory',
        'main',
        'tree',
        'above',
        1,
        'tree_above_id_fkey',
        'tree_id_pkey',
        3,
        3,
      ],
    ]);
  });

  it('that are exported are ordered by the tables that refer to them', async () => {
    const exported = (message: ReturnType<typeof keysOf>) =>
      fetch({ type: 'CommandGetExportedKeys', message });
    expect(await exported(keysOf('parent', 'main', 'memory'))).toEqual([MAIN_CODE, ...MAIN_COMPOSITE]);
    expect(await exported(keysOf('parent', 'sales'))).toEqual([SALES]);
    expect(await exported(keysOf('child'))).toEqual([]);
  });

  it('are cross-referenced between two tables', async () => {
    const cross = (message: SqlCommandInit<'CommandGetCrossReference'>['message']) =>
      fetch({ type: 'CommandGetCrossReference', message });
    const between = { pkTable: 'parent', fkTable: 'child' };
    expect(await cross({ ...between, pkCatalog: 'other' })).toEqual(OTHER);
    expect(await cross({ ...between, fkDbSchema: 'sales' })).toEqual([SALES]);
    expect(await cross({ ...between, pkCatalog: 'memory', fkCatalog: 'other' })).toEqual([]);
    expect(await cross({ pkTable: 'child', fkTable: 'parent' })).toEqual([]);
  });
});

describe('facts', () => {
  it('are given all, or those asked for by number, and unknown numbers are left out', async () => {
    const all = await fetch({ type: 'CommandGetSqlInfo', message: {} });
    expect(all).toHaveLength(12 + 2 + 77);
    const some = await fetch({ type: 'CommandGetSqlInfo', message: { info: [504, 0, 99_999] } });
    expect(some.map(([code]) => code)).toEqual([0, 504]);
  });

  it('name only words that DuckDB’s SQL has', async () => {
    const lists = await fetch({ type: 'CommandGetSqlInfo', message: { info: [508, 509, 510, 511, 512] } });
    const [keywords = [], ...functions] = lists.map(([, list]) =>
      JSON.stringify(list)
        .match(/[A-Z][A-Z_0-9]+/g)
        ?.map((word) => word.toLowerCase()),
    );
    const reserved = await client.rows(
      "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'",
    );
    expect(keywords).not.toEqual([]);
    expect(reserved.flat()).toEqual(expect.arrayContaining(keywords));
    // These are grammar, not functions.
    const known = new Set<unknown>(['coalesce', 'ifnull', 'current_timestamp', 'extract']);
    for (const [name] of await client.rows('select function_name from duckdb_functions()')) known.add(name);
    const words = functions.flatMap((list) => list ?? []);
    expect(words.length).toBeGreaterThan(40);
    expect(words.filter((word) => !known.has(word))).toEqual([]);
  });

  it('on types name what columns of results are named', async () => {
    const rows = await fetch({ type: 'CommandGetXdbcTypeInfo', message: {} });
    const codes = rows.map(([, code]) => Number(code));
    expect(codes).toEqual(codes.toSorted((a, b) => a - b));
    const names = rows.map(([name]) => String(name));
    // ENUM needs its values, and VARIANT and GEOMETRY have no cast from NULL that keeps them.
    const plain = names.filter((name) => !['ENUM', 'VARIANT', 'GEOMETRY'].includes(name));
    const info = await client.query(`select ${plain.map((name) => `null::${name}`).join(', ')}`);
    const { fields } = decodeSchema(unwrapEncapsulated(info.schema));
    expect(fields.map(({ metadata }) => metadata?.get('ARROW:FLIGHT:SQL:TYPE_NAME'))).toEqual(plain);
    expect(await fetch({ type: 'CommandGetXdbcTypeInfo', message: { dataType: 93 } })).toHaveLength(5);
    expect(await fetch({ type: 'CommandGetXdbcTypeInfo', message: { dataType: 1 } })).toEqual([]);
  });
});

describe('macros and tables of users', () => {
  it('cannot stand in for what metadata is read with', async () => {
    const before = await tables({ tableNameFilterPattern: 'pare%' });
    await client.rows('create macro main.like_escape(a, b, c) as true');
    await client.rows("create macro main.lower(a) as 'x'");
    await client.rows('create macro main.duckdb_tables() as table select 1 as database_name');
    const other = await logIn(server.address.port);
    expect(await tables({ tableNameFilterPattern: 'pare%' })).toEqual(before);
    const message = { table: 'child', dbSchema: 'sales' };
    expect(await fetch({ type: 'CommandGetImportedKeys', message }, other)).toHaveLength(1);
    for (const name of ['like_escape', 'lower']) await client.rows(`drop macro main.${name}`);
    await client.rows('drop macro table main.duckdb_tables');
    other.close();
  });
});

describe('what is no metadata command', () => {
  it('has no schema, and says so', async () => {
    const plan = encodeCommand({ type: 'CommandStatementSubstraitPlan', message: {} });
    const refused = { code: status.UNIMPLEMENTED, details: expect.stringContaining('Substrait') };
    await expect(client.schema(plan)).rejects.toMatchObject(refused);
    await expect(client.info(plan)).rejects.toMatchObject(refused);
    await expect(client.put(plan)).rejects.toMatchObject(refused);
    await expect(client.info(Buffer.from('select 1'))).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
  });
});
