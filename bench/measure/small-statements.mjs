// Small statements a second, at 1, 8 and 32 clients, against the same number of connections of the bare binding.
import { runChild, startServer } from '../support/processes.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

export async function measureSmallStatements({ database, rounds, seconds }) {
  const server = await startServer(database);
  try {
    const rows = [];
    for (const clients of [1, 8, 32]) {
      const job = { sql: 'select 42 as answer', clients, seconds };
      const results = await alternate(rounds, {
        binding: async () => (await runChild('statements-in-process.mjs', { ...job, database })).perSecond,
        gizmo: async () => (await runChild('statements-gizmo.mjs', { ...job, server })).perSecond,
      });
      rows.push({
        what: `small statements, ${clients} client${clients === 1 ? '' : 's'}`,
        figure: `${Math.round(median(results.gizmo))} /s`,
        against: `binding in process ${Math.round(median(results.binding))} /s`,
        ratio: medianRatio(results.gizmo, results.binding),
        bar: '>= 0.5',
      });
    }
    return rows;
  } finally {
    await server.stop();
  }
}
