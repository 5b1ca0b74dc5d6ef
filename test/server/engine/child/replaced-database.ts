/**
 * Detaches the second database of a name in the moment in which a transaction that has used the first one fails for it: the
 * pool has one thread, so that nothing comes between the two.
 */
import { openDuckDb } from '../../../../src/server/engine/duckdb/open-duckdb.js';
import { queryTexts, runSql } from '../../../support/engines.js';

const engine = await openDuckDb({ readOnly: false, allowExtensions: false, concurrentCallsMax: 8 });
const [reader, administrator] = await Promise.all([engine.openSession(), engine.openSession()]);
const runAll = async (...texts: readonly string[]) => {
  for (const sql of texts) await runSql(administrator, sql);
};
let failed = 0;
for (let round = 0; round < 20; round += 1) {
  await runAll("attach ':memory:' as x", 'create table x.t as select 1 as a');
  await runSql(reader, 'begin');
  await runSql(reader, 'from x.t');
  await runAll('detach x', "attach ':memory:' as x", 'create table x.t as select 2 as a');
  const lists = await reader.prepare('select count(*) from duckdb_constraints()').catch(() => undefined);
  const detaches = await administrator.prepare('detach x');
  const [listed] = await Promise.allSettled([
    lists?.execute() ?? runSql(reader, 'select count(*) from duckdb_tables()'),
    detaches.execute(),
  ]);
  if (listed.status === 'rejected') failed += 1;
  await Promise.all([lists?.close(), detaches.close()]);
  // In the place of what was detached.
  await runAll("attach ':memory:' as y", 'create table y.t as select * from range(10000)');
  await runSql(reader, 'rollback');
  await runAll('detach y');
}
const left = await queryTexts(
  administrator,
  "select database_name from duckdb_databases() where database_name = 'x'",
);
await engine.close();
console.log(JSON.stringify({ failed, left }));
