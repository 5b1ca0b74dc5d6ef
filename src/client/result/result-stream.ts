/** Turns a FlightInfo into the stream of batches it stands for. */
import { GizmoError } from '../../errors.js';
import type { FlightDataMessage } from '../../flight/flight-data.js';
import { openMessage } from '../../flight/ipc/message.js';
import { BatchReader } from '../../flight/ipc/reader.js';
import { decodeEncapsulatedSchema, schemasEqual } from '../../flight/ipc/schema.js';
import type { ArrowField, ArrowSchema, IpcMessage } from '../../flight/ipc/types.js';
import { LightAbort } from '../../flight/light-abort.js';
import { abortReason } from '../../flight/signal.js';
import type { ChannelPool } from '../connect/channel-pool.js';
import type { Row, Value } from '../rows/value.js';
import type { ReceivedBatch, ResultStream } from './result.js';

/** What of a FlightInfo a reader goes by. */
export interface AnnouncedResult {
  /** Empty where it is not known yet. */
  readonly schema: Uint8Array;
  readonly appMetadata: Uint8Array;
  readonly endpoint: readonly {
    readonly ticket?: { readonly ticket: Uint8Array } | undefined;
    /** How its messages are got, if not by the ticket. */
    readonly read?: (signal: AbortSignal) => AsyncGenerator<FlightDataMessage, unknown, undefined>;
    readonly location: readonly { readonly uri: string }[];
  }[];
}

/**
 * Starts to read the first endpoint and resolves when its schema is here. Endpoints are read one after the other, so
 * that their rows come in order.
 * @param onEnd called once, when nothing more is to come for whatever reason
 * @throws GizmoError the server's, or DATA_LOSS where its stream is not the one it announced
 */
export async function openResult<T extends Row>(
  channels: ChannelPool,
  info: AnnouncedResult,
  signal: AbortSignal | undefined,
  onEnd?: () => void,
): Promise<ResultStream<T>> {
  const stop = new LightAbort();
  const onAbort = (): void => stop.abort(signal === undefined ? undefined : abortReason(signal));
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const release = (): void => {
    signal?.removeEventListener('abort', onAbort);
    onEnd?.();
  };

  const reader = new BatchReader();
  let facts = info.appMetadata;
  // Where there was no FlightInfo, its words stand beside the schema.
  const onSchema = ({ appMetadata }: FlightDataMessage): void => {
    if (facts.length === 0) facts = appMetadata;
  };
  const batches = readEndpoints(channels, info, { reader, onSchema }, stop.signal, release);
  // Runs up to the first batch or the end, whichever comes first; by then the schema is known.
  const first = await batches.next();
  const schema = reader.schema ?? readSchemaBytes(info.schema) ?? NO_COLUMNS;
  return new OpenResult<T>(schema, readStatementFacts(facts, schema), stop, first, batches);
}

class OpenResult<T extends Row> implements ResultStream<T> {
  readonly schema: ArrowSchema;
  readonly returns: ResultStream['returns'];
  readonly changes: number | undefined;
  readonly #stop: LightAbort;
  readonly #batches: AsyncGenerator<ReceivedBatch, void, undefined>;
  #first: IteratorResult<ReceivedBatch, void> | undefined;

  constructor(
    schema: ArrowSchema,
    facts: StatementFacts,
    stop: LightAbort,
    first: IteratorResult<ReceivedBatch, void>,
    batches: AsyncGenerator<ReceivedBatch, void, undefined>,
  ) {
    this.schema = schema;
    this.returns = facts.returns;
    this.changes = facts.changes;
    this.#stop = stop;
    this.#first = first;
    this.#batches = batches;
  }

