/**
 * SQL functions that say who asks: `gizmo_user()`, `gizmo_role()`, `gizmo_session()` and their GizmoSQL names. They
 * are functions of the database and look at the connection that binds the statement, so that neither text nor
 * variables nor a view somebody else made can change the answer.
 */
import duckdb, { type Connection } from '@duckdb/node-bindings';
import type { SessionIdentity } from '../engine.js';

export class IdentityFunctions {
  readonly #identities = new Map<number, SessionIdentity>();
  #registered = false;

  /**
   * Makes the functions known to the database, and whose connection this is. To be called with a new connection: what
   * is registered in a transaction goes with its rollback.
   * @returns to be called before the connection is closed
   */
  introduce(connection: Connection, identity: SessionIdentity | undefined): () => void {
    if (!this.#registered) this.#register(connection);
    this.#registered = true;
    const id = duckdb.client_context_get_connection_id(duckdb.connection_get_client_context(connection));
    if (identity !== undefined) this.#identities.set(id, identity);
    return () => this.#identities.delete(id);
  }

  #register(connection: Connection): void {
    for (const [name, part] of FUNCTIONS) {
      const scalar = duckdb.create_scalar_function();
      duckdb.scalar_function_set_name(scalar, name);
      duckdb.scalar_function_set_return_type(scalar, duckdb.create_logical_type(duckdb.Type.VARCHAR));
      duckdb.scalar_function_set_bind(scalar, (info) => {
        const context = duckdb.scalar_function_get_client_context(info);
        const identity = this.#identities.get(duckdb.client_context_get_connection_id(context));
        if (identity === undefined) duckdb.scalar_function_bind_set_error(info, `${name}() needs a session`);
        else duckdb.scalar_function_set_bind_data(info, { value: Buffer.from(identity[part]) });
      });
      duckdb.scalar_function_set_function(scalar, (info, input, output) => {
        const data = duckdb.scalar_function_get_bind_data(info);
        if (data === undefined || !('value' in data) || !(data.value instanceof Uint8Array)) {
          duckdb.scalar_function_set_error(info, `${name}() was not bound`);
          return;
        }
        const rows = duckdb.data_chunk_get_size(input);
        for (let row = 0; row < rows; row++) duckdb.vector_assign_string_element_len(output, row, data.value);
      });
      duckdb.register_scalar_function(connection, scalar);
      duckdb.destroy_scalar_function_sync(scalar);
    }
  }
}

const FUNCTIONS: readonly (readonly [name: string, part: keyof SessionIdentity])[] = [
  ['gizmo_user', 'user'],
  ['gizmosql_user', 'user'],
  ['gizmo_role', 'role'],
  ['gizmosql_role', 'role'],
  ['gizmo_session', 'session'],
  ['gizmosql_session', 'session'],
  ['gizmosql_current_session', 'session'],
];
