// Reads one result on many connections at once.
import { countRows, openClient } from '../support/client.mjs';

const { server, sql, readers } = JSON.parse(process.argv[2]);
const clients = await Promise.all(Array.from({ length: readers }, () => openClient(server)));
const counts = await Promise.all(clients.map((client) => countRows(client.query(sql))));
await Promise.all(clients.map((client) => client.close()));
process.stdout.write(`${JSON.stringify({ rows: counts.reduce((sum, count) => sum + count, 0) })}\n`);
