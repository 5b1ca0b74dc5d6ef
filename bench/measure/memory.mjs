// Memory that results add: to the server beyond what DuckDB itself accounts for, and to the client.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { countRows, openClient } from '../support/client.mjs';
import { runChild, runGizmo, startServer } from '../support/processes.mjs';

const MEBIBYTE = 1024 * 1024;
const READERS = 64;

/** A result of many rows streamed to a client that looks at no cell, and printed by `gizmo client` in three formats. */
export function measureMemory({ database, rows: tableRows, memoryRows }) {
  const times = Math.ceil(memoryRows / tableRows);
  const total = times * tableRows;
  const sql = `select l.* from lineitem l, range(${times})`;
  const millions = `${Math.round(total / 1e6)} M rows`;
  return watched(database, async (server, peakOver) => {
    const { before, peak, result } = await peakOver(
      runChild('read-gizmo.mjs', { server, sql, warmUp: 'select 1' }),
    );
    if (result.rows !== total) throw new Error(`${result.rows} rows arrived of ${total}`);
    const idle = await runChild('read-gizmo.mjs', { server, sql: 'select 1', warmUp: 'select 1' });
    const rows = [
      row(
        `server memory added, ${millions}`,
        peak - before,
        before,
        'RSS beyond duckdb_memory() at rest',
        100,
      ),
      row(
        `client memory added, ${millions}`,
        result.rssPeak - idle.rssPeak,
        idle.rssPeak,
        'RSS after one row',
        80,
      ),
    ];
    for (const format of ['csv', 'jsonl', 'arrow']) {
      const print = (text) =>
        runGizmo(server, [
          'client',
          '--port',
          server.port,
          '--format',
          format,
          '-o',
          '/dev/null',
          '-c',
          text,
        ]);
      const one = (await print('select 1')).rssPeak;
      const many = (await print(sql)).rssPeak;
      rows.push(
        row(`gizmo client --format ${format} added, ${millions}`, many - one, one, 'RSS after one row', 80),
      );
    }
    return rows;
  });
}

/** Many bulk reads at once, and a reader that stops. */
export function measureMemoryOfReaders({ database, rows: tableRows, stallSeconds }) {
  return watched(database, async (server, peakOver) => {
    // Not by LIMIT: DuckDB then gathers all rows first, in memory that it does not count as its own.
    const sql = `from lineitem where rowid < ${Math.ceil(tableRows / 6)}`;
    const { before, peak } = await peakOver(
      runChild('parallel-reads.mjs', { server, sql, readers: READERS }),
    );
    const each = (peak - before) / READERS;
    const { settled, after } = await runChild('stalled-read.mjs', {
      server,
      sql: 'from lineitem',
      seconds: stallSeconds,
    });
    return [
      row(
        `server memory of each of ${READERS} bulk reads`,
        each,
        before,
        'RSS beyond duckdb_memory() at rest',
        20,
      ),
      row(
        `server memory added by a reader that stops for ${stallSeconds} s`,
        after - settled,
        settled,
        'RSS 3 s after it stopped',
        1,
      ),
    ];
  });
}

/** Starts a server that has answered one result already, and gives what reads its peak over some work. */
async function watched(database, measure) {
  if (!existsSync('/proc/self/status')) return [];
  const server = await startServer(database);
  const observer = await openClient(server);
  try {
    await countRows(observer.query('from lineitem limit 500000'));
    return await measure(server, async (work) => {
      const before = await beyondDuckDb(server.pid, observer);
      const peak = await watchPeak(server.pid, observer, work);
      return { before, peak, result: await work };
    });
  } finally {
    await observer.close();
    await server.stop();
  }
}

function row(what, added, base, baseName, mebibytesMax) {
  return {
    what,
    figure: `${(added / MEBIBYTE).toFixed(added < 10 * MEBIBYTE ? 1 : 0)} MiB`,
    against: `${baseName} ${Math.round(base / MEBIBYTE)} MiB`,
    ratio: added / base,
    bar: `<= ${mebibytesMax} MiB`,
    measured: added / MEBIBYTE,
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
