// Small statements a second, at 1, 8 and 32 clients, against the same number of connections of the bare binding; and
// what four bulk reads do to them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild, startServer } from '../support/processes.mjs';
import { INIT, KINDS } from '../support/small-statements.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

/**
 * Seconds before anything is counted, of both sides: what is compared is a client that is there. One that has just
 * started takes four times the CPU a statement, and some 2,500 statements until V8 has compiled what it runs; the bare
 * binding takes none.
 */
const CLIENT_WARM_UP_S = 3;

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
        const job = { kind, clients, seconds, warmUp: CLIENT_WARM_UP_S };
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

/**
 * `select 42` of one client while four others read all of lineitem, against the same alone. Beside it the same in one
 * process without a server: no server can do better than the machine and DuckDB leave it.
 */
export async function measureBesideBulkReads({ database, rounds, seconds, warmUpSeconds }) {
  const server = await startServer(database);
  const sql = 'from lineitem';
  const ask = (duration = seconds) =>
    runChild('statements-gizmo.mjs', { server, kind: 'select 42', clients: 1, seconds: duration });
  const askBesideReads = async () => {
    const reads = Promise.all(
      Array.from({ length: 4 }, () => runChild('read-gizmo.mjs', { server, sql, warmUp: 'select 1' })),
    );
    const beside = await ask();
    await reads;
    return beside;
  };
  try {
    await ask(warmUpSeconds);
    const { alone, beside, binding } = await alternate(rounds, {
      alone: () => ask(),
      beside: askBesideReads,
      binding: () => runChild('beside-drains.mjs', { database, sql, seconds }),
    });
    const p99 = ({ p99 }) => p99;
    const ratioInProcess = medianRatio(
      binding.map((one) => one.beside.p99),
      binding.map((one) => one.alone.p99),
    );
    const inProcess = `in process ${ratioInProcess.toFixed(2)} times: ${times(binding.map((one) => one.beside))} and ${times(binding.map((one) => one.alone))}`;
    return [
      {
        what: 'p99 of select 42 beside four bulk reads',
        figure: times(beside),
        against: `alone ${times(alone)}; ${inProcess}`,
        ratio: medianRatio(beside.map(p99), alone.map(p99)),
        bar: '<= 2',
      },
    ];
  } finally {
    await server.stop();
  }
}

function times(results) {
  const of = (name) => median(results.map((result) => result[name])).toFixed(1);
  return `${of('p99')} ms (p50 ${of('p50')})`;
}

function describe(results) {
  const of = (name) => median(results.map((result) => result[name]));
  return `${Math.round(of('perSecond'))} /s, p50 ${of('p50').toFixed(1)}, p99 ${of('p99').toFixed(1)} ms`;
}
