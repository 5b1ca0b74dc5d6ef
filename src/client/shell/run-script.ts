/** Runs what a command line names, in its order: texts, files, standard input. */
import { createReadStream } from 'node:fs';
import { GizmoError } from '../../errors.js';
import { describeFileError } from './file-error.js';
import { readScript } from './script-input.js';
import type { ShellSession } from './shell-session.js';

/**
 * Rejects with the first error where the session bails; otherwise errors are reported as they come and the code of
 * the latest is the answer. Standard output carries results only, so statements without rows print nothing.
 */
export async function runScript(
  session: ShellSession,
  steps: readonly ScriptStep[],
  stdin: NodeJS.ReadStream,
): Promise<number> {
  let exitCode = 0;
  for (const step of steps) {
    for await (const text of readStep(step, stdin)) {
      exitCode = await session.runText(text);
      if (session.exitCode !== undefined) return session.exitCode;
    }
  }
  return exitCode;
}

export type ScriptStep =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' };

async function* readStep(
  step: ScriptStep,
  stdin: NodeJS.ReadStream,
): AsyncGenerator<string, void, undefined> {
  switch (step.kind) {
    case 'text':
      yield step.text;
      return;
    case 'stdin':
      stdin.setEncoding('utf8');
      yield* readScript(stdin, 'Standard input');
      return;
    case 'file':
      try {
        yield* readScript(createReadStream(step.path, 'utf8'), `"${step.path}"`);
      } catch (error) {
        if (error instanceof GizmoError || !isSystemError(error)) throw error;
        throw new GizmoError('USAGE', `Cannot read "${step.path}": ${describeFileError(error)}.`, {
          cause: error,
        });
      }
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
