/** Opens a DuckDB database, in memory or a file, as an Engine in this thread. */
import { availableParallelism } from 'node:os';
import duckdb, { type Config, type Connection, type Database } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import type { FileRules } from '../../model/file-rules.js';
import type { Engine, EngineCounts, EngineSession, ServerTableSchema, SessionReach } from '../engine.js';
import { keepFreedMemory } from './allocator.js';
import { CallGate } from './call-gate.js';
import { DataVersion } from './data-version.js';
import { assertDatabaseFile } from './database-file.js';
import { claimFile, type FileClaim } from './database-registry.js';
import { DefinitionsVersion } from './definitions-version.js';
import { toEngineError } from './errors.js';
import { SHADOW_FILE_READERS, SHADOW_NEXTVAL } from './facts/shadow-file-readers.js';
import { IdentityFunctions } from './identity-functions.js';
import { IngestFunction } from './ingest/ingest-function.js';
import { Lane } from './lane.js';
import { loadExtensions } from './load-extensions.js';
import { LoopTurns } from './loop-turns.js';
import { openProcessMemory, type ProcessMemory } from './memory.js';
import { ReadTurns } from './read-turns.js';
import { ReadingThreads } from './reading/reading-threads.js';
import { ReplacedDatabases } from './replaced-databases.js';
import { ServerTables } from './server-tables.js';
import { DuckDbSession } from './session.js';
import { SessionCore } from './session-core.js';
import { SmallTexts } from './small-texts.js';

/**
 * Opens the database; on failure nothing stays open. Errors: GizmoError.
 * @param dataVersion to be counted on, by whoever else changes data
 */
export async function openDuckDb(
  options: DuckDbOptions,
  dataVersion: DataVersion = new DataVersion(),
): Promise<Engine> {
  const claim = options.path === undefined ? undefined : claimFile(options.path);
  try {
    if (options.path !== undefined) assertDatabaseFile(options.path, options.readOnly);
    const database = await duckdb.open(options.path ?? ':memory:', configure(options));
    const engine = new DuckDbEngine(database, claim, options, dataVersion);
    try {
      claim?.confirm();
      await engine.loadExtensions(options.extensions ?? [], options.allowExtensions);
      return engine;
    } catch (error) {
      await engine.close();
      throw error;
    }
  } catch (reason) {
    claim?.release();
    throw toEngineError(reason);
  }
}

export interface DuckDbOptions {
  /** Database file; absent: in memory. */
  readonly path?: string;
  readonly readOnly: boolean;
  /** As DuckDB's `memory_limit`, such as `4GB` or `50%`. */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** As DuckDB's `storage_compatibility_version`, such as `v1.2.0` or `latest`. */
  readonly storageVersion?: string;
  /** Whether SQL may make DuckDB install and load its known extensions by itself. */
  readonly allowExtensions: boolean;
  /** Extensions to load, whose scalar functions, aggregates and macros are for everybody. */
  readonly extensions?: readonly string[];
  /** Reads strings through the bindings only, never through a view of this process's memory. */
  readonly safeMemory?: boolean;
  /** DuckDB calls that may hold a thread of libuv's pool at the same time; keep some threads for others. */
  readonly concurrentCallsMax?: number;
  /** Table functions whose rows whoever runs a statement hands over. */
  readonly serverTables?: readonly ServerTableSchema[];
  /** Files that those may name who reach no others; absent: none. */
  readonly fileRules?: FileRules;
}

/** Half of the cores are for whoever else wants one. */
const READS_MAX = Math.max(1, availableParallelism() >> 1);

/** Fits libuv's pool of four. */
const CONCURRENT_CALLS_MAX = 3;

class DuckDbEngine implements Engine {
  readonly name = 'duckdb';
  readonly version = duckdb.library_version();
  readonly failed: Promise<GizmoError>;
  readonly #database: Database;
  readonly #claim: FileClaim | undefined;
  readonly #gate: CallGate;
  readonly #turns = new ReadTurns(READS_MAX);
  readonly #loopTurns = new LoopTurns();
  readonly #readingThreads: ReadingThreads | undefined;
  readonly #memory: ProcessMemory | undefined;
  readonly #smallTexts = new SmallTexts();
  readonly #definitionsVersion = new DefinitionsVersion();
  readonly #dataVersion: DataVersion;
  readonly #ingests: IngestFunction;
  readonly #serverTables: ServerTables;
  readonly #replaced: ReplacedDatabases;
  readonly #identities = new IdentityFunctions();
  readonly #sessions = new Set<DuckDbSession>();
  readonly #fileRules: FileRules | undefined;
  /** Functions of extensions that the operator named. */
  #admitted: ReadonlySet<string> = new Set();
  readonly #reportFatal: (error: GizmoError) => void;
  #closing: Promise<void> | undefined;

  constructor(
    database: Database,
    claim: FileClaim | undefined,
    options: DuckDbOptions,
    dataVersion: DataVersion,
  ) {
    let report: (error: GizmoError) => void = () => {};
    this.failed = new Promise((resolve) => {
      report = resolve;
    });
    this.#reportFatal = report;
    this.#database = database;
    this.#dataVersion = dataVersion;
    this.#claim = claim;
    this.#fileRules = options.fileRules;
    this.#gate = new CallGate(options.concurrentCallsMax ?? CONCURRENT_CALLS_MAX);
    this.#memory = options.safeMemory === true ? undefined : openProcessMemory();
    const { fetching, vectors } = this.#memory ?? {};
    this.#readingThreads = fetching && vectors && new ReadingThreads(fetching, READS_MAX);
    if (options.safeMemory !== true) keepFreedMemory();
    this.#ingests = new IngestFunction(this.#memory);
    this.#replaced = new ReplacedDatabases(() => this.#connect(), this.#memory);
    this.#serverTables = new ServerTables(options.serverTables ?? [], this.#memory);
  }

