/**
 * The library: `import { connect } from 'gizmo-sql'`. A client for any Flight SQL server, the one that the shell uses.
 * What is exported here is API; nothing else in the package is.
 */
import { type ClientOptions, resolveOptions } from './client-options.js';
import { connect as connectTo } from './connect.js';
import type { FlightSqlClient } from './flight-sql-client.js';
import { inOptionWords, toOptionWords } from './option-words.js';

/**
 * Connects and logs in, within a time limit.
 *
 * ```js
 * await using db = await connect('grpc+tls://db.example.com:31337', { username: 'ann', password });
 * for await (const row of (await db.query('from sales')).rows()) …
 * ```
 *
 * @throws GizmoError UNAVAILABLE where the server cannot be reached, UNAUTHENTICATED where it refuses the credentials,
 *   USAGE for options that contradict each other
 */
export function connect(options?: ClientOptions): Promise<FlightSqlClient>;
/** The same, with the address as one text: `grpc+tls://host:port`, or `grpc://host:port` without TLS. */
export function connect(location: string, options?: ClientOptions): Promise<FlightSqlClient>;
export async function connect(
  first: string | ClientOptions = {},
  second: ClientOptions = {},
): Promise<FlightSqlClient> {
  const [location, options] = typeof first === 'string' ? [first, second] : [undefined, first];
  const { warn } = options;
  const told = warn && { ...options, warn: (sentence: string) => warn(toOptionWords(sentence)) };
  try {
    return await connectTo(resolveOptions(location, told ?? options), options.signal);
  } catch (reason) {
    throw inOptionWords(reason);
  }
}

/**
 * Options to connect with, from a login that `gizmo auth login` stored for this user:
 * `connect(await storedLogin('db.example.com'))`. Nothing else in the library looks for stored logins.
 *
 * @param login its name, `host` or `host:port`; without it the active one, or the only one
 * @throws GizmoError UNAUTHENTICATED for a login that there is not, that has expired, or whose secret cannot be fetched
 */
export async function storedLogin(login?: string): Promise<ClientOptions> {
  const { optionsOfLogin } = await import('./credentials/login-options.js');
  return optionsOfLogin(login);
}

export { ERROR_CODES, type ErrorCode, GizmoError } from '../errors.js';
export type { Column, RecordBatch } from '../flight/ipc/column.js';
export { decodeEncapsulatedSchema as decodeSchema } from '../flight/ipc/schema.js';
export {
  type ArrowField,
  type ArrowSchema,
  type ArrowType,
  type DictionaryEncoding,
  field,
  type IpcMessage,
  type TimeUnit,
} from '../flight/ipc/types.js';
export type { IntervalValue } from '../flight/ipc/value.js';
export type { ClientOptions } from './client-options.js';
export type { TlsOptions } from './connect/options.js';
export type {
  CallOptions,
  FlightSqlClient,
  IngestOptions,
  IngestSource,
  PreparedStatement,
  QueryOptions,
  SchemaFilter,
  StatementOptions,
  Statements,
  TableFilter,
  TableName,
  Transaction,
} from './flight-sql-client.js';
export type { ReceivedBatch, ResultStream } from './result/result.js';
export { type BatchSource, batchesOf, type RowInput } from './rows/batches-of.js';
export type { Parameter, Parameters } from './rows/parameter.js';
export { batchRows, type Row, type Value } from './rows/value.js';
export type {
  CatalogRow,
  CrossReferenceRow,
  PrimaryKeyRow,
  SchemaRow,
  SqlInfoRow,
  TableRow,
  TableTypeRow,
  XdbcTypeRow,
} from './session/metadata-rows.js';
export type { SessionOptionValue } from './session/session-options.js';
