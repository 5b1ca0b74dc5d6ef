/** `.help [PATTERN]` */
import type { DotCommand } from '../dot-command.js';

/** Lists the commands; `commands` is the table that this command is a part of. */
export function createHelp(commands: () => readonly DotCommand[]): DotCommand {
  return {
    name: 'help',
    aliases: ['\\?', '\\h'],
    usage: '[PATTERN]',
    summary: 'list the commands, or those with PATTERN in them',
    argumentsMin: 0,
    argumentsMax: 1,
    completes: 'commands',
    async run({ print, notify }, [pattern = '']) {
      const lines = commands()
        .map((command) => ({
          name: `.${command.name} ${command.usage}`.trim(),
          text: command.summary + (command.aliases.length === 0 ? '' : ` (also ${aliasNames(command)})`),
        }))
        .filter(({ name, text }) =>
          `${name} ${text}`.toLowerCase().includes(pattern.toLowerCase().replace(/^\./, '')),
        );
      if (lines.length === 0) return notify(`No command has "${pattern}" in its name or text.`);
      const width = Math.max(...lines.map(({ name }) => name.length));
      await print(lines.map(({ name, text }) => `${name.padEnd(width)}  ${text}\n`).join(''));
      if (pattern === '') await print(KEYS);
    },
  };
}

const KEYS = `
A statement ends with ; and may have several lines. Ctrl-C drops it, or stops it while it runs; Ctrl-D leaves.
Tab completes, the arrow keys and Ctrl-R find earlier statements.
`;

function aliasNames(command: DotCommand): string {
  return command.aliases.map((alias) => (alias.startsWith('\\') ? alias : `.${alias}`)).join(', ');
}
