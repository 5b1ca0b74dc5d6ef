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

/** Starts `program` in an empty folder and waits until it prints where on 127.0.0.1 it listens. */
export async function startForeignServer(program: string, args: readonly string[]): Promise<ForeignServer> {
  const cwd = mkdtempSync(join(tmpdir(), 'gizmo-foreign-'));
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'close');
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    child.kill('SIGKILL');
    await gone;
    rmSync(cwd, { recursive: true, force: true });
  };
  let printed = '';
  let complained = '';
  child.stderr.on('data', (chunk) => {
    complained += String(chunk);
  });
  // Listens on after the port is known: a program that writes to a closed pipe may die of it.
  const port = await new Promise<string | undefined>((resolve) => {
    child.stdout.on('data', (chunk) => {
      printed += String(chunk);
      const found = /127\.0\.0\.1:(\d+)\s/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('close', (code, signal) => {
      resolve(undefined);
      if (!stopping) process.stderr.write(`${program} ended (${code ?? signal}):\n${printed}${complained}\n`);
    });
  });
  if (port !== undefined) return { location: `grpc://127.0.0.1:${port}`, stop };
  await stop();
  throw new Error(`${program} did not start:\n${printed}${complained}`);
}
