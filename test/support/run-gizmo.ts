/** Runs one command of the built binary to its end. */
import { spawn } from 'node:child_process';
import { GIZMO } from './root.js';

export interface GizmoRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** With no terminal; nothing of the caller's GIZMO_ environment reaches it unless `env` says so. */
export function runGizmo(
  args: readonly string[],
  { input = '', env = {} }: { readonly input?: string | Buffer; readonly env?: Record<string, string> } = {},
): Promise<GizmoRun> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIZMO/.test(name)));
  const child = spawn(process.execPath, [GIZMO, ...args], {
    env: { ...inherited, ...env },
    detached: true, // Else the terminal of whoever runs the tests is asked for secrets.
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
