// How long a client waits for the first rows of a large result, against DuckDB's first chunk in process.
import { runChild, startServer } from '../support/processes.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

export async function measureFirstRow({ database }) {
  const server = await startServer(database);
  try {
    const job = { sql: 'from lineitem', warmUp: 'from lineitem limit 300000', times: 20 };
    const { gizmo, binding } = await alternate(3, {
      binding: async () => (await runChild('first-row.mjs', { database, ...job })).milliseconds,
      gizmo: async () => (await runChild('first-row.mjs', { server, ...job })).milliseconds,
    });
    return [
      {
        what: 'first rows of lineitem',
        figure: `${median(gizmo).toFixed(1)} ms`,
        against: `first chunk in process ${median(binding).toFixed(1)} ms`,
        ratio: medianRatio(gizmo, binding),
        bar: '<= 2',
      },
    ];
  } finally {
    await server.stop();
  }
}
