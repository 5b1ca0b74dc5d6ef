/** `gizmo server start` as a process of its own: the built binary on a free port of loopback, found by its runtime file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GIZMO } from './root.js';

export interface GizmoServer {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The start-up token: a bearer token, and the password of `user`. */
  readonly token: string;
  /** Value of XDG_RUNTIME_DIR under which a client finds the token by itself. */
  readonly runtime: string;
  /** What the server has said on standard error so far. */
  said(): string;
  /** Ends it by SIGTERM, waits until it is gone, and answers its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts a server with `args` after `gizmo server start --port 0`; fails with its words when it does not listen.
 * Given another server it takes that one's place, port and runtime directory, once that one has stopped.
 */
export async function startGizmoServer(
  args: readonly string[] = [],
  place: Pick<GizmoServer, 'runtime' | 'port'> = {
    runtime: mkdtempSync(join(tmpdir(), 'gizmo-test-')),
    port: 0,
  },
): Promise<GizmoServer> {
  const { runtime } = place;
  mkdirSync(runtime, { recursive: true });
  const child = spawn(process.execPath, [GIZMO, 'server', 'start', '--port', String(place.port), ...args], {
    env: { ...process.env, XDG_RUNTIME_DIR: runtime },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exit = once(child, 'close');
  const { port, user, token } = await Promise.race([
    readRuntimeFile(runtime),
    exit.then(() => Promise.reject(new Error(`gizmo server start ended at once:\n${said}`))),
  ]);
  const stop = async () => {
    child.kill('SIGTERM');
    await exit;
    rmSync(runtime, { recursive: true, force: true });
    return child.exitCode;
  };
  return { pid: child.pid ?? 0, host: '127.0.0.1', port, user, token, runtime, said: () => said, stop };
}

/** The server writes `<port>.json` by rename once it listens, so a file that is seen is complete. */
async function readRuntimeFile(runtime: string): Promise<{ port: number; user: string; token: string }> {
  const folder = join(runtime, 'gizmo');
  const watcher = watch(runtime, { recursive: true });
  try {
    for (;;) {
      const names = existsSync(folder) ? readdirSync(folder) : [];
      const name = names.find((file) => /^\d+\.json$/.test(file));
      if (name !== undefined) return JSON.parse(readFileSync(join(folder, name), 'utf8'));
      await once(watcher, 'change');
    }
  } finally {
    watcher.close();
  }
}
