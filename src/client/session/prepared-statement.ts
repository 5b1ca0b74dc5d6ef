/** A statement that the server keeps, to run with parameters and more than once. */
import { GizmoError } from '../../errors.js';
import { encodeFlightData, type FlightFrame } from '../../flight/flight-data.js';
import { encodeKnownSchema } from '../../flight/ipc/known-schemas.js';
import { decodeEncapsulatedSchema } from '../../flight/ipc/schema.js';
import type { ArrowField, ArrowSchema } from '../../flight/ipc/types.js';
import { ACTIONS } from '../../flight/sql/action.js';
import { encodeCommand } from '../../flight/sql/command.js';
import { decodePreparedStatementResult, decodeUpdateResult } from '../../flight/sql/put-result.js';
import { describeCommand } from '../connect/channel.js';
import type { ChannelPool } from '../connect/channel-pool.js';
import { changesOf } from '../connect/conversation.js';
import type { CallOptions, PreparedStatement, QueryOptions } from '../flight-sql-client.js';
import type { ResultStream } from '../result/result.js';
import { openResult } from '../result/result-stream.js';
import { buildRows, inRow, type Naming } from '../rows/build-rows.js';
import { inOrder, type Parameters, parameterField } from '../rows/parameter.js';
import type { Row } from '../rows/value.js';
import { answered, runCommand } from './run-command.js';

/** @throws GizmoError the server's, where it refuses the statement */
export async function prepareStatement<T extends Row>(
  channels: ChannelPool,
  request: { readonly query: string; readonly transactionId?: Uint8Array },
  options: CallOptions,
): Promise<OpenStatement<T>> {
  const { CreatePreparedStatement } = ACTIONS;
  const body = CreatePreparedStatement.encodeRequest(request);
  const [answer] = await channels.home.doAction('CreatePreparedStatement', body, options);
  if (answer === undefined)
    throw new GizmoError('INTERNAL', 'The server prepared the statement and did not say how to call it.');
  const created = CreatePreparedStatement.decodeResult(answer.body);
  return new OpenStatement<T>(
    channels,
    created.preparedStatementHandle,
    readSchema(created.datasetSchema) ?? { fields: [] },
    readSchema(created.parameterSchema),
  );
}

/** A statement until it is closed, or its session ends. */
export class OpenStatement<T extends Row> implements PreparedStatement<T> {
  readonly schema: ArrowSchema;
  readonly parameters: ArrowSchema | undefined;
  readonly #channels: ChannelPool;
  /** The latest: servers that keep no state put the parameters into it, and the one before is invalid then (FlightSql.proto). */
  #handle: Uint8Array;
  #closing: Promise<void> | undefined;
  /** Of the parameters that were sent last. */
  #sent: ArrowSchema = { fields: [] };

  constructor(
    channels: ChannelPool,
    handle: Uint8Array,
    schema: ArrowSchema,
    parameters: ArrowSchema | undefined,
  ) {
    this.#channels = channels;
    this.#handle = handle;
    this.schema = schema;
    this.parameters = parameters;
  }

  query(parameters: Parameters = [], options: CallOptions = {}): Promise<ResultStream<T>> {
    return this.run(parameters, options);
  }

