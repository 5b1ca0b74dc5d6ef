// The same clients (ADBC from Python) and the same statements against Gizmo and against others, alternately. Gizmo logs
// in, keeps sessions and decides rights; the Flight peers do nothing of that. PostgreSQL is asked by psycopg, as many
// threads as the others have, and by its own pgbench, in C, which costs the machine far less than any Flight client;
// DuckDB's Python package has no network at all.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import duckdb from '@duckdb/node-bindings';
import {
  PEERS_PYTHON,
  postgresPrograms,
  startGo,
  startPostgres,
  startPyarrow,
  startRoapi,
} from '../peers/start.mjs';
import { openReadOnly } from '../support/open-read-only.mjs';
import { runChild, startServer } from '../support/processes.mjs';
import { KINDS } from '../support/small-statements.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

const SQL = 'select 42 as answer';
const CLIENTS = [1, 8, 32];

export async function measurePeers({ database, statementRounds: rounds, seconds, warmUpSeconds }) {
  if (PEERS_PYTHON === undefined) {
    process.stderr.write('no peers: run bench/peers/install first\n');
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-bench-peers-'));
  const gizmo = await startServer(database);
  const others = {
    'pyarrow over DuckDB': await startPyarrow(database),
    ROAPI: await startRoapi(await exportParquet(database, folder)),
  };
  const go = await startGo(database);
  if (go !== undefined) others['Go (arrow-go, duckdb-go)'] = go;
  const programs = postgresPrograms();
  const postgres = programs === undefined ? undefined : await startPostgres(programs);
  try {
    const rows = [];
    for (const table of ['lineitem', 'flights']) {
      const job = { sql: `select * from ${table}`, warmUp: `select * from ${table} limit 500000` };
      const read = (server) => async () => {
        const { rows: count, seconds: took } = await runChild(
          'read-adbc.py',
          { server, ...job },
          PEERS_PYTHON,
        );
        return count / took;
      };
      rows.push(
        ...compare(`bulk read, ${table}`, 'rows/s', await alternate(rounds, each(read, gizmo, others))),
      );
    }
    // Each server as one that has been there, not as one whose code is still being compiled.
    for (const server of [gizmo, ...Object.values(others)])
      await runChild(
        'statements-adbc.py',
        { server, sql: SQL, clients: 8, seconds: warmUpSeconds },
        PEERS_PYTHON,
      );
    for (const clients of CLIENTS) {
      const job = { sql: SQL, clients, seconds };
      const ask = (server) => async () =>
        (await runChild('statements-adbc.py', { server, ...job }, PEERS_PYTHON)).perSecond;
      const functions = each(ask, gizmo, others);
      functions['DuckDB in Python, in process'] = async () =>
        (await runChild('statements-duckdb.py', { database, ...job }, PEERS_PYTHON)).perSecond;
      if (postgres !== undefined) {
        const { port } = postgres;
        functions['PostgreSQL by psycopg'] = async () =>
          (await runChild('statements-postgres.py', { port, ...job }, PEERS_PYTHON)).perSecond;
        functions['PostgreSQL by pgbench'] = () => pgbench(programs, postgres, job, folder);
      }
      const what = `small statements, ${clients} client${clients === 1 ? '' : 's'}`;
      rows.push(...compare(what, '/s', await alternate(rounds, functions)));
    }
    if (postgres !== undefined)
      rows.push(...(await compareCommits(programs, postgres, { rounds, seconds, folder })));
    return rows;
  } finally {
    await Promise.all([gizmo, postgres, ...Object.values(others)].map((server) => server?.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Single rows committed to a file, one a transaction: DuckDB without any server, and PostgreSQL. */
async function compareCommits(programs, postgres, { rounds, seconds, folder }) {
  const kind = 'INSERT of one row';
  const login = ['-h', '127.0.0.1', '-p', String(postgres.port), '-U', 'postgres'];
  const create = 'create table inserted(id bigint, name varchar)';
  await promisify(execFile)(join(programs, 'psql'), [...login, '-q', '-c', create, 'postgres']);
  const rows = [];
  let files = 0;
  for (const clients of CLIENTS) {
    const job = { kind, clients, seconds };
    const { duckdb: ours, pgbench: theirs } = await alternate(rounds, {
      duckdb: async () => {
        const path = join(folder, `${++files}.duckdb`);
        return (await runChild('statements-in-process.mjs', { ...job, path })).perSecond;
      },
      pgbench: () => pgbench(programs, postgres, { ...job, sql: KINDS[kind].text(1) }, folder),
    });
    rows.push({
      what: `${kind}, committed, ${clients} client${clients === 1 ? '' : 's'}`,
      figure: `DuckDB's binding in process ${Math.round(median(ours))} /s`,
      against: `PostgreSQL by pgbench ${Math.round(median(theirs))} /s`,
      ratio: medianRatio(ours, theirs),
      bar: 'as it is',
    });
  }
  return rows;
}

function each(ask, gizmo, others) {
  return Object.fromEntries([
    ['gizmo', ask(gizmo)],
    ...Object.entries(others).map(([name, server]) => [name, ask(server)]),
  ]);
}

function compare(what, unit, { gizmo, ...others }) {
  return Object.entries(others).map(([name, values]) => ({
    what: `${what}, ADBC`,
    figure: `${Math.round(median(gizmo))} ${unit}`,
    against: `${name} ${Math.round(median(values))} ${unit}`,
    ratio: medianRatio(gizmo, values),
    bar: /pyarrow|ROAPI|Go/.test(name) ? '>= 1' : 'as it is',
  }));
}

async function exportParquet(database, folder) {
  const instance = await openReadOnly(database);
  const connection = await duckdb.connect(instance);
  const files = {};
  for (const table of ['lineitem', 'flights']) {
    files[table] = join(folder, `${table}.parquet`);
    await duckdb.query(connection, `copy ${table} to '${files[table]}'`);
  }
  duckdb.disconnect_sync(connection);
  duckdb.close_sync(instance);
  return files;
}

async function pgbench(programs, { port }, { sql, clients, seconds }, folder) {
  const script = join(folder, 'statement.sql');
  writeFileSync(script, `${sql};\n`);
  const args = [
    '-n',
    '-h',
    '127.0.0.1',
    '-p',
    port,
    '-U',
    'postgres',
    '-c',
    clients,
    '-j',
    Math.min(clients, 2),
  ];
  const { stdout } = await promisify(execFile)(join(programs, 'pgbench'), [
    ...args.map(String),
    ...['-T', String(Math.max(1, Math.round(seconds))), '-f', script, 'postgres'],
  ]);
  return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
}
