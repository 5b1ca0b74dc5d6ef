// How long a command takes from start to exit, against a bare Node that does nothing.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GIZMO, startServer } from '../support/processes.mjs';
import { alternate, median, medianRatio } from '../support/statistics.mjs';

export async function measureStartUp({ database, startUpRounds: rounds }) {
  const server = await startServer(database);
  const env = { ...process.env, XDG_RUNTIME_DIR: server.runtime };
  const run = promisify(execFile);
  await run(process.execPath, [GIZMO, 'pki', 'init', '--dir', server.runtime]);
  const certificate = join(server.runtime, 'server-ca.crt');
  const select = [GIZMO, 'client', '--port', String(server.port), '-c', 'select 1'];
  try {
    const results = await alternate(rounds, {
      node: () => timeRun(['-e', '0'], env),
      version: () => timeRun([GIZMO, '--version'], env),
      spki: () => timeRun([GIZMO, 'pki', 'spki', certificate], env),
      select: () => timeRun(select, env),
    });
    const row = (what, name, bar) => ({
      what,
      figure: `${median(results[name]).toFixed(0)} ms`,
      against: `node -e 0 ${median(results.node).toFixed(0)} ms`,
      ratio: medianRatio(results[name], results.node),
      bar,
    });
    return [
      row('gizmo --version', 'version', '<= 2'),
      row('gizmo pki spki', 'spki', '<= 2.5'),
      row("gizmo client -c 'select 1'", 'select', '<= 3'),
    ];
  } finally {
    await server.stop();
  }
}

/** Milliseconds from spawn to exit; a command that fails measures nothing. */
async function timeRun(args, env) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return performance.now() - start;
}
