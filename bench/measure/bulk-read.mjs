// Rows a second over loopback against what a process of its own drains from the same file without a network. Every
// process first reads a part: code that has just been loaded is not what a long read runs on.
import { hasPython, runChild, startServer } from '../support/processes.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

const BARS = { lineitem: 0.7, flights: 0.7, numbers: 0.8, strings: 0.5, nested: 0.4 };

export async function measureBulkRead({ database, rounds }) {
  const server = await startServer(database);
  try {
    const rows = [];
    for (const [table, bar] of Object.entries(BARS)) {
      const job = { sql: `from ${table}`, warmUp: `from ${table} limit 300000` };
      const readers = {
        drain: () => runChild('drain.mjs', { database, ...job }),
        gizmo: () => runChild('read-gizmo.mjs', { server, ...job }),
      };
      if (hasPython()) readers.adbc = () => runChild('read-adbc.py', { server, ...job });
      const results = await alternate(rounds, readers);
      for (const reader of Object.keys(readers).slice(1)) {
        const own = reader === 'gizmo';
        rows.push(
          speedRow(`bulk read, ${table}, ${own ? 'our client' : 'ADBC from Python'}`, results, reader, bar),
        );
        if (own && table === 'lineitem') rows.push(serverCpuRow(results));
      }
    }
    return rows;
  } finally {
    await server.stop();
  }
}

/** The same read with TLS 1.3 against without, both by our client. */
export async function measureTls({ database, rounds }) {
  const servers = [await startServer(database), await startServer(database, { tls: true })];
  try {
    const job = { sql: 'from lineitem', warmUp: 'from lineitem limit 300000' };
    const read = (server) => () => runChild('read-gizmo.mjs', { server, ...job });
    const results = await alternate(rounds, { drain: read(servers[0]), gizmo: read(servers[1]) });
    return [{ ...speedRow('bulk read, lineitem, TLS', results, 'gizmo', 0.7, 'without TLS') }];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function speedRow(what, results, reader, bar, base = 'in-process drain') {
  const speeds = results[reader].map(perSecond);
  const bases = results.drain.map(perSecond);
  return {
    what,
    figure: `${millions(speeds)} M rows/s`,
    against: `${base} ${millions(bases)} M rows/s`,
    ratio: medianRatio(speeds, bases),
    bar: `>= ${bar}`,
  };
}

function serverCpuRow({ gizmo, drain }) {
  const server = gizmo.map(({ serverCpuSeconds, rows }) => (serverCpuSeconds / rows) * 1e9);
  const base = drain.map(({ cpuSeconds, rows }) => (cpuSeconds / rows) * 1e9);
  return {
    what: "server's CPU a row, lineitem, our client",
    figure: `${Math.round(median(server))} ns`,
    against: `in-process drain ${Math.round(median(base))} ns`,
    ratio: medianRatio(server, base),
    bar: '<= 1.7',
  };
}

function perSecond({ rows, seconds }) {
  return rows / seconds;
}

function millions(values) {
  return (median(values) / 1e6).toFixed(2);
}
