// Reads one result to its end with our own client, looking at every batch and no cell.
import { countRows, cpuSecondsOf, openClient } from '../support/client.mjs';

const { server, sql, warmUp } = JSON.parse(process.argv[2]);
const client = await openClient(server);
await client.execute(warmUp);
const cpuBefore = process.cpuUsage();
const serverBefore = cpuSecondsOf(server.pid);
const start = process.hrtime.bigint();
const rows = await countRows(client.query(sql));
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const cpu = process.cpuUsage(cpuBefore);
const serverCpuSeconds = cpuSecondsOf(server.pid) - serverBefore;
await client.close();
const rssPeak = process.resourceUsage().maxRSS * 1024;
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
process.stdout.write(`${JSON.stringify({ rows, seconds, cpuSeconds, serverCpuSeconds, rssPeak })}\n`);
