// Reads one result to its end with our own client, looking at every batch and no cell.
import { setFlagsFromString } from 'node:v8';
import { connect } from '../../dist/client/connect.js';

// As bin/run.js does for `gizmo client`.
setFlagsFromString('--no-concurrent-array-buffer-sweeping');

const { server, sql, warmUp } = JSON.parse(process.argv[2]);
const client = await connect({
  host: server.host,
  port: server.port,
  tls: undefined,
  credentials: { kind: 'bearer', token: server.token },
});
await client.execute(warmUp);
const cpuBefore = process.cpuUsage();
const start = process.hrtime.bigint();
let rows = 0;
for await (const batch of await client.query(sql)) rows += batch.length;
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const cpu = process.cpuUsage(cpuBefore);
await client.close();
const rssPeak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(
  `${JSON.stringify({ rows, seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, rssPeak })}\n`,
);
