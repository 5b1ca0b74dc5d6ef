/** What is asked and loaded without SQL, as the JSON of its message. */
import fc from 'fast-check';
import { type Sql, word } from './sql.js';

/** Several names at once; undefined is left out of JSON. */
const name = (words: string) => fc.option(word(words), { nil: undefined });
const catalog = name('open|work|part|zqvault|memory|temp|desk|zqvaul|PART|%|*|"part"');
const schema = name('main|more|zqinner|zqsch|MAIN|m%|nothing|%|');
const table = word(
  'items|notes|keyed|zqgold|zqdeep|zqhid|people|PEOPLE|rowed|both|filed|box|seen|kept|made|own|zqvault.zqgold|part.zqhid|nothing',
);
const pattern = name('%|p%|zq%|_eople|%o%|people|zqgold|ze%');

const reference = fc.record({ catalog, dbSchema: schema, table }, { noNullPrototype: true });

export const metadataRequest: Sql = fc
  .oneof(
    fc.record({ type: word('CommandGetCatalogs|CommandGetTableTypes'), message: fc.constant({}) }),
    fc.record({
      type: fc.constant('CommandGetDbSchemas'),
      message: fc.record({ catalog, dbSchemaFilterPattern: schema }),
    }),
    fc.record({
      type: fc.constant('CommandGetTables'),
      message: fc.record({
        catalog,
        dbSchemaFilterPattern: schema,
        tableNameFilterPattern: pattern,
        tableTypes: fc.subarray(['BASE TABLE', 'VIEW', 'LOCAL TEMPORARY']),
        includeSchema: fc.boolean(),
      }),
    }),
    fc.record({
      type: word('CommandGetPrimaryKeys|CommandGetExportedKeys|CommandGetImportedKeys'),
      message: reference,
    }),
    fc.record({
      type: fc.constant('CommandGetCrossReference'),
      message: fc.tuple(reference, reference).map(([pk, fk]) => ({
        pkCatalog: pk.catalog,
        pkDbSchema: pk.dbSchema,
        pkTable: pk.table,
        fkCatalog: fk.catalog,
        fkDbSchema: fk.dbSchema,
        fkTable: fk.table,
      })),
    }),
  )
  .map((it) => JSON.stringify(it));

/** Bulk loads of one row, that make a table, add to one or take the place of one (1 to 3 as in Flight SQL). */
export const ingestRequest: Sql = fc
  .record({
    catalog,
    schema,
    table,
    temporary: fc.boolean(),
    tableDefinitionOptions: fc.record({
      ifNotExist: fc.integer({ min: 0, max: 2 }),
      ifExists: fc.integer({ min: 0, max: 3 }),
    }),
  })
  .map((it) => JSON.stringify(it));
