// Starts what Gizmo is compared with, each over the same data on a port of its own. A peer that bench/peers/install
// has not set up is left out.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../support/data.mjs';

const BIN = join(ROOT, '.cache', 'peers', 'bin');
const START_MS = 60_000;

/** The interpreter of the peers' packages; undefined where they are not set up. */
export const PEERS_PYTHON = existsSync(join(BIN, 'python')) ? join(BIN, 'python') : undefined;

/** pyarrow's Flight server over DuckDB's Python package, on the same database file. */
export async function startPyarrow(database) {
  const child = spawn(PEERS_PYTHON, [join(ROOT, 'bench', 'peers', 'duckdb_flight.py'), database], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout, 'data');
  return flightServer(child, Number(port));
}

/** The Go Flight SQL server of duckdb-flight-sql/ on the same database file; undefined where it was not built. */
export async function startGo(database) {
  const program = join(BIN, 'duckdb-flight-sql');
  if (!existsSync(program)) return undefined;
  const child = spawn(program, [database], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [address] = await once(child.stdout, 'data');
  return flightServer(child, Number(String(address).trim().split(':').at(-1)));
}

/** ROAPI (DataFusion in Rust) over the tables as Parquet files. */
export async function startRoapi(parquet) {
  const [flight, http, postgres] = [await freePort(), await freePort(), await freePort()];
  const ports = ['--addr-flight-sql', flight, '--addr-http', http, '--addr-postgres', postgres];
  const child = spawn(
    join(BIN, 'roapi'),
    [
      ...ports.map((part) => (typeof part === 'number' ? `127.0.0.1:${part}` : part)),
      ...Object.entries(parquet).flatMap(([table, path]) => ['-t', `${table}=${path}`]),
    ],
    { stdio: 'ignore' },
  );
  const server = flightServer(child, flight);
  for (const end = Date.now() + START_MS; !(await listens(flight)); await delay(200))
    if (Date.now() > end || child.exitCode !== null) throw new Error('ROAPI did not start.');
  return server;
}

/** The folder of PostgreSQL's programs, if it is installed; they refuse to be run by root. */
export function postgresPrograms() {
  const folder = '/usr/lib/postgresql';
  const version = existsSync(folder) ? readdirSync(folder).sort().at(-1) : undefined;
  return version === undefined ? undefined : join(folder, version, 'bin');
}

/** A PostgreSQL of its own with one empty database, run by the user `postgres` where we are root. */
export async function startPostgres(programs) {
  const data = mkdtempSync(join(tmpdir(), 'gizmo-bench-postgres-'));
  const root = userInfo().uid === 0;
  if (root) execFileSync('chown', ['postgres', data]);
  const run = (name, args) => {
    const [file, rest] = root
      ? ['runuser', ['-u', 'postgres', '--', join(programs, name), ...args]]
      : [join(programs, name), args];
    execFileSync(file, rest, { stdio: ['ignore', 'ignore', 'inherit'], cwd: tmpdir() });
  };
  const port = await freePort();
  run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust']);
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`;
  run('pg_ctl', ['-D', data, '-o', options, '-l', join(data, 'log'), '-w', 'start']);
  return {
    port,
    async stop() {
      run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function flightServer(child, port) {
  return {
    host: '127.0.0.1',
    port,
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

async function listens(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
