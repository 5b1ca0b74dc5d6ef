import { existsSync } from 'node:fs';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.js';
import { chooseFormat, collectSteps } from '../cli/client-job.js';
import { colorsOn } from '../cli/color.js';
import { resolveConnection } from '../cli/connection.js';
import { findCredentials } from '../cli/credentials.js';
import { watchInterrupts } from '../cli/interrupts.js';
import { writeError } from '../cli/report-error.js';
import { historyPath, initPath } from '../cli/user-paths.js';
import { GizmoError } from '../errors.js';

const CONNECTION = 'CONNECTION';
const LOGIN = 'LOGIN';
const INPUT = 'INPUT';
const OUTPUT = 'OUTPUT';

export default class Client extends BaseCommand {
  static override summary = 'query a Gizmo or other Arrow Flight SQL server';
  static override description =
    `Opens a shell on a terminal; runs -c, -f or standard input otherwise and stops at the first error.

A server that you started on this machine is entered without a password. Otherwise the password comes from a prompt,
--password-file, --password-stdin or GIZMO_PASSWORD. Connection settings can come from the environment too: GIZMO_HOST,
GIZMO_PORT, GIZMO_USER, GIZMO_TLS, GIZMO_TLS_ROOTS, GIZMO_MTLS_CERT, GIZMO_MTLS_KEY, GIZMO_TOKEN, or the same names
with GIZMOSQL_. Flags win.

Exit codes: 0 ok, 1 SQL error, 2 usage, 3 cannot connect, 4 authentication, 5 timeout, 6 not permitted, 130 interrupted.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -h db.example -u ada --tls',
    "<%= config.bin %> <%= command.id %> -c 'select 42'",
    '<%= config.bin %> <%= command.id %> -f report.sql --format csv -o report.csv',
    "echo 'select 1' | <%= config.bin %> <%= command.id %> gizmo://ada@db.example:31337?useEncryption=true --json",
  ];
  static override readonly laterFlags = ['oauth-port', 'session-tag', 'query-tag'];
  static override args = {
    // Standard input is SQL; oclif would take it for a missing argument.
    uri: Args.string({
      ignoreStdin: true,
      description: 'gizmo://user@host:port?useEncryption=true (gizmosql:// as well)',
    }),
  };
  static override flags = {
    host: Flags.string({
      char: 'h',
      summary: 'host name or address (default localhost)',
      helpGroup: CONNECTION,
    }),
    port: Flags.integer({
      char: 'p',
      min: 1,
      max: 65_535,
      summary: 'port (default 31337)',
      helpGroup: CONNECTION,
    }),
    uri: Flags.string({ summary: 'the same as the argument URI', helpGroup: CONNECTION }),
    tls: Flags.boolean({ allowNo: true, summary: 'encrypt, and verify the server', helpGroup: CONNECTION }),
    'tls-roots': Flags.string({
      summary: "certificates to trust instead of the system's (PEM)",
      helpValue: 'FILE',
      helpGroup: CONNECTION,
    }),
    'tls-skip-verify': Flags.boolean({
      allowNo: true,
      summary: 'encrypt without verifying the server: anyone in between can read everything',
      helpGroup: CONNECTION,
    }),
    'mtls-cert': Flags.string({
      summary: 'client certificate (PEM)',
      helpValue: 'FILE',
      helpGroup: CONNECTION,
    }),
    'mtls-key': Flags.string({ summary: 'its private key (PEM)', helpValue: 'FILE', helpGroup: CONNECTION }),
    'connect-timeout': Flags.integer({
      min: 1,
      summary: 'time for connecting and logging in (default 10)',
      helpValue: 'SECONDS',
      helpGroup: CONNECTION,
    }),

    username: Flags.string({ char: 'u', summary: 'name to log in with', helpGroup: LOGIN }),
    password: Flags.boolean({ char: 'W', summary: 'ask for the password', helpGroup: LOGIN }),
    'password-file': Flags.string({ summary: 'file with the password', helpValue: 'FILE', helpGroup: LOGIN }),
    'password-stdin': Flags.boolean({ summary: 'password on standard input', helpGroup: LOGIN }),
    'token-file': Flags.string({ summary: 'file with a bearer token', helpValue: 'FILE', helpGroup: LOGIN }),
    'auth-type': Flags.string({ summary: 'password; others are not in this version yet', helpGroup: LOGIN }),

    command: Flags.string({
      char: 'c',
      multiple: true,
      multipleNonGreedy: true,
      summary: 'run SQL and exit; repeatable, in order with -f',
      helpValue: 'SQL',
      helpGroup: INPUT,
    }),
    file: Flags.string({
      char: 'f',
      multiple: true,
      multipleNonGreedy: true,
      summary: 'run a file and exit; - is standard input',
      helpValue: 'FILE',
      helpGroup: INPUT,
    }),
    init: Flags.string({ summary: 'run a file first', helpValue: 'FILE', helpGroup: INPUT }),
    'no-init': Flags.boolean({ summary: "leave out the shell's own init file", helpGroup: INPUT }),
    bail: Flags.boolean({
      allowNo: true,
      summary: 'stop at the first error (the default outside the shell)',
      helpGroup: INPUT,
    }),

    output: Flags.string({
      char: 'o',
      summary: 'write results to a file',
      helpValue: 'FILE',
      helpGroup: OUTPUT,
    }),
    format: Flags.string({
      summary: 'box, table, csv, tsv, json, jsonl, markdown, line, list, arrow or none',
      helpGroup: OUTPUT,
    }),
    csv: Flags.boolean({ summary: '--format csv', helpGroup: OUTPUT }),
    json: Flags.boolean({ summary: '--format json', helpGroup: OUTPUT }),
    table: Flags.boolean({ summary: '--format table', helpGroup: OUTPUT }),
    box: Flags.boolean({ summary: '--format box (default)', helpGroup: OUTPUT }),
    markdown: Flags.boolean({ summary: '--format markdown', helpGroup: OUTPUT }),
    'no-align': Flags.boolean({ char: 'A', summary: '--format list', helpGroup: OUTPUT }),
    'no-header': Flags.boolean({ summary: 'no column names', helpGroup: OUTPUT }),
    'tuples-only': Flags.boolean({ char: 't', summary: 'no column names, no footer', helpGroup: OUTPUT }),
    'null-string': Flags.string({
      aliases: ['null'],
      summary: "text for NULL (default: the format's own)",
      helpValue: 'TEXT',
      helpGroup: OUTPUT,
    }),
    echo: Flags.boolean({ char: 'e', summary: 'show each statement before it runs', helpGroup: OUTPUT }),
    quiet: Flags.boolean({ char: 'q', summary: 'no messages but errors', helpGroup: OUTPUT }),
  };

  async run(): Promise<void> {
    const { flags, args, raw } = await this.readLine(Client);
    const { env, stdin, stdout, stderr } = process;
    const connection = resolveConnection(flags, args.uri, env);
    const [{ runClient }, { parseFormat }] = await Promise.all([
      import('../client/run-client.js'),
      import('../client/render/renderer.js'),
    ]);
    const format = parseFormat(chooseFormat(flags));
    const given = collectSteps(raw);
    const isShell = given.length === 0 && stdin.isTTY === true && stdout.isTTY === true;
    const steps = given.length > 0 ? given : [{ kind: 'stdin' as const }];
    if (flags['password-stdin'] === true && (isShell || steps.some(({ kind }) => kind === 'stdin')))
      throw new GizmoError('USAGE', 'Standard input cannot be both the password and the SQL; use -c or -f.');
    if (isShell && flags.output !== undefined)
      throw new GizmoError(
        'USAGE',
        '-o goes with -c, -f or SQL on standard input; in the shell use .output.',
      );
    if (format === 'arrow' && stdout.isTTY && flags.output === undefined)
      throw new GizmoError('USAGE', 'Arrow is binary: name a file with -o, or redirect the output.');
    const init = flags.init ?? (isShell && flags['no-init'] !== true ? ifPresent(initPath(env)) : undefined);

    const interrupts = watchInterrupts();
    const credentials = await findCredentials(connection, flags, env);
    if (isShell) interrupts.dispose();
    const { host, port, tls, connectTimeoutMs } = connection;
    process.exitCode = await runClient({
      connection: { host, port, tls, connectTimeoutMs, credentials },
      steps: init === undefined ? steps : [{ kind: 'file', path: init }, ...steps],
      settings: {
        format,
        header: flags['no-header'] !== true && flags['tuples-only'] !== true,
        footer: flags['tuples-only'] !== true,
        nullText: flags['null-string'],
        echo: flags.echo === true,
        bail: flags.bail ?? !isShell,
      },
      quiet: flags.quiet === true,
      signal: interrupts.signal,
      reportError: (error) => writeError(error.message),
      ...(flags.output === undefined ? {} : { outputPath: flags.output }),
      ...(stdout.isTTY
        ? { terminal: () => ({ columns: stdout.columns || 80, color: colorsOn(stdout) }) }
        : {}),
      ...(isShell
        ? {
            shell: {
              historyPath: historyPath(env),
              color: colorsOn(stdout),
              errorColor: colorsOn(stderr),
              dumb: env.TERM === 'dumb',
              ...(init === undefined ? {} : { initFile: init }),
            },
          }
        : {}),
    });
  }
}

function ifPresent(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}
