// `gizmo client --format csv -o f.csv` of lineitem, its start-up and login included, against DuckDB's own COPY.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild, runGizmo, startServer } from '../support/processes.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

export async function measureCsvExport({ database, statementRounds: rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-bench-csv-'));
  const server = await startServer(database);
  const file = join(folder, 'f.csv');
  try {
    const { gizmo, copy } = await alternate(rounds, {
      copy: async () => {
        rmSync(file, { force: true });
        return (await runChild('copy-to-csv.mjs', { database, table: 'lineitem', file })).seconds;
      },
      gizmo: async () => {
        rmSync(file, { force: true });
        const args = ['client', '--port', server.port, '--format', 'csv', '-o', file, '-c', 'from lineitem'];
        return (await runGizmo(server, args)).seconds;
      },
    });
    return [
      {
        what: 'gizmo client --format csv -o, lineitem',
        figure: `${median(gizmo).toFixed(1)} s`,
        against: `COPY TO csv in process ${median(copy).toFixed(1)} s`,
        ratio: medianRatio(copy, gizmo),
        bar: '>= 0.5',
      },
    ];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
