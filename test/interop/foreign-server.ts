/** A Flight server that we did not write, as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ForeignServer {
  /** For `connect`. */
  readonly location: string;
  stop(): Promise<void>;
}

/** Starts `program` in an empty folder and waits until it says where on 127.0.0.1 it listens. */
export async function startForeignServer(program: string, args: readonly string[]): Promise<ForeignServer> {
  const cwd = mkdtempSync(join(tmpdir(), 'gizmo-foreign-'));
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
    rmSync(cwd, { recursive: true, force: true });
  };
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  for await (const chunk of child.stdout) {
    said += String(chunk);
    const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port === undefined) continue;
    child.stdout.resume();
    return { location: `grpc://127.0.0.1:${port}`, stop };
  }
  await stop();
  throw new Error(`${program} did not start:\n${said}`);
}
