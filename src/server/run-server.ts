/** A server as a process: settings in, banner and token out, signals obeyed, exit code returned. */
import { closeSync, openSync } from 'node:fs';
import { EXIT, type GizmoError, toGizmoError } from '../errors.js';
import { isLoopback, type RuntimeFile, writeRuntimeFile } from '../runtime-file.js';
import { VERSION } from '../version.js';
import type { ServerConfig } from './config/config.js';
import { parseConfig, type RawServerSettings } from './config/parse-config.js';
import { namingHolder } from './database-holder.js';
import { endProcess } from './engine/open-engine.js';
import type { RunningServer } from './running-server.js';
import { runtimeInfo } from './runtime-info.js';
import { startServer } from './start-server.js';
import { createLogger, type Logger } from './telemetry/logger.js';
import { firstUncaught } from './uncaught.js';

/** After the engine has failed nothing can run; what had begun is told so within this time. */
const FAILURE_GRACE_MS = 1000;
/** After a second signal the process lives no longer than this; after the first and the grace, twice as long. */
const FORCE_MS = 5000;

/** Flags that a process list shows to everybody, and the variables to use instead. */
const IN_PLACE_OF = {
  password: 'GIZMO_PASSWORD',
  'oauth-client-secret': 'GIZMO_OAUTH_CLIENT_SECRET',
} as const;
type SecretFlag = keyof typeof IN_PLACE_OF;

/** Runs until a signal, an engine failure or a defect ends it; resolves with the exit code. */
export async function runServer(
  settings: RawServerSettings,
  options: { readonly secretsInArgv: readonly SecretFlag[]; readonly runtimeDirectory: string },
): Promise<number> {
  const config = ownOf(parseConfig(settings), options.runtimeDirectory);
  const log = createLogger({ ...logOptions(config), now: () => new Date() });
  if (config.password !== undefined && !config.ways.password) {
    log.warning('A password is configured, but --auth does not name it: nobody can log in with it.');
  }
  for (const flag of options.secretsInArgv) {
    log.warning(
      `The value of --${flag} was given on the command line, where every user of this machine can read it. Use ${IN_PLACE_OF[flag]} or --${flag}-file.`,
    );
  }
  const uncaught = firstUncaught(log);
  let runtimeFile: RuntimeFile | undefined;
  try {
    const server = await started(config, log, uncaught).catch((error: unknown) => {
      throw namingHolder(error, config.database, options.runtimeDirectory);
    });
    // Before anybody is told where it is: whoever then ends it at once ends it in order.
    const stopped = untilStopped(server, uncaught, log, () => runtimeFile?.remove());
    try {
      runtimeFile = announceWayIn(server, options.runtimeDirectory, log);
    } catch (error) {
      await server.stop(0);
      throw error;
    }
    if (server.tls === undefined) {
      // Whatever the log's level and file: this must be seen. The words are those that GizmoSQL's users look for.
      process.stderr.write('WARNING - TLS is disabled for the GizmoSQL server - this is NOT secure.\n');
    }
    server.tls?.onReplaced(() => {
      // Its clients know the server by what the file says.
      if (runtimeFile !== undefined)
        runtimeFile = tellClients(server, options.runtimeDirectory, log) ?? runtimeFile;
    });
    announce(server, config, log);
    return await stopped;
  } finally {
    runtimeFile?.remove();
    await log.close();
  }
}

/** Counts the directory with the start-up token among the files that no SQL may reach. */
function ownOf(config: ServerConfig, directory: string): ServerConfig {
  const { files } = config;
  const rules = { ...files.rules, own: [...files.rules.own, directory] };
  return Object.freeze({ ...config, files: { ...files, rules } });
}

/** The server once it runs. A defect, unlike a database that cannot be opened, is in the log in full. */
async function started(
  config: ServerConfig,
  log: Logger,
  uncaught: Promise<GizmoError>,
): Promise<RunningServer> {
  try {
    return await startServer(config, log, uncaught);
  } catch (error) {
    const { message, detail } = toGizmoError(error);
    if (detail !== undefined) log.error('the server could not start', { error: message, detail });
    throw error;
  }
}

function logOptions(config: ServerConfig) {
  const { level, format, file } = config.log;
  return { level, format, ...(file !== undefined && { file }) };
}

