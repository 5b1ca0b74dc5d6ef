/** What every `gizmo` command has in common: how its command line is read and how a wrong one is answered. */
import { Command } from '@oclif/core/command';
import type * as Interfaces from '@oclif/core/interfaces';
import { GizmoError } from '../errors.js';
import { normalizeArgv } from './normalize-argv.js';
import { unknownFlag } from './unknown-flag.js';

/**
 * Commands extend this, read their line with `this.readLine(TheCommand)` and throw GizmoError; main.ts reports it
 * and ends the process with its exit code. A command that ends well with another code sets `process.exitCode`.
 */
export abstract class BaseCommand extends Command {
  /** Flags of which one occurrence takes two values; declare them with `multiple: true, multipleNonGreedy: true`. */
  static readonly pairFlags: readonly string[] = [];
  /** Flags the documentation of the systems Gizmo replaces knows, and this version does not have. */
  static readonly laterFlags: readonly string[] = [];
  /** Where a word belongs that the command does not take, as a sentence. */
  static readonly argumentHint: string = 'See --help.';

  /** Parses the command line after bringing it into oclif's form. Throws GizmoError USAGE. */
  protected async readLine<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(
    command: Interfaces.Input<F, Interfaces.OutputFlags<Interfaces.FlagInput>, A> & {
      readonly pairFlags: readonly string[];
      readonly laterFlags: readonly string[];
      readonly argumentHint: string;
    },
  ): Promise<Interfaces.ParserOutput<F, Interfaces.OutputFlags<Interfaces.FlagInput>, A>> {
    const flags = command.flags ?? {};
    const argv = normalizeArgv(this.argv, flags, command.pairFlags, command.laterFlags);
    try {
      return await this.parse(command, argv);
    } catch (error) {
      throw betterThanOclif(error, flags, command.argumentHint);
    }
  }
}

/** The sentences of parseLine for what oclif's parser says in its own way, without the flag or word that was meant. */
function betterThanOclif(
  error: unknown,
  known: Parameters<typeof unknownFlag>[1],
  argumentHint: string,
): unknown {
  if (!(error instanceof Error)) return error;
  const sentence = restate(error.message, argumentHint);
  if (sentence !== undefined) return new GizmoError('USAGE', sentence, { cause: error });
  if (!('flags' in error) || !Array.isArray(error.flags)) return error;
  const unknown = error.flags.filter((flag) => typeof flag === 'string');
  if (!error.message.startsWith('Nonexistent flag') || unknown[0] === undefined) return error;
  return unknownFlag(unknown[0], known, error);
}

function restate(message: string, argumentHint: string): string | undefined {
  const valueless = /^Flag (--\S+) expects a value/.exec(message);
  if (valueless !== null) return `${valueless[1]} needs a value.`;
  const surplus = /^Unexpected arguments?: .*/.exec(message);
  if (surplus !== null) return `${surplus[0]}. ${argumentHint}`;
  const number = NOT_INTEGER.exec(message);
  if (number === null) return undefined;
  const [, flag, side, bound, given] = number;
  const range = side === undefined ? '' : ` of at ${side === 'less' ? 'most' : 'least'} ${bound}`;
  return `${flag} is a whole number${range}, not "${given}".`;
}

const NOT_INTEGER =
  /^Parsing (--\S+)\s+Expected an integer(?: (less|greater) than or equal to (\S+))? but received: (.*)/;
