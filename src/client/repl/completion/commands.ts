/** Names and arguments of dot commands as candidates. */
import { GizmoError } from '../../../errors.js';
import type { DotCommand } from '../../meta/dot-command.js';
import { DOT_COMMANDS } from '../../meta/dot-commands.js';
import { findDotCommand } from '../../meta/run-dot-command.js';
import type { Completion } from '../completion-menu.js';
import { fileCandidates } from './files.js';
import type { TableNames } from './table-names.js';

/** Candidates at the end of `before`, the part of a command line before the cursor. */
export async function commandCandidates(
  before: string,
  names: TableNames,
  signal: AbortSignal,
): Promise<Completion> {
  const line = before.trimStart();
  const space = line.search(/\s/);
  if (space < 0) {
    const candidates = COMMAND_NAMES.filter((name) => name.startsWith(line.toLowerCase()));
    return { start: before.length - line.length, candidates };
  }
  const argument = line.slice(space).trimStart();
  const start = before.length - argument.length;
  const completes = commandNamed(line.slice(0, space))?.completes;
  if (completes === undefined) return { start, candidates: [] };
  if (completes === 'tables') return { start, candidates: await names.matching(argument, signal) };
  if (completes === 'files') return { start, candidates: await fileCandidates(argument) };
  const words = completes === 'commands' ? DOT_COMMANDS.map(({ name }) => name) : completes;
  return { start, candidates: words.filter((word) => word.startsWith(argument.toLowerCase())) };
}

const COMMAND_NAMES: readonly string[] = DOT_COMMANDS.flatMap(({ name, aliases }) => [
  `.${name}`,
  ...aliases.map((alias) => (alias.startsWith('\\') ? alias : `.${alias}`)),
]).sort();

function commandNamed(name: string): DotCommand | undefined {
  try {
    return findDotCommand(name);
  } catch (error) {
    if (error instanceof GizmoError) return undefined;
    throw error;
  }
}