function announce(server: RunningServer, config: ServerConfig, log: Logger): void {
  const { host, port } = server.address;
  const address = host.includes(':') ? `[${host}]` : host;
  log.info(
    `gizmo server ${VERSION} with engine DuckDB ${server.engine.version} listens on grpc+${server.tls === undefined ? 'tcp' : 'tls'}://${address}:${port}`,
    {
      database: config.database ?? ':memory:',
      readonly: config.readOnly,
      // Where nothing but tokens or certificates lets anybody in, there is no such user.
      ...((config.ways.password || config.ways.startupToken) && { user: server.username }),
    },
  );
  if (isLoopback(config.hostname)) {
    log.info(
      `Only this machine can connect. To let others in, start with --hostname 0.0.0.0${server.tls === undefined ? ' --tls CERT KEY' : ''}.`,
    );
  }
  log.info('gizmo server - started');
}

/** Puts what a client of this user needs to come in, or to trust the server, where it finds it. */
function announceWayIn(server: RunningServer, directory: string, log: Logger): RuntimeFile | undefined {
  if (server.startupToken !== undefined) return announceToken(server, directory);
  return server.tls === undefined ? undefined : tellClients(server, directory, log);
}

/** A server that clients can be told of in other ways goes on without the file. */
function tellClients(server: RunningServer, directory: string, log: Logger): RuntimeFile | undefined {
  try {
    return writeRuntimeFile(runtimeInfo(server), directory);
  } catch (error) {
    log.warning(
      'The file by which clients of this user on this machine verify the server cannot be written; give them --tls-roots or --tls-pin.',
      { reason: error instanceof Error ? error.message : String(error) },
    );
    return undefined;
  }
}

/**
 * Puts the start-up token where this user's clients find it, and on a terminal shows it, once. It never goes
 * through the log: logs are kept, copied and shipped.
 */
function announceToken(server: RunningServer, directory: string): RuntimeFile {
  const { startupToken: token, username } = server;
  const file = writeRuntimeFile(runtimeInfo(server), directory);
  const shown = process.stderr.isTTY
    ? `No password is configured. Start-up token, shown this once (password of ${username}, or Bearer):\n\n    ${token}\n\n`
    : 'No password is configured, so a start-up token was made. ';
  process.stderr.write(`${shown}gizmo clients of this user on this machine find it in ${file.path}\n`);
  return file;
}

/** The end of the terminal that a server was started on comes as the same signal as `kill -HUP`. */
function hasLostTerminal(): boolean {
  if (!process.stderr.isTTY) return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}

function untilStopped(
  server: RunningServer,
  uncaught: Promise<GizmoError>,
  log: Logger,
  cleanUp: () => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let exitCode: number | undefined;
    // DuckDB cannot interrupt everything, and process.exit would wait for it. What is committed is safe.
    const force = () => {
      cleanUp();
      process.stderr.write('Something could not be stopped in time; ending the process.\n');
      process.kill(process.pid, 'SIGKILL');
    };
    /** DuckDB is still inside of a statement, and the process would wait for it. */
    const endAtOnce = async (code: number) => {
      log.warning(
        'A statement is still being planned, which DuckDB cannot interrupt; the process ends without it.',
      );
      log.info('gizmo server - stopped');
      cleanUp();
      await log.close();
      await endProcess(code);
    };
    const stop = (code: number, grace = server.graceMs) => {
      exitCode = code;
      setTimeout(force, grace + 2 * FORCE_MS).unref();
      server.stop(grace).then(async (closed) => {
        if (!closed) await endAtOnce(exitCode ?? code);
        log.info('gizmo server - stopped');
        resolve(exitCode ?? code);
      }, reject);
    };
    const onSignal = (signal: NodeJS.Signals) => {
      if (exitCode === undefined) {
        log.info(`${signal}: finishing what runs; a second signal stops at once`);
        stop(EXIT.ok);
        return;
      }
      process.stderr.write(`${signal} again: stopping at once.\n`);
      exitCode = EXIT.interrupted;
      server.giveUp();
      setTimeout(force, FORCE_MS).unref();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    process.on('SIGHUP', () => (hasLostTerminal() ? onSignal('SIGHUP') : server.reloadCertificates()));
    const fail = (sentence: string, grace?: number) => {
      if (exitCode !== undefined) return;
      process.stderr.write(`${sentence}\n`);
      stop(EXIT.sqlError, grace);
    };
    server.failed.then(
      (reason) => fail(`The database engine failed: ${reason.message}`, FAILURE_GRACE_MS),
      reject,
    );
    uncaught.then(() => fail('An unexpected error ends the server; its log has the details.'), reject);
  });
}
