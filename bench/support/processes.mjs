// Starts the processes that are measured: the built server, and children that print one JSON line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './data.mjs';

export const GIZMO = join(ROOT, 'bin', 'run.js');
const PYTHON = join(ROOT, '.cache', 'venv', 'bin', 'python');

/** Runs `gizmo server start` on a free port with a token of its own; `stop` waits until it is gone. */
export async function startServer(database) {
  const runtime = mkdtempSync(join(tmpdir(), 'gizmo-bench-'));
  const folder = join(runtime, 'gizmo');
  const child = spawn(
    process.execPath,
    [GIZMO, 'server', 'start', '--port', '0', '--database', database, '--readonly', '--log-level', 'error'],
    { env: { ...process.env, XDG_RUNTIME_DIR: runtime }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const exit = once(child, 'exit');
  const info = await Promise.race([
    readRuntimeFile(runtime, folder),
    exit.then(() => Promise.reject(new Error(`gizmo server start ended at once:\n${said}`))),
  ]);
  const stop = async () => {
    child.kill('SIGTERM');
    await exit;
    rmSync(runtime, { recursive: true, force: true });
  };
  return {
    pid: child.pid,
    host: '127.0.0.1',
    port: info.port,
    user: info.user,
    token: info.token,
    runtime,
    stop,
  };
}

/** Runs bench/child/`name` with one JSON argument and answers the JSON of its last line. */
export async function runChild(name, input, python = PYTHON) {
  const program = name.endsWith('.py') ? python : process.execPath;
  const child = spawn(program, [join(ROOT, 'bench', 'child', name), JSON.stringify(input)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '64' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`bench/child/${name} ended with ${code}`);
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** Whether the Python clients are installed; their rows are left out otherwise. */
export function hasPython() {
  return existsSync(PYTHON);
}

/** The server writes `<port>.json` once it listens, by rename, so that a file seen is a file complete. */
async function readRuntimeFile(runtime, folder) {
  const watcher = watch(runtime, { recursive: true });
  try {
    for (;;) {
      const name = existsSync(folder)
        ? readdirSync(folder).find((file) => /^\d+\.json$/.test(file))
        : undefined;
      if (name !== undefined) return JSON.parse(readFileSync(join(folder, name), 'utf8'));
      await once(watcher, 'change');
    }
  } finally {
    watcher.close();
  }
}
