/** Runs one command line through oclif, which knows the commands and writes the help. */
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { EXIT } from '../errors.js';
import { nearest } from '../nearest.js';
import { writeError } from './report-error.js';
import { runMain } from './run-main.js';

/** Never rejects; ends the process when the command is done and its output is written. */
export function main(argv: readonly string[]): Promise<never> {
  return runMain(() => runCommand(argv));
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FROM_SOURCE = import.meta.url.endsWith('.ts');

// In a clone with NODE_ENV=test or development oclif would run src/ through tsx instead of what was built.
settings.enableAutoTranspile = false;

async function runCommand(words: readonly string[]): Promise<number> {
  const config = await loadConfig();
  const argv = asHelp(words, config);
  const unknown = unknownCommand(argv, config);
  if (unknown !== undefined) return reportUnknownCommand(unknown, config);
  await run(joinCommand(argv, config), config);
  return Number(process.exitCode ?? EXIT.ok);
}

/** From source there is no manifest, and the commands lie in src/. */
async function loadConfig(): Promise<Config> {
  const config = await Config.load({ root: ROOT });
  if (!FROM_SOURCE) return config;
  const pjson = { ...config.pjson, oclif: { ...config.pjson.oclif, commands: './src/commands' } };
  return Config.load({ root: ROOT, pjson, ignoreManifest: true });
}

/**
 * `gizmo help x`, `gizmo -h` and plain `gizmo` mean `--help`, and so does `-h` of all commands but those whose host it is;
 * whoever gives the server a value with it means that, too.
 */
function asHelp(argv: readonly string[], config: Config): readonly string[] {
  const [first, ...others] = argv;
  if (first === 'help') return [...others, '--help'];
  if (first === undefined || first === '-h') return ['--help'];
  const command = config.findCommand(`${first}:${others[0]}`) ?? config.findCommand(first);
  if (Object.values(command?.flags ?? {}).some(({ char }) => char === 'h')) return argv;
  const isValue = (word = '-') => !word.startsWith('-');
  const isHost = (index: number) => first === 'server' && isValue(argv[index + 1]);
  return argv.map((word, index) => (word === '-h' && !isHost(index) ? '--help' : word));
}

/** The words that name no command or topic; undefined where they do, or where only help is asked for. */
function unknownCommand(argv: readonly string[], config: Config): string | undefined {
  const [first] = argv;
  if (first === undefined || first === '--help') return undefined;
  if (config.findCommand(first) !== undefined) return undefined;
  if (config.findTopic(first) === undefined) return first;
  const second = argv[1];
  if (second === undefined || second === '--help') return undefined;
  if (second.startsWith('-')) return second;
  return (config.findCommand(`${first}:${second}`) ?? config.findTopic(`${first}:${second}`))
    ? undefined
    : `${first} ${second}`;
}

/** `server start x` as `server:start x`: oclif would look for a command of all three words. */
function joinCommand(argv: readonly string[], config: Config): string[] {
  const [first, second, ...others] = argv;
  const id = `${first}:${second}`;
  return config.findCommand(id) === undefined ? [...argv] : [id, ...others];
}

/** `client, pki …, quickstart`: of a topic with several commands the topic alone. */
function abridge(commands: readonly string[]): string {
  const topics = commands.map((name) => name.split(' ')[0] ?? name);
  const shown = commands.map((name, index) => {
    const topic = topics[index] ?? name;
    return topics.filter((each) => each === topic).length === 1 ? name : `${topic} …`;
  });
  return [...new Set(shown)].join(', ');
}

function reportUnknownCommand(name: string, config: Config): number {
  const known = config.commandIDs.map((id) => id.replaceAll(':', ' '));
  if (name.startsWith('-')) {
    const flag = name.replace(/=.*/s, '');
    writeError(`Flags such as ${flag} go after a command (${abridge(known)}). See gizmo --help.`);
    return EXIT.usage;
  }
  const guess = nearest(name, known);
  const hint = guess === undefined ? 'See gizmo --help.' : `Did you mean "gizmo ${guess}"?`;
  writeError(`There is no command "${name}". ${hint}`);
  return EXIT.usage;
}
