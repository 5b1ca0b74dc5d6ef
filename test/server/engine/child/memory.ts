/** Streams 20 million rows and says by how much this process grew meanwhile. */
import { ENGINES } from '../../../support/engines.js';

const open = ENGINES[Number(process.argv[2])]?.[1];
if (open === undefined) throw new Error('say which engine');
const engine = await open({});
const session = await engine.openSession();

async function stream(rows: number): Promise<number> {
  const sql = `select i, 'row number ' || i as s, i::varchar as t from range(${rows}) r(i)`;
  const statement = await session.prepare(sql);
  const result = await statement.execute();
  let count = 0;
  for (let next = await result.next(); next !== undefined; next = await result.next()) count += next.rows;
  await statement.close();
  return count;
}

await stream(1_000_000);
const before = process.memoryUsage.rss();
const count = await stream(20_000_000);
console.log(JSON.stringify({ count, grownMiB: Math.round((process.memoryUsage.rss() - before) / 2 ** 20) }));
await engine.close();