  /** As {@link query}; `onEnd` is called once, when nothing more is to come for whatever reason. */
  async run(parameters: Parameters, options: QueryOptions, onEnd?: () => void): Promise<ResultStream<T>> {
    const row = this.#row(parameters);
    const { home } = this.#channels;
    if (options.onProgress === undefined && home.offersConversation) {
      const message = { preparedStatementHandle: this.#handle };
      const cmd = encodeCommand({ type: 'CommandPreparedStatementQuery', message });
      const frames = this.#frames(cmd, row.length > 0 ? [row] : []);
      const read = (signal: AbortSignal) =>
        home.converses ? home.converse(frames, signal) : this.#readAlone(cmd, row, signal);
      return openResult<T>(this.#channels, answered(read), options.signal, onEnd);
    }
    if (row.length > 0) await this.#bind(row, options);
    // Asked for only now: binding may have changed it.
    const message = { preparedStatementHandle: this.#handle };
    return runCommand(this.#channels, { type: 'CommandPreparedStatementQuery', message }, options, onEnd);
  }

  execute(parameters: Parameters = [], options: CallOptions = {}): Promise<number | undefined> {
    return this.executeMany([parameters], options);
  }

  async executeMany(rows: readonly Parameters[], { signal }: CallOptions = {}): Promise<number | undefined> {
    const message = { preparedStatementHandle: this.#handle };
    const cmd = encodeCommand({ type: 'CommandPreparedStatementUpdate', message });
    const values = rows.map((row, i) => inRow(rows.length > 1 ? i + 1 : undefined, () => this.#row(row)));
    const { home } = this.#channels;
    const [only = [], ...more] = values;
    if (home.converses && more.length === 0)
      return await changesOf(home.converse(this.#frames(cmd, only.length > 0 ? [only] : []), signal));
    const result = await home.doPut(this.#frames(cmd, values), signal);
    const count = result && decodeUpdateResult(result.appMetadata);
    return count === undefined ? undefined : Number(count);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** For whoever does not wait: that a statement cannot be closed any more is nobody's loss. */
  closeSoon(): void {
    this.close().catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const request = ACTIONS.ClosePreparedStatement.encodeRequest({ preparedStatementHandle: this.#handle });
    await this.#channels.home.doAction('ClosePreparedStatement', request);
  }

  /** In calls of its own, beside what else is being answered. */
  async *#readAlone(cmd: Uint8Array, row: readonly unknown[], signal: AbortSignal) {
    if (row.length > 0) await this.#bind(row, { signal });
    yield* this.#channels.home.doGet(cmd, signal);
  }

  async #bind(row: readonly unknown[], { signal }: CallOptions): Promise<void> {
    const message = { preparedStatementHandle: this.#handle };
    const cmd = encodeCommand({ type: 'CommandPreparedStatementQuery', message });
    const result = await this.#channels.home.doPut(this.#frames(cmd, [row]), signal);
    const handle = result && decodePreparedStatementResult(result.appMetadata);
    if (handle !== undefined && handle.length > 0) this.#handle = handle;
  }

  #row(parameters: Parameters): readonly unknown[] {
    const fields = this.parameters?.fields;
    const row = inOrder(parameters, fields?.map(({ name }) => name) ?? []);
    if (fields !== undefined && row.length !== fields.length) {
      const { length } = fields;
      throw new GizmoError(
        'INVALID_ARGUMENT',
        `The statement takes ${length} parameter${length === 1 ? '' : 's'}, not ${row.length}.`,
      );
    }
    return row;
  }

  /** Of rows without parameters: a schema without fields and a batch without columns, as C++ and Go clients send it. */
  #frames(cmd: Uint8Array, rows: readonly (readonly unknown[])[]): FlightFrame[] {
    if (rows.length === 0) return [encodeFlightData({ descriptor: describeCommand(cmd) })];
    const width = rows[0]?.length ?? 0;
    const odd = rows.findIndex((row) => row.length !== width);
    if (odd >= 0) {
      const counts = `${rows[odd]?.length} values, and the first row ${width}`;
      throw new GizmoError('INVALID_ARGUMENT', `Row ${odd + 1}: it has ${counts}; all need the same number.`);
    }
    const fields = Array.from({ length: width }, (_, i) =>
      parameterField(
        this.parameters?.fields[i],
        rows.map((row) => row[i]),
        String(i + 1),
      ),
    );
    const naming: Naming = { value: 'Parameter', firstRow: rows.length > 1 ? 1 : undefined };
    const schema = this.#schemaOf(fields);
    const message = { header: encodeKnownSchema(schema), body: new Uint8Array(0) };
    return [
      encodeFlightData({ descriptor: describeCommand(cmd), message }),
      encodeFlightData({ message: buildRows(schema, rows, naming) }),
    ];
  }

  /** The same object again where the fields are the same, so that it need not be encoded again. */
  #schemaOf(fields: readonly ArrowField[]): ArrowSchema {
    const { fields: sent } = this.#sent;
    const isSame = sent.length === fields.length && sent.every((field, i) => field === fields[i]);
    if (!isSame) this.#sent = { fields };
    return this.#sent;
  }
}

/** Undefined for no bytes: the server does not know. */
function readSchema(bytes: Uint8Array): ArrowSchema | undefined {
  return bytes.length === 0 ? undefined : decodeEncapsulatedSchema(bytes);
}
