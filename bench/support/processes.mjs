// Starts the processes that are measured: the built server, and children that print one JSON line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './data.mjs';

export const GIZMO = join(ROOT, 'bin', 'run.js');
const PYTHON = join(ROOT, '.cache', 'venv', 'bin', 'python');

/**
 * Runs `gizmo server start` on a free port with a token of its own; `stop` waits until it is gone. Without a database
 * it is one in memory, which can be written to.
 */
export async function startServer(database, { tls = false, args = [] } = {}) {
  const runtime = mkdtempSync(join(tmpdir(), 'gizmo-bench-'));
  const folder = join(runtime, 'gizmo');
  const place = database === undefined ? [] : ['--database', database, '--readonly'];
  const rest = [...place, ...(tls ? ['--tls', 'auto'] : []), '--log-level', 'error', ...args];
  const child = spawn(
    process.execPath,
    [GIZMO, 'server', 'start', '--port', '0', '--state-dir', join(runtime, 'state'), ...rest],
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
    tls,
    runtime,
    stop,
  };
}

/** Runs `gizmo` as a user of the same machine would; answers its seconds and its largest resident size in bytes. */
export async function runGizmo(server, args) {
  const start = performance.now();
  const child = spawn(process.execPath, [GIZMO, ...args.map(String)], {
    env: { ...process.env, XDG_RUNTIME_DIR: server.runtime },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exit = once(child, 'exit');
  let rssPeak = 0;
  const timer = setInterval(() => {
    rssPeak = Math.max(rssPeak, residentPeak(child.pid));
  }, 50);
  const [code] = await exit;
  clearInterval(timer);
  if (code !== 0) throw new Error(`gizmo ${args.join(' ')} ended with ${code}`);
  return { seconds: (performance.now() - start) / 1000, rssPeak };
}

function residentPeak(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
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
