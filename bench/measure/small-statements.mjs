// Small statements a second, at 1, 8 and 32 clients, against the same number of connections of the bare binding; and
// what four bulk reads do to them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild, startServer } from '../support/processes.mjs';
import { INIT, KINDS } from '../support/small-statements.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

export async function measureSmallStatements({ seconds, warmUpSeconds, statementRounds: rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-bench-small-'));
  const args = ['--database', join(folder, 'served.duckdb'), '--init-sql-commands', INIT];
  const server = await startServer(undefined, { args });
  let files = 0;
  const rows = [];
  try {
    // A server that has just started compiles for as long as this; what is measured is one that has been there.
    await runChild('statements-gizmo.mjs', { server, kind: 'select 42', clients: 8, seconds: warmUpSeconds });
    for (const kind of Object.keys(KINDS))
      for (const clients of [1, 8, 32]) {
        const job = { kind, clients, seconds };
        const results = await alternate(rounds, {
          binding: () =>
            runChild('statements-in-process.mjs', { ...job, path: join(folder, `${++files}.duckdb`) }),
          gizmo: () => runChild('statements-gizmo.mjs', { ...job, server }),
        });
        rows.push({
          what: `${kind}, ${clients} client${clients === 1 ? '' : 's'}`,
          figure: describe(results.gizmo),
          against: `binding in process ${describe(results.binding)}`,
          ratio: medianRatio(
            results.gizmo.map(({ perSecond }) => perSecond),
            results.binding.map(({ perSecond }) => perSecond),
          ),
          bar: clients === 1 ? '>= 0.5' : 'rising',
        });
      }
    return rows;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `select 42` of one client while four others read all of lineitem, against the same alone. */
export async function measureBesideBulkReads({ database, seconds, warmUpSeconds }) {
  const server = await startServer(database);
  try {
    const ask = () => runChild('statements-gizmo.mjs', { server, kind: 'select 42', clients: 1, seconds });
    await runChild('statements-gizmo.mjs', { server, kind: 'select 42', clients: 1, seconds: warmUpSeconds });
    const alone = await ask();
    const sql = 'from lineitem';
    const reads = Promise.all(
      Array.from({ length: 4 }, () => runChild('read-gizmo.mjs', { server, sql, warmUp: 'select 1' })),
    );
    const beside = await ask();
    await reads;
    return [
      {
        what: 'p99 of select 42 beside four bulk reads',
        figure: `${beside.p99.toFixed(1)} ms (p50 ${beside.p50.toFixed(1)})`,
        against: `alone ${alone.p99.toFixed(1)} ms (p50 ${alone.p50.toFixed(1)})`,
        ratio: beside.p99 / alone.p99,
        bar: '<= 2',
      },
    ];
  } finally {
    await server.stop();
  }
}

function describe(results) {
  const of = (name) => median(results.map((result) => result[name]));
  return `${Math.round(of('perSecond'))} /s, p50 ${of('p50').toFixed(1)}, p99 ${of('p99').toFixed(1)} ms`;
}
