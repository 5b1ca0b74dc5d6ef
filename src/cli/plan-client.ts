/** What `gizmo client` is to do, from its command line, the environment and the terminal. */
import { existsSync } from 'node:fs';
import { GizmoError } from '../errors.js';
import { formatOfFile } from '../file-format.js';
import { CLIENT_FLAGS, type ClientFlag, LATER_CLIENT_FLAGS } from './client-flags.js';
import { colorsOn } from './color.js';
import type { ConnectionPlan } from './connection-plan.js';
import { isConnectionUri } from './connection-uri.js';
import { watchInterrupts } from './interrupts.js';
import { passwordArgument } from './normalize-argv.js';
import { type ParsedLine, parseLine } from './parse-line.js';
import { planConnection } from './plan-connection.js';
import { writeError } from './report-error.js';
import { historyPath, initPath } from './user-paths.js';

/**
 * Asks for the password where that is needed; connects nowhere.
 * @throws GizmoError USAGE for a command line that makes no sense, UNAUTHENTICATED where a password is missing
 */
export async function planClient(argv: readonly string[]): Promise<ClientPlan> {
  const line = parseLine(argv, CLIENT_FLAGS, LATER_CLIENT_FLAGS);
  const { env, stdin, stdout, stderr } = process;
  const [uri, surplus] = line.args;
  refusePasswordArgument(line);
  if (surplus !== undefined)
    throw new GizmoError('USAGE', `Unexpected argument: ${surplus}. SQL goes after -c.`);
  const format = chooseFormat(line);
  const given = collectSteps(line);
  const isShell = given.length === 0 && stdin.isTTY === true && stdout.isTTY === true;
  const steps: readonly Step[] = given.length > 0 ? given : [{ kind: 'stdin' }];
  const outputPath = line.text('output');
  if (isShell && outputPath !== undefined)
    throw new GizmoError('USAGE', '-o goes with -c, -f or SQL on standard input; in the shell use .output.');
  if (line.isOn('password-stdin') === true && (isShell || steps.some(({ kind }) => kind === 'stdin')))
    throw new GizmoError('USAGE', 'Standard input cannot be both the password and the SQL; use -c or -f.');
  if (format === 'arrow' && stdout.isTTY && outputPath === undefined)
    throw new GizmoError('USAGE', 'Arrow is binary: name a file with -o, or redirect the output.');
  const ownInit = isShell && line.isOn('no-init') !== true ? ifPresent(initPath(env)) : undefined;
  const init = line.text('init') ?? ownInit;

  const { connection, reconnection } = await planConnection(line, uri, env);
  const interrupts = watchInterrupts();
  if (isShell) interrupts.dispose(); // The shell has its own idea of Ctrl-C.
  const tuplesOnly = line.isOn('tuples-only') === true;
  const color = colorsOn(stdout);
  return {
    connection,
    reconnection,
    steps: init === undefined ? steps : [{ kind: 'file', path: init }, ...steps],
    format,
    settings: {
      header: line.isOn('no-header') !== true && !tuplesOnly,
      footer: !tuplesOnly,
      nullText: line.text('null-string'),
      echo: line.isOn('echo') === true,
      bail: line.isOn('bail') ?? !isShell,
    },
    quiet: line.isOn('quiet') === true,
    signal: interrupts.signal,
    reportError: (error) => writeError(error.message),
    ...(outputPath === undefined ? {} : { outputPath }),
    ...(stdout.isTTY ? { terminal: () => ({ columns: stdout.columns || 80, color }) } : {}),
    ...(isShell
      ? {
          shell: {
            historyPath: historyPath(env),
            color,
            errorColor: colorsOn(stderr),
            dumb: env.TERM === 'dumb',
            ...(init === undefined ? {} : { initFile: init }),
          },
        }
      : {}),
  };
}

/** Everything `runClient` of src/client wants to know. */
export interface ClientPlan {
  readonly connection: ConnectionPlan;
  /** After the server was lost; its start-up token, or the stored login, may be another one then. */
  readonly reconnection: () => Promise<ConnectionPlan>;
  readonly steps: readonly Step[];
  /** Name or alias of a format, not checked yet. */
  readonly format: string;
  readonly settings: {
    readonly header: boolean;
    readonly footer: boolean;
    readonly nullText: string | undefined;
    readonly echo: boolean;
    readonly bail: boolean;
  };
  readonly quiet: boolean;
  readonly signal: AbortSignal;
  readonly reportError: (error: GizmoError) => void;
  readonly outputPath?: string;
  readonly terminal?: () => { readonly columns: number; readonly color: boolean };
  readonly shell?: {
    readonly historyPath: string;
    readonly color: boolean;
    readonly errorColor: boolean;
    readonly dumb: boolean;
    readonly initFile?: string;
  };
}

type Line = ParsedLine<ClientFlag>;

type Step =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' };

/** The steps of `-c` and `-f` in the order they stand on the command line; `-` is standard input. */
export function collectSteps(line: Line): Step[] {
  return line.occurrences.flatMap(({ name, value }): Step[] => {
    if (name !== 'command' && name !== 'file') return [];
    if (value === '-') return [{ kind: 'stdin' }];
    return [name === 'command' ? { kind: 'text', text: value } : { kind: 'file', path: value }];
  });
}

/** The format that is asked for by name, by shorthand, by `-A`, or by the ending of the output file; else box. */
export function chooseFormat(line: Line): string {
  const named = [line.text('format'), ...SHORTHANDS.filter((name) => line.isOn(name) === true)];
  const [first, second] = named.filter((name) => name !== undefined);
  if (second !== undefined)
    throw new GizmoError('USAGE', `There can be one format, not both ${first} and ${second}.`);
  if (first !== undefined) return first;
  if (line.isOn('no-align') === true) return 'list';
  return formatOfFile(line.text('output') ?? '', '--output', '--format');
}

const SHORTHANDS = ['csv', 'json', 'table', 'box', 'markdown'] as const;

function refusePasswordArgument(line: Line): void {
  if (line.isOn('password') === true && !line.args.every(isConnectionUri)) throw passwordArgument();
}

function ifPresent(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}
