/** Finds the command that a line means and runs it. */
import { GizmoError } from '../../errors.js';
import { nearest } from '../../nearest.js';
import type { DotCommand, Shell } from './dot-command.js';
import { DOT_COMMANDS } from './dot-commands.js';
import { splitWords } from './split-words.js';

/** Runs one line such as `.mode csv` or `\d people`. USAGE where it names no command or has the wrong arguments. */
export async function runDotCommand(line: string, shell: Shell): Promise<void> {
  const [name = '', ...words] = splitWords(line.trim());
  const command = findDotCommand(name);
  if (words.length < command.argumentsMin || words.length > command.argumentsMax)
    throw new GizmoError('USAGE', `Usage: ${`.${command.name} ${command.usage}`.trim()}`);
  await command.run(shell, words);
}

/** By name, by alias, or by any beginning that only one command has. */
export function findDotCommand(name: string): DotCommand {
  if (name.startsWith('\\')) {
    const command = DOT_COMMANDS.find(({ aliases }) => aliases.includes(name));
    if (command !== undefined) return command;
    throw new GizmoError('USAGE', `Unknown command ${name}. \\? lists the commands.`);
  }
  const wanted = name.slice(1).toLowerCase();
  const known = DOT_COMMANDS.flatMap((command) => dotNames(command).map((each) => ({ name: each, command })));
  const exact = known.find((each) => each.name === wanted);
  if (exact !== undefined) return exact.command;
  const begun = wanted === '' ? [] : known.filter((each) => each.name.startsWith(wanted));
  const commands = new Set(begun.map((each) => each.command));
  const [only] = commands;
  if (only !== undefined && commands.size === 1) return only;
  if (commands.size > 1)
    throw new GizmoError('USAGE', `${name} may mean ${begun.map((each) => `.${each.name}`).join(', ')}.`);
  const near = nearest(
    wanted,
    known.map((each) => each.name),
  );
  const hint = near === undefined ? '.help lists the commands.' : `Did you mean .${near}?`;
  throw new GizmoError('USAGE', `Unknown command ${name}. ${hint}`);
}

function dotNames(command: DotCommand): string[] {
  return [command.name, ...command.aliases.filter((alias) => !alias.startsWith('\\'))];
}
