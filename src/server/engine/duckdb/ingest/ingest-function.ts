/**
 * The table function through which Arrow data enters DuckDB: `INSERT … SELECT * FROM gizmo_ingest('handle')`
 * has all of INSERT's own meaning (columns by name, defaults, casts, constraints) and runs off this thread,
 * except for the callback that fills each chunk. A handle is random and lives as long as its ingest.
 */
import duckdb, { type Connection, type PreparedStatement } from '@duckdb/node-bindings';
import { toGizmoError } from '../../../../errors.js';
import type { ArrowSchema } from '../../../../flight/ipc/types.js';
import type { ProcessMemory } from '../memory.js';
import { IngestJob } from './ingest-job.js';
import { InsertRunner } from './run-insert.js';

/** The ingests that run on one database. */
export class IngestFunction {
  readonly #jobs = new Map<string, IngestJob>();
  readonly #memory: ProcessMemory | undefined;
  #registered = false;

  constructor(memory: ProcessMemory | undefined) {
    this.#memory = memory;
  }

  /**
   * Makes the function known to the database. To be called with a new connection: what is registered in a
   * transaction goes with its rollback.
   */
  ensureRegistered(connection: Connection): void {
    if (!this.#registered) this.#register(connection);
    this.#registered = true;
  }

  /** Opens a source of rows of this schema. */
  open(schema: ArrowSchema): IngestJob {
    const job = new IngestJob(schema, this.#memory, (handle) => this.#jobs.delete(handle));
    this.#jobs.set(job.handle, job);
    return job;
  }

  /** Runs the INSERT that reads from a job. */
  runner(insert: PreparedStatement, job: IngestJob): InsertRunner {
    return new InsertRunner(insert, job, this.#memory?.pending);
  }

  #register(connection: Connection): void {
    const table = duckdb.create_table_function();
    duckdb.table_function_set_name(table, 'gizmo_ingest');
    duckdb.table_function_add_parameter(table, duckdb.create_logical_type(duckdb.Type.VARCHAR));
    duckdb.table_function_set_bind(table, (info) => {
      const job = this.#jobs.get(duckdb.get_varchar(duckdb.bind_get_parameter(info, 0)));
      if (job === undefined) {
        duckdb.bind_set_error(info, 'gizmo_ingest serves bulk ingest and cannot be called from SQL');
        return;
      }
      for (const { name, type } of job.columns) duckdb.bind_add_result_column(info, name, type);
      duckdb.bind_set_bind_data(info, job);
    });
    duckdb.table_function_set_init(table, (info) => duckdb.init_set_max_threads(info, 1));
    duckdb.table_function_set_function(table, (info, chunk) => {
      const job = duckdb.function_get_bind_data(info);
      if (!(job instanceof IngestJob)) return;
      try {
        job.fill(chunk);
      } catch (reason) {
        duckdb.function_set_error(info, job.fail(toGizmoError(reason)));
      }
    });
    duckdb.register_table_function(connection, table);
  }
}
