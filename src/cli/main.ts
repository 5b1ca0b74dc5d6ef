/** Runs one command line through oclif, which knows the commands and writes the help. */
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import { EXIT } from '../errors.js';
import { nearest } from '../nearest.js';
import { runMain } from './run-main.js';

/** Never rejects; ends the process when the command is done and its output is written. */
export function main(argv: readonly string[]): Promise<never> {
  return runMain(() => runCommand(asHelp(argv)));
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FROM_SOURCE = import.meta.url.endsWith('.ts');

async function runCommand(argv: readonly string[]): Promise<number> {
  const config = await loadConfig();
  const unknown = unknownCommand(argv, config);
  if (unknown !== undefined) return reportUnknownCommand(unknown, config);
  await run([...argv], config);
  return Number(process.exitCode ?? EXIT.ok);
}

/** From source there is no manifest, and the commands lie in src/. */
async function loadConfig(): Promise<Config> {
  const config = await Config.load({ root: ROOT });
  if (!FROM_SOURCE) return config;
  const pjson = { ...config.pjson, oclif: { ...config.pjson.oclif, commands: './src/commands' } };
  return Config.load({ root: ROOT, pjson, ignoreManifest: true });
}

/** `gizmo help x`, `gizmo -h` and plain `gizmo` mean `--help`; below a command `-h` is free for the host. */
function asHelp(argv: readonly string[]): readonly string[] {
  const [first, ...others] = argv;
  if (first === 'help') return [...others, '--help'];
  return first === undefined || first === '-h' ? ['--help'] : argv;
}

/** The words that name no command or topic; undefined where they do, or where only help is asked for. */
function unknownCommand(argv: readonly string[], config: Config): string | undefined {
  const [first] = argv;
  if (first === undefined || first.startsWith('-')) return undefined;
  if (config.findCommand(first) !== undefined) return undefined;
  if (config.findTopic(first) === undefined) return first;
  const second = argv[1];
  if (second === undefined || second.startsWith('-')) return undefined;
  return (config.findCommand(`${first}:${second}`) ?? config.findTopic(`${first}:${second}`))
    ? undefined
    : `${first} ${second}`;
}

function reportUnknownCommand(name: string, config: Config): number {
  const known = config.commandIDs.map((id) => id.replaceAll(':', ' '));
  const guess = nearest(name, known);
  const hint = guess === undefined ? 'See gizmo --help.' : `Did you mean "gizmo ${guess}"?`;
  process.stderr.write(`Error: There is no command "${name}". ${hint}\n`);
  return EXIT.usage;
}