  /** To be called before anybody has a session. */
  async loadExtensions(names: readonly string[], mayInstall: boolean): Promise<void> {
    if (names.length === 0) return;
    const core = await this.#openCore();
    try {
      this.#admitted = await loadExtensions(core, names, mayInstall);
    } finally {
      core.tableUse.stop();
      await core.lane.close(closed());
    }
  }

  async openSession({
    filesReachable = true,
    sequencesReachable = true,
    identity,
  }: SessionReach = {}): Promise<EngineSession> {
    const core = await this.#openCore(identity?.user);
    let forget = () => {};
    const forgetTransactions = this.#replaced.watch(core);
    const session: DuckDbSession = new DuckDbSession(core, this.#ingests, () => {
      forget();
      forgetTransactions();
      this.#sessions.delete(session);
    });
    this.#sessions.add(session);
    if (this.#closing !== undefined) {
      await session.close();
      throw closed();
    }
    // Without these, progress cannot be asked for; printing it would go to the server's stdout.
    await core.runOwn('set enable_progress_bar = true; set enable_progress_bar_print = false');
    this.#ingests.ensureRegistered(core.lane.connection);
    this.#serverTables.ensureRegistered(core.lane.connection);
    forget = this.#identities.introduce(core.lane.connection, identity);
    if (!filesReachable) await core.runOwn(SHADOW_FILE_READERS);
    if (!sequencesReachable) await core.runOwn(SHADOW_NEXTVAL);
    return session;
  }

  async counts(): Promise<EngineCounts> {
    const open = [...this.#sessions].map((session) => session.counts);
    return {
      sessions: open.length,
      statements: open.reduce((sum, { statements }) => sum + statements, 0),
      results: open.reduce((sum, { results }) => sum + results, 0),
      planning: open.reduce((sum, { planning }) => sum + planning, 0),
    };
  }

  async memoryBytes(): Promise<number> {
    const lane = await this.#connect();
    try {
      const sql =
        'select coalesce(system.main.sum(memory_usage_bytes), 0)::double from system.main.duckdb_memory()';
      const result = await lane.call(() => duckdb.query(lane.connection, sql));
      const vector = duckdb.data_chunk_get_vector(duckdb.result_get_chunk(result, 0), 0);
      const bytes = duckdb.vector_get_data(vector, 8);
      return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
    } finally {
      duckdb.disconnect_sync(lane.connection);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #openCore(owner?: string): Promise<SessionCore> {
    const lane = await this.#connect(owner);
    return new SessionCore({
      lane,
      turns: this.#turns,
      loopTurns: this.#loopTurns,
      readingThreads: this.#readingThreads,
      tableUse: this.#serverTables.watch(lane.connection),
      replaced: this.#replaced,
      memory: this.#memory,
      smallTexts: this.#smallTexts,
      definitionsVersion: this.#definitionsVersion,
      dataVersion: this.#dataVersion,
      fileRules: this.#fileRules,
      admitted: this.#admitted,
    });
  }

  async #connect(owner?: string): Promise<Lane> {
    if (this.#closing !== undefined) throw closed();
    const connection: Connection = await duckdb.connect(this.#database);
    return new Lane(connection, this.#gate, this.#reportFatal, owner);
  }

  /** Closing the database checkpoints it; every connection has to be gone before. */
  async #shutDown(): Promise<void> {
    this.#gate.close(closed());
    await Promise.all([...this.#sessions].map((session) => session.close()));
    await this.#replaced.close();
    await this.#readingThreads?.close();
    duckdb.close_sync(this.#database);
    this.#claim?.release();
  }
}

function closed(): GizmoError {
  return new GizmoError('UNAVAILABLE', 'The database is closed.');
}

function configure(options: DuckDbOptions): Config {
  const config = duckdb.create_config();
  const settings: Record<string, string | undefined> = {
    access_mode: options.readOnly ? 'READ_ONLY' : 'READ_WRITE',
    // One failed statement must not end the instance for everybody, nor may an error list what others own.
    disable_database_invalidation: 'true',
    catalog_error_max_schemas: '0',
    max_expression_depth: '250',
    autoinstall_known_extensions: String(options.allowExtensions),
    autoload_known_extensions: String(options.allowExtensions),
    memory_limit: options.memoryLimit,
    threads: options.threads === undefined ? undefined : String(options.threads),
    storage_compatibility_version: options.storageVersion,
  };
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    // An in-memory database knows no read-only access.
    if (name === 'access_mode' && options.path === undefined) continue;
    try {
      duckdb.set_config(config, name, value);
    } catch (cause) {
      // It says no more than that it failed.
      const example = EXAMPLES[name];
      throw new GizmoError(
        'INVALID_ARGUMENT',
        `DuckDB does not know the ${name} ${value}${example === undefined ? '' : `; ${example}`}`,
        { cause },
      );
    }
  }
  return config;
}

/** What can be given for what people say. */
const EXAMPLES: Readonly<Record<string, string>> = {
  storage_compatibility_version: 'it is a version of DuckDB that has one, such as v1.2.0, or latest',
};
