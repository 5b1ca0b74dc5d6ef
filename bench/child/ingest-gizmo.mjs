// Loads batches that are in memory with our client into a new table.
import { openClient } from '../support/client.mjs';

const { source, target, rows, copies } = JSON.parse(process.argv[2]);
const reader = await openClient(source);
const batches = [];
for await (const batch of await reader.query(`from lineitem limit ${rows}`)) batches.push(batch);
await reader.close();
const client = await openClient(target);
await client.ingest('warm_up', batches.slice(0, 20), { mode: 'replace' });
const start = performance.now();
const taken = await client.ingest('target', repeated(), { mode: 'replace' });
const seconds = (performance.now() - start) / 1000;
if (taken !== rows * copies) throw new Error(`the server took ${taken} rows`);
await client.execute('drop table target');
await client.close();
process.stdout.write(`${JSON.stringify({ seconds })}\n`);

function* repeated() {
  for (let copy = 0; copy < copies; copy++) yield* batches;
}
