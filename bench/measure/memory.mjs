// Memory that a streamed result adds: to the server beyond what DuckDB itself accounts for, and to the client.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../dist/client/connect.js';
import { runChild, startServer } from '../support/processes.mjs';

const MEBIBYTE = 1024 * 1024;
const warmUp = 'select 1';

export async function measureMemory({ database, rows: tableRows, memoryRows }) {
  if (!existsSync('/proc/self/status')) return [];
  const server = await startServer(database);
  const { host, port, token } = server;
  const observer = await connect({ host, port, tls: undefined, credentials: { kind: 'bearer', token } });
  try {
    await observer.execute('from lineitem limit 100000');
    const before = await beyondDuckDb(server.pid, observer);
    const idle = await runChild('read-gizmo.mjs', { server, sql: 'select 1', warmUp });
    const copies = Math.ceil(memoryRows / tableRows);
    const sql = `select l.* from lineitem l, range(${copies}) limit ${memoryRows}`;
    const reading = runChild('read-gizmo.mjs', { server, sql, warmUp });
    const peak = await watchPeak(server.pid, observer, reading);
    const { rows, rssPeak } = await reading;
    if (rows !== memoryRows) throw new Error(`${rows} rows arrived of ${memoryRows}`);
    const millions = `${memoryRows / 1e6} M rows`;
    return [
      row(
        `server memory added, ${millions}`,
        peak - before,
        before,
        'RSS beyond duckdb_memory() at rest',
        '<= 100 MiB',
      ),
      row(
        `client memory added, ${millions}`,
        rssPeak - idle.rssPeak,
        idle.rssPeak,
        'RSS after one row',
        '<= 80 MiB',
      ),
    ];
  } finally {
    await observer.close();
    await server.stop();
  }
}

function row(what, added, base, baseName, bar) {
  return {
    what,
    figure: `${Math.round(added / MEBIBYTE)} MiB`,
    against: `${baseName} ${Math.round(base / MEBIBYTE)} MiB`,
    ratio: added / base,
    bar,
  };
}

async function watchPeak(pid, observer, until) {
  let ended = false;
  const end = () => {
    ended = true;
  };
  until.then(end, end);
  let peak = 0;
  while (!ended) {
    peak = Math.max(peak, await beyondDuckDb(pid, observer));
    await delay(100);
  }
  return peak;
}

/** Resident bytes of the server less those DuckDB accounts for, as near to one moment as two reads can be. */
async function beyondDuckDb(pid, observer) {
  const result = await observer.query('select sum(memory_usage_bytes)::bigint as bytes from duckdb_memory()');
  let bytes = 0;
  for await (const batch of result) {
    const data = batch.columns[0].data;
    bytes = Number(new DataView(data.buffer, data.byteOffset).getBigInt64(0, true));
  }
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kibibytes) * 1024 - bytes;
}
