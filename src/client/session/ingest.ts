/** Bulk ingest: batches into a table (Flight SQL's CommandStatementIngest). */
import { GizmoError } from '../../errors.js';
import { encodeFlightData, type FlightFrame } from '../../flight/flight-data.js';
import {
  CommandStatementIngest_TableDefinitionOptions_TableExistsOption as IfExists,
  CommandStatementIngest_TableDefinitionOptions_TableNotExistOption as IfNotExists,
} from '../../flight/gen/flight_sql_pb.js';
import { emptyColumn } from '../../flight/ipc/column.js';
import { readIpc } from '../../flight/ipc/framing.js';
import { BatchReader } from '../../flight/ipc/reader.js';
import { encodeSchema } from '../../flight/ipc/schema.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import { encodeCommand } from '../../flight/sql/command.js';
import { decodeUpdateResult } from '../../flight/sql/put-result.js';
import { describeCommand, type FlightChannel } from '../connect/channel.js';
import type { IngestOptions, IngestSource } from '../flight-sql-client.js';
import { plainMessages } from '../result/plain-messages.js';
import type { ReceivedBatch } from '../result/result.js';

/** Answers the rows the server took; undefined where it does not say. */
export async function ingest(
  channel: FlightChannel,
  table: string,
  source: IngestSource,
  options: IngestOptions,
  transactionId: Uint8Array | undefined,
): Promise<bigint | undefined> {
  if (!isIterable(source)) throw notBatches();
  const { mode = 'create', catalog, schema, temporary = false, signal } = options;
  const command = encodeCommand({
    type: 'CommandStatementIngest',
    message: {
      table,
      temporary,
      tableDefinitionOptions: MODES[mode],
      options: { ...options.options },
      ...(catalog === undefined ? {} : { catalog }),
      ...(schema === undefined ? {} : { schema }),
      ...(transactionId === undefined ? {} : { transactionId }),
    },
  });
  const result = await channel.doPut(frames(command, source), signal);
  return result && decodeUpdateResult(result.appMetadata);
}

const MODES = {
  create: {
    ifNotExist: IfNotExists.CREATE,
    ifExists: IfExists.FAIL,
  },
  append: {
    ifNotExist: IfNotExists.FAIL,
    ifExists: IfExists.APPEND,
  },
  replace: {
    ifNotExist: IfNotExists.CREATE,
    ifExists: IfExists.REPLACE,
  },
  create_append: {
    ifNotExist: IfNotExists.CREATE,
    ifExists: IfExists.APPEND,
  },
} as const;

/** Half of the 4 MiB that many servers accept at most. */
const BODY_BYTES_MAX = 2 * 1024 * 1024;

async function* frames(cmd: Uint8Array, source: IngestSource): AsyncGenerator<FlightFrame, void, undefined> {
  const announce = (schema: ArrowSchema): FlightFrame =>
    encodeFlightData({
      descriptor: describeCommand(cmd),
      message: { header: encodeSchema(schema), body: new Uint8Array(0) },
    });
  let plain: ReturnType<typeof plainMessages> | undefined;
  for await (const batch of batchesIn(source)) {
    if (!isSchema(batch?.schema) || !Array.isArray(batch.columns)) throw notBatches();
    if (plain === undefined) {
      plain = plainMessages(batch.schema, BODY_BYTES_MAX);
      yield announce(plain.schema);
    }
    for (const message of plain.messagesOf(batch)) yield encodeFlightData({ message });
  }
  if (plain !== undefined) return;
  const schema = 'schema' in source ? source.schema : undefined;
  if (!isSchema(schema))
    throw new GizmoError('INVALID_ARGUMENT', 'There is nothing to ingest: no batch, and no schema either.');
  yield announce(plainMessages(schema, BODY_BYTES_MAX).schema);
}

async function* batchesIn(source: IngestSource): AsyncGenerator<ReceivedBatch, void, undefined> {
  if (source instanceof Uint8Array) return yield* readBatches(source);
  const iterator: AsyncIterator<unknown> | Iterator<unknown> =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const all = following(first.value, iterator);
  if (first.value instanceof Uint8Array) yield* readBatches(all as AsyncIterable<Uint8Array>);
  else yield* all as AsyncIterable<ReceivedBatch>;
}

async function* following(
  first: unknown,
  rest: AsyncIterator<unknown> | Iterator<unknown>,
): AsyncGenerator<unknown, void, undefined> {
  let ended = false;
  try {
    yield first;
    for (;;) {
      const next = await rest.next();
      ended = next.done === true;
      if (ended) return;
      yield next.value;
    }
  } finally {
    if (!ended) await rest.return?.();
  }
}

async function* readBatches(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
): AsyncGenerator<ReceivedBatch, void, undefined> {
  const reader = new BatchReader();
  let any = false;
  for await (const message of readIpc(bytes)) {
    const batch = reader.push(message);
    if (batch === undefined) continue;
    any = true;
    yield batch;
  }
  // A table without rows is a table all the same.
  if (!any && reader.schema !== undefined)
    yield { schema: reader.schema, length: 0, columns: reader.schema.fields.map(emptyColumn) };
}

function isSchema(value: unknown): value is ArrowSchema {
  return typeof value === 'object' && value !== null && 'fields' in value && Array.isArray(value.fields);
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

function notBatches(): GizmoError {
  return new GizmoError(
    'INVALID_ARGUMENT',
    'What is to be loaded are no batches. Make them of rows by batchesOf(schema, rows), or give Arrow IPC bytes.',
  );
}
