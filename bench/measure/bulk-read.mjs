// Rows a second over loopback against what a process of its own drains from the same file without a network. Every
// process first reads a part: code that has just been loaded is not what a long read runs on.
import { hasPython, runChild, startServer } from '../support/processes.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

export async function measureBulkRead({ database, rounds }) {
  const server = await startServer(database);
  try {
    const rows = [];
    for (const table of ['lineitem', 'flights']) {
      const sql = `from ${table}`;
      const warmUp = `from ${table} limit 500000`;
      const readers = {
        drain: () => perSecond('drain.mjs', { database, sql, warmUp }),
        gizmo: () => perSecond('read-gizmo.mjs', { server, sql, warmUp }),
      };
      if (hasPython()) readers.adbc = () => perSecond('read-adbc.py', { server, sql, warmUp });
      const results = await alternate(rounds, readers);
      for (const reader of Object.keys(readers).slice(1))
        rows.push({
          what: `bulk read, ${table}, ${reader === 'gizmo' ? 'our client' : 'ADBC from Python'}`,
          figure: `${millions(results[reader])} M rows/s`,
          against: `in-process drain ${millions(results.drain)} M rows/s`,
          ratio: medianRatio(results[reader], results.drain),
          bar: '>= 0.5',
        });
    }
    return rows;
  } finally {
    await server.stop();
  }
}

async function perSecond(child, input) {
  const { rows, seconds } = await runChild(child, input);
  return rows / seconds;
}

function millions(values) {
  return (median(values) / 1e6).toFixed(2);
}
