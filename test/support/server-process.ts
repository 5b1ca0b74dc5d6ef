/** `gizmo server start` as a process, with any ways in: known by the line that says where it listens. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { GIZMO } from './root.js';

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** All it has written so far. */
  said(): string;
  /** Ends it, by SIGTERM unless told otherwise, and answers its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts it on a free port with `args`; fails with its words when it does not listen. */
export async function startServerProcess(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [GIZMO, 'server', 'start', '--port', '0', ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const port = await new Promise<number>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk;
      const match = /listens on grpc\+t(?:cp|ls):\/\/127\.0\.0\.1:(\d+)/.exec(said);
      if (match !== null) resolve(Number(match[1]));
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', () => reject(new Error(`it ended:\n${said}`)));
  });
  return {
    pid: child.pid ?? 0,
    port,
    said: () => said,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      if (child.exitCode === null) await once(child, 'close');
      return child.exitCode;
    },
  };
}
