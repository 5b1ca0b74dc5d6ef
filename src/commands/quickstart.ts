import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.js';
import { colorsOn } from '../cli/color.js';
import { programCall } from '../cli/program-call.js';
import { userRuntimeDirectory } from '../cli/runtime-directory.js';
import { isDumbTerminal, userHistoryPath } from '../cli/user-terminal.js';

export default class Quickstart extends BaseCommand {
  static override summary = 'load files into a private server and open a shell on it';
  static override description =
    `Starts a server on this machine, loads each CSV, Parquet, JSON or Arrow file as a table named after it, or opens a
DuckDB file, and opens the shell. Without a file two sample tables are there: penguins and seattle_weather. Where
standard input is no terminal, the SQL in it runs, or a few sample queries; with -c that SQL and no other. Nothing is
left behind.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> sales.parquet regions.csv',
    `<%= config.bin %> <%= command.id %> sales.parquet -c 'select count(*) from sales' --format csv`,
    `echo 'select count(*) from sales;' | <%= config.bin %> <%= command.id %> sales.parquet --format csv`,
  ];
  static override strict = false;
  static override args = {
    files: Args.string({ ignoreStdin: true, name: 'FILE', description: 'file to load or database to open' }),
  };
  static override flags = {
    command: Flags.string({
      char: 'c',
      summary: 'run SQL and exit; repeatable',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'SQL',
    }),
    format: Flags.string({ summary: 'how results look, such as box, csv or json (default box)' }),
    port: Flags.integer({
      summary: 'port to listen on (default any free one)',
      default: 0,
      min: 0,
      max: 65_535,
    }),
  };

  override async run(): Promise<void> {
    const { flags, argv } = await this.readLine(Quickstart);
    const [{ runQuickstart }, { parseFormat }] = await Promise.all([
      import('../quickstart/run-quickstart.js'),
      import('../client/render/renderer.js'),
    ]);
    process.exitCode = await runQuickstart({
      files: argv.map(String),
      port: flags.port,
      commands: flags.command ?? [],
      format: flags.format === undefined ? undefined : parseFormat(flags.format),
      program: programCall(),
      runtimeDirectory: userRuntimeDirectory(),
      historyPath: userHistoryPath(),
      input: process.stdin,
      output: process.stdout,
      errors: process.stderr,
      color: colorsOn(process.stdout),
      errorColor: colorsOn(process.stderr),
      dumb: isDumbTerminal(),
    });
  }
}
