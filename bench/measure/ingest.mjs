// Bulk ingest over loopback against the appender in process: both put rows that are in memory into a table in memory.
import { hasPython, runChild, startServer } from '../support/processes.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

export async function measureIngest({ database, rows: all, statementRounds: rounds }) {
  const source = await startServer(database);
  const target = await startServer(undefined);
  const rows = Math.min(all, 1_000_000);
  const job = { rows, copies: all / rows };
  const seconds = async (child, input) => (await runChild(child, { ...job, ...input })).seconds;
  try {
    const writers = {
      appender: () => seconds('ingest-in-process.mjs', { database }),
      'our client': () => seconds('ingest-gizmo.mjs', { source, target }),
    };
    if (hasPython()) writers['ADBC from Python'] = () => seconds('ingest-adbc.py', { source, target });
    const { appender, ...others } = await alternate(rounds, writers);
    return Object.entries(others).map(([name, times]) => ({
      what: `bulk ingest, lineitem, ${name}`,
      figure: `${(all / median(times) / 1e6).toFixed(2)} M rows/s`,
      against: `appender in process ${(all / median(appender) / 1e6).toFixed(2)} M rows/s`,
      ratio: medianRatio(appender, times),
      bar: '>= 0.7',
    }));
  } finally {
    await Promise.all([source.stop(), target.stop()]);
  }
}
