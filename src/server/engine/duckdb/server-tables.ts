/**
 * Table functions whose rows the server has, such as gizmo_sessions(). Their callbacks must answer at once and the rows
 * may take time to come, so it goes in two steps: binding notes which of them a statement reads, also behind views,
 * macros and `query()`, and whoever runs the statement hands over their rows.
 */
import duckdb, { type Connection } from '@duckdb/node-bindings';
import { GizmoError, toGizmoError } from '../../../errors.js';
import type { RecordBatch } from '../../../flight/ipc/column.js';
import { decodeRecordBatch } from '../../../flight/ipc/record-batch.js';
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import type { ServerTableRows, ServerTableSchema } from '../engine.js';
import { toLogicalType } from './arrow-type.js';
import { ChunkFiller } from './ingest/chunk-filler.js';
import type { ProcessMemory } from './memory.js';

/** The functions of one database, and what its connections read of them. */
export class ServerTables {
  readonly #tables: readonly ServerTableSchema[];
  readonly #memory: ProcessMemory | undefined;
  readonly #uses = new Map<number, TableUse>();
  #registered = false;

  constructor(tables: readonly ServerTableSchema[], memory: ProcessMemory | undefined) {
    this.#tables = tables;
    this.#memory = memory;
  }

  /**
   * Makes the functions known to the database. To be called with a new connection: what is registered in a
   * transaction goes with its rollback.
   */
  ensureRegistered(connection: Connection): void {
    if (this.#registered) return;
    this.#registered = true;
    for (const table of this.#tables) this.#register(connection, table);
  }

  /** Begins to note what the connection reads; {@link TableUse.stop} ends it. */
  watch(connection: Connection): TableUse {
    const id = connectionId(duckdb.connection_get_client_context(connection));
    const schemas = new Map(this.#tables.map(({ name, schema }) => [name, schema]));
    const use = new TableUse(schemas, () => this.#uses.delete(id));
    this.#uses.set(id, use);
    return use;
  }

  #register(connection: Connection, { name, schema }: ServerTableSchema): void {
    const table = duckdb.create_table_function();
    duckdb.table_function_set_name(table, name);
    duckdb.table_function_set_bind(table, (info) => {
      const use = this.#uses.get(connectionId(duckdb.table_function_get_client_context(info)));
      if (use === undefined) {
        duckdb.bind_set_error(info, `${name}() can be read by a session of the server only`);
        return;
      }
      use.note(name);
      for (const field of schema.fields) {
        duckdb.bind_add_result_column(info, field.name, toLogicalType(field));
      }
      duckdb.bind_set_bind_data(info, use);
    });
    duckdb.table_function_set_init(table, (info) => {
      duckdb.init_set_max_threads(info, 1);
      const use = duckdb.init_get_bind_data(info);
      if (!(use instanceof TableUse)) return;
      try {
        const filler = new ChunkFiller(schema, this.#memory);
        filler.load(use.rowsOf(name));
        duckdb.init_set_init_data(info, filler);
      } catch (reason) {
        duckdb.init_set_error(info, toGizmoError(reason).message);
      }
    });
    duckdb.table_function_set_function(table, (info, chunk) => {
      const filler = duckdb.function_get_init_data(info);
      if (filler instanceof ChunkFiller) filler.fill(chunk);
    });
    duckdb.register_table_function(connection, table);
  }
}

/** What one connection reads. */
export class TableUse {
  readonly #schemas: ReadonlyMap<string, ArrowSchema>;
  readonly #forget: () => void;
  readonly #ever = new Set<string>();
  #bound = new Set<string>();
  #rows = new Map<string, RecordBatch>();

  constructor(schemas: ReadonlyMap<string, ArrowSchema>, forget: () => void) {
    this.#schemas = schemas;
    this.#forget = forget;
  }

  /** From here on it is noted what is bound. */
  begin(): void {
    if (this.#bound.size > 0) this.#bound = new Set();
  }

  note(name: string): void {
    this.#bound.add(name);
    this.#ever.add(name);
  }

  /** What was bound since {@link begin}; of EXECUTE, which may not bind anew, what ever was. */
  tables(kind: string): readonly string[] {
    const names = kind === 'execute' ? this.#ever : this.#bound;
    return names.size === 0 ? NONE : [...names];
  }

  /** The rows for the statement that runs next, which keep their memory until the one after it. */
  supply(rows: ServerTableRows | undefined): void {
    if (rows === undefined && this.#rows.size === 0) return;
    this.#rows = new Map();
    for (const [name, batch] of rows ?? []) {
      const schema = this.#schemas.get(name);
      if (schema !== undefined) this.#rows.set(name, decodeRecordBatch(schema, batch));
    }
  }

  rowsOf(name: string): RecordBatch {
    const rows = this.#rows.get(name);
    if (rows !== undefined) return rows;
    throw new GizmoError(
      'FAILED_PRECONDITION',
      `The statement did not read ${name}() when it was prepared, and does now. Prepare it again.`,
    );
  }

  stop(): void {
    this.#rows.clear();
    this.#forget();
  }
}

const NONE: readonly string[] = [];

function connectionId(context: Parameters<typeof duckdb.client_context_get_connection_id>[0]): number {
  return duckdb.client_context_get_connection_id(context);
}
