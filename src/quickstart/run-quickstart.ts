/** A private server on loopback and a shell on it, in one step; nothing is left behind. */
import type { ReadStream, WriteStream } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { connect } from '../client/connect.js';
import type { FlightSqlClient } from '../client/flight-sql-client.js';
import type { Format } from '../client/render/renderer.js';
import { runShell } from '../client/repl/run-shell.js';
import { ShellSession } from '../client/shell/shell-session.js';
import { streamSink } from '../client/shell/stream-sink.js';
import { writeRuntimeFile } from '../runtime-file.js';
import { parseConfig } from '../server/config/parse-config.js';
import { namingHolder } from '../server/database-holder.js';
import type { RunningServer } from '../server/running-server.js';
import { runtimeInfo } from '../server/runtime-info.js';
import { startServer } from '../server/start-server.js';
import { createLogger } from '../server/telemetry/logger.js';
import { pythonLines, shellLine } from './connection-lines.js';
import { loadTables } from './load-tables.js';
import { type FilePlan, planFiles } from './plan-files.js';
import { createProgress } from './progress.js';
import { readSql } from './read-sql.js';
import { sampleQueries } from './table-sql.js';
import { type SignalWatch, watchSignals } from './watch-signals.js';

/**
 * Runs until the shell is left or the SQL is done, and answers the exit code. Rejects with a GizmoError for a file
 * that cannot be loaded and for SQL that fails.
 */
export async function runQuickstart(options: QuickstartOptions): Promise<number> {
  const plan = planFiles(options.files.length === 0 ? SAMPLES : options.files);
  const interruption = watchSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], endAtOnce);
  const log = createLogger({ level: 'warning', format: 'text', now: () => new Date() });
  const settings = {
    hostname: HOST,
    port: options.port,
    tls: ['auto'],
    'auth-log-level': 'warning',
    // Whoever runs a statement hears of its failure where they typed it.
    'query-log-level': 'off',
    ...(plan.database !== undefined && { database: plan.database }),
  };
  try {
    // Its users and tokens are nobody's after it: nothing is left beside the file.
    const config = { ...parseConfig(settings, {}), stateDirectory: undefined };
    const server = await startServer(config, log).catch((error: unknown) => {
      throw namingHolder(error, plan.database, options.runtimeDirectory);
    });
    try {
      return await useServer(server, plan, options, interruption);
    } finally {
      await server.stop(0);
    }
  } finally {
    interruption.dispose();
    await log.close();
  }
}

export interface QuickstartOptions {
  /** None: the bundled sample. */
  readonly files: readonly string[];
  /** 0 = any free port. */
  readonly port: number;
  readonly format: Format | undefined;
  /** SQL to run; none: the shell, or standard input. */
  readonly commands: readonly string[];
  /** How this program is called, ready for a shell. */
  readonly program: string;
  readonly runtimeDirectory: string;
  readonly historyPath: string;
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly errors: WriteStream;
  readonly color: boolean;
  readonly errorColor: boolean;
  readonly dumb: boolean;
}

const HOST = '127.0.0.1';
const SAMPLES = ['penguins.csv', 'seattle_weather.csv'].map((name) =>
  fileURLToPath(new URL(`../../samples/${name}`, import.meta.url)),
);
/** How long an open but silent pipe may take to bring the first byte of SQL. */
const STDIN_PATIENCE_MS = 5000;

async function useServer(
  server: RunningServer,
  plan: FilePlan,
  options: QuickstartOptions,
  interruption: SignalWatch,
): Promise<number> {
  const { signal } = interruption;
  const { port } = server.address;
  const token = server.startupToken ?? '';
  const roots = Buffer.from(server.tls?.roots ?? '');
  const runtimeFile = writeRuntimeFile(runtimeInfo(server), options.runtimeDirectory);
  try {
    const dial = () =>
      connect(
        {
          host: HOST,
          port,
          tls: { roots },
          credentials: { kind: 'bearer', token, user: server.username },
        },
        signal,
      );
    const client = await dial();
    try {
      const progress = createProgress(options.errors, () => performance.now());
      await loadTables(plan.tables, {
        client,
        server,
        progress,
        signal,
      });
      options.errors.write(
        announcement(plan, { host: HOST, port, program: options.program, runtimeFile: runtimeFile.path }),
      );
      if (options.commands.length === 0 && options.input.isTTY && options.output.isTTY)
        return await shell(client, dial, options, interruption);
      return await batch(client, plan, options, signal);
    } finally {
      await client.close();
    }
  } finally {
    runtimeFile.remove();
  }
}

function announcement(plan: FilePlan, facts: Parameters<typeof pythonLines>[0]): string {
  const what =
    plan.database === undefined
      ? `table${plan.tables.length === 1 ? '' : 's'} ${plan.tables.map(({ table }) => table).join(', ')}`
      : `database ${plan.database}`;
  return `DuckDB with the ${what} listens on ${facts.host}:${facts.port} until this ends.

From another terminal:
  ${shellLine(facts)}

From Python (pip install adbc-driver-flightsql pyarrow):
${pythonLines(facts)
  .map((line) => `  ${line}`)
  .join('\n')}

`;
}

/** Ctrl-C is the shell's own business; what else ends the process ends the shell first. */
async function shell(
  client: FlightSqlClient,
  reconnect: () => Promise<FlightSqlClient>,
  options: QuickstartOptions,
  interruption: SignalWatch,
): Promise<number> {
  const { input, output, errors, color, errorColor, dumb, historyPath, format } = options;
  interruption.dispose();
  const ending = watchSignals(['SIGTERM', 'SIGHUP'], endAtOnce);
  try {
    const left = runShell({
      client,
      input,
      output,
      errors,
      options: {
        color,
        errorColor,
        dumb,
        historyPath,
        reconnect,
        ...(format !== undefined && { settings: { format } }),
      },
    });
    return await Promise.race([left, ending.aborted]);
  } finally {
    ending.dispose();
  }
}

async function batch(
  client: FlightSqlClient,
  plan: FilePlan,
  options: QuickstartOptions,
  signal: AbortSignal,
): Promise<number> {
  const { input, output, errors, format, color, commands } = options;
  const messages = streamSink(errors);
  const session = new ShellSession({
    client,
    output: streamSink(output),
    messages,
    settings: { ...(format !== undefined && { format }) },
    terminal: () => (output.isTTY ? { columns: output.columns || 80, color } : undefined),
    reportError: ({ message }) => messages.write(`${message}\n`),
  });
  session.call = { signal };
  try {
    if (commands.length > 0) return await runAll(session, commands);
    const sql = input.isTTY ? undefined : await readSql(input, STDIN_PATIENCE_MS, signal);
    if (sql !== undefined) return await session.runText(sql);
    for (const query of sampleQueries(plan.tables)) {
      await messages.write(`${query};\n`);
      await session.runText(query);
    }
    return 0;
  } finally {
    await session.close();
  }
}

/** In order, to the first error or `.quit`. Answers the exit code. */
async function runAll(session: ShellSession, commands: readonly string[]): Promise<number> {
  let exitCode = 0;
  for (const sql of commands) {
    exitCode = await session.runText(sql);
    if (session.exitCode !== undefined) break;
  }
  return exitCode;
}

/**
 * Not process.exit, which waits for statements that run. The database is crash-safe, and a runtime file without its
 * process is removed by whoever finds it.
 */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}
