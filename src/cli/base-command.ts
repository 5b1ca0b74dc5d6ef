/** What every `gizmo` command has in common: how its command line is read and how a wrong one is answered. */
import { Command } from '@oclif/core/command';
import type * as Interfaces from '@oclif/core/interfaces';
import { GizmoError } from '../errors.js';
import { nearest } from '../nearest.js';
import { normalizeArgv } from './normalize-argv.js';

/**
 * Commands extend this, read their line with `this.readLine(TheCommand)` and throw GizmoError; main.ts reports it
 * and ends the process with its exit code. A command that ends well with another code sets `process.exitCode`.
 */
export abstract class BaseCommand extends Command {
  /** Flags of which one occurrence takes two values; declare them with `multiple: true, multipleNonGreedy: true`. */
  static readonly pairFlags: readonly string[] = [];
  /** Flags the documentation of the systems Gizmo replaces knows, and this version does not have. */
  static readonly laterFlags: readonly string[] = [];

  /** Parses the command line after bringing it into oclif's form. Throws GizmoError USAGE. */
  protected async readLine<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(
    command: Interfaces.Input<F, Interfaces.OutputFlags<Interfaces.FlagInput>, A> & {
      readonly pairFlags: readonly string[];
      readonly laterFlags: readonly string[];
    },
  ): Promise<Interfaces.ParserOutput<F, Interfaces.OutputFlags<Interfaces.FlagInput>, A>> {
    const flags = command.flags ?? {};
    const argv = normalizeArgv(this.argv, flags, command.pairFlags, command.laterFlags);
    try {
      return await this.parse(command, argv);
    } catch (error) {
      throw betterThanOclif(error, Object.keys(flags));
    }
  }
}

/** oclif names unknown flags but not the one that was meant. */
function betterThanOclif(error: unknown, known: readonly string[]): unknown {
  if (!(error instanceof Error) || !('flags' in error) || !Array.isArray(error.flags)) return error;
  const unknown = error.flags.filter((flag) => typeof flag === 'string');
  if (!error.message.startsWith('Nonexistent flag') || unknown[0] === undefined) return error;
  const guess = nearest(unknown[0].replace(/^--?/, '').replace(/=.*/, ''), known);
  const hint = guess === undefined ? 'See --help.' : `Did you mean --${guess}?`;
  return new GizmoError('USAGE', `There is no flag ${unknown[0]}. ${hint}`, { cause: error });
}