  [Symbol.asyncIterator](): AsyncGenerator<ReceivedBatch, void, undefined> {
    const first = this.#first;
    if (first === undefined)
      throw new GizmoError('FAILED_PRECONDITION', 'A result can be read once. Run the statement again.');
    this.#first = undefined;
    return resume(first, this.#batches);
  }

  async *rows(): AsyncGenerator<T, void, undefined> {
    const { readRows } = await import('../rows/read-rows.js');
    yield* readRows<T>(this);
  }

  async *arrays(): AsyncGenerator<Value[], void, undefined> {
    const { readArrays } = await import('../rows/read-rows.js');
    yield* readArrays(this);
  }

  async toArray(): Promise<T[]> {
    const rows: T[] = [];
    for await (const row of this.rows()) rows.push(row);
    return rows;
  }

  async *toIPC(): AsyncGenerator<Uint8Array, void, undefined> {
    const { ipcStream } = await import('./ipc-stream.js');
    yield* ipcStream(this);
  }

  async cancel(): Promise<void> {
    if (!this.#stop.signal.aborted)
      this.#stop.abort(new GizmoError('CANCELLED', 'The statement was cancelled.'));
    await this.#batches.return().catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel();
  }
}

async function* readEndpoints(
  channels: ChannelPool,
  info: AnnouncedResult,
  first: { readonly reader: BatchReader; readonly onSchema: (message: FlightDataMessage) => void },
  signal: AbortSignal,
  release: () => void,
): AsyncGenerator<ReceivedBatch, void, undefined> {
  let expected = readSchemaBytes(info.schema);
  try {
    for (const [i, endpoint] of info.endpoint.entries()) {
      const channel = await channels.at(endpoint.location.map(({ uri }) => uri));
      // Each endpoint is a stream of its own, schema first.
      const endpointReader = i === 0 ? first.reader : new BatchReader();
      const { ticket, read } = endpoint;
      for await (const message of read?.(signal) ?? channel.doGet(ticket?.ticket ?? NO_BYTES, signal)) {
        if (message.header.length === 0) continue; // Nothing but application metadata.
        const isSchema = endpointReader.schema === undefined;
        const batch = endpointReader.push(message);
        if (isSchema) {
          expected = checkSchema(expected, endpointReader.schema);
          first.onSchema(message);
        }
        if (batch !== undefined) yield isCompressed(message) ? batch : { message, ...batch };
      }
    }
  } finally {
    release();
  }
}

const NO_BYTES = new Uint8Array(0);
const NO_COLUMNS: ArrowSchema = { fields: [] };

/** No bytes, or a schema without columns, is what servers send that do not know it yet. */
function readSchemaBytes(bytes: Uint8Array): ArrowSchema | undefined {
  const schema = bytes.length === 0 ? undefined : decodeEncapsulatedSchema(bytes);
  return schema?.fields.length === 0 ? undefined : schema;
}

/** Planners and executors disagree on what may be null; names and types are what a reader goes by. */
function checkSchema(
  expected: ArrowSchema | undefined,
  sent: ArrowSchema | undefined,
): ArrowSchema | undefined {
  if (expected === undefined || sent === undefined) return sent;
  if (schemasEqual(nullable(expected), nullable(sent))) return expected;
  throw new GizmoError('DATA_LOSS', 'The server announced one schema and sent data of another.');
}

function nullable({ fields }: { readonly fields: readonly ArrowField[] }): ArrowSchema {
  return {
    fields: fields.map((field) => ({
      ...field,
      nullable: true,
      children: nullable({ fields: field.children }).fields,
    })),
  };
}

/** `compression` is the fourth field of a RecordBatch (Message.fbs). */
function isCompressed({ header }: IpcMessage): boolean {
  return openMessage(header).content.table(3) !== undefined;
}

async function* resume(
  first: IteratorResult<ReceivedBatch, void>,
  rest: AsyncGenerator<ReceivedBatch, void, undefined>,
): AsyncGenerator<ReceivedBatch, void, undefined> {
  try {
    if (first.done === true) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

type StatementFacts = Pick<ResultStream, 'returns' | 'changes'>;

/** What nearly all statements are. */
const ROWS = Buffer.from('{"returns":"rows","changes":null}');
const PLAIN_ROWS: StatementFacts = { returns: 'rows', changes: undefined };

/**
 * A Gizmo server says in FlightInfo.app_metadata what a statement was: `{"returns":"count","changes":3}`. Of other
 * servers only the schema is known: no columns, no rows.
 */
function readStatementFacts(appMetadata: Uint8Array, schema: ArrowSchema): StatementFacts {
  if (ROWS.equals(appMetadata)) return PLAIN_ROWS;
  const facts = parseObject(appMetadata);
  const changes = typeof facts?.changes === 'number' ? facts.changes : undefined;
  switch (facts?.returns) {
    case 'rows':
    case 'count':
    case 'nothing':
      return { returns: facts.returns, changes };
    default:
      return { returns: schema.fields.length === 0 ? 'nothing' : 'rows', changes: undefined };
  }
}

function parseObject(
  bytes: Uint8Array,
): { readonly returns?: unknown; readonly changes?: unknown } | undefined {
  if (bytes.length === 0 || bytes.length > 4096) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // Another server's own use of the field.
  }
}
