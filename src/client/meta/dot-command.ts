/** What a dot command is, and what it may use of the shell. */
import type { CallOptions, FlightSqlClient } from '../flight-sql-client.js';
import type { ResultStream } from '../result/result.js';
import type { OutputTarget } from '../shell/output-target.js';
import type { ShellSettings } from '../shell/shell-settings.js';

export interface DotCommand {
  /** Without the dot. */
  readonly name: string;
  /** Other names: with `\` as psql spells them, else without the dot. */
  readonly aliases: readonly string[];
  /** Arguments as .help shows them; `[…]` are optional. */
  readonly usage: string;
  readonly summary: string;
  readonly argumentsMin: number;
  readonly argumentsMax: number;
  /** What Tab offers for the first argument. */
  readonly completes?: 'files' | 'tables' | 'commands' | readonly string[];
  /** Throws a GizmoError whose message the user reads. */
  run(shell: Shell, words: readonly string[]): Promise<void> | void;
}

/** Functions, not methods: commands take what they need out of it. */
export interface Shell {
  /** The connection as it is, perhaps lost. */
  readonly client: FlightSqlClient;
  /** The connection to ask something of, made again where it was lost. */
  readonly connected: () => Promise<FlightSqlClient>;
  /** Carries the signal that Ctrl-C aborts. */
  readonly call: CallOptions;
  readonly settings: ShellSettings;
  readonly output: OutputTarget;
  /** Writes to where results go. */
  readonly print: (text: string) => Promise<void>;
  /** Writes a line that is no result. */
  readonly notify: (text: string) => Promise<void>;
  /** Runs one statement and renders its result. */
  readonly runStatement: (sql: string) => Promise<void>;
  readonly render: (result: ResultStream) => Promise<void>;
  /** Runs a file of statements and dot commands. */
  readonly runFile: (path: string) => Promise<void>;
  /** Leaves after this command. */
  readonly quit: (exitCode: number) => void;
}
