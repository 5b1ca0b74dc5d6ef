// Begins to read a large result and stops, then tells what became of the server's memory from the third second on.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openClient } from '../support/client.mjs';

const { server, sql, seconds } = JSON.parse(process.argv[2]);
const client = await openClient(server);
const batches = (await client.query(sql))[Symbol.asyncIterator]();
await batches.next();
await delay(3000);
const settled = resident();
await delay((seconds - 3) * 1000);
process.stdout.write(`${JSON.stringify({ settled, after: resident() })}\n`);
process.exit(0);

function resident() {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'));
  return Number(kibibytes) * 1024;
}
