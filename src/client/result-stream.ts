/** Turns a FlightInfo into the stream of batches it stands for. */
import { GizmoError } from '../errors.js';
import type { FlightInfo } from '../flight/gen/flight_pb.js';
import { BatchReader } from '../flight/ipc/reader.js';
import { decodeSchema, schemasEqual, unwrapEncapsulated } from '../flight/ipc/schema.js';
import type { ArrowSchema } from '../flight/ipc/types.js';
import { abortReason } from '../flight/signal.js';
import type { FlightChannel } from './connect-channel.js';
import type { ResultStream } from './flight-sql-client.js';
import type { ReceivedBatch } from './render/renderer.js';

/**
 * Starts to read the first endpoint and resolves when its schema is here.
 * @throws GizmoError the server's, or DATA_LOSS where its stream is not the one it announced
 */
export async function openResult(
  channel: FlightChannel,
  info: FlightInfo,
  signal: AbortSignal | undefined,
): Promise<ResultStream> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal === undefined ? undefined : abortReason(signal));
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const release = (): void => signal?.removeEventListener('abort', onAbort);

  const reader = new BatchReader();
  const batches = readEndpoints(channel, info, reader, stop.signal, release);
  // Runs up to the first batch or the end, whichever comes first; by then the schema is known.
  const first = await batches.next();
  const announced = info.schema.length === 0 ? undefined : decodeSchema(unwrapEncapsulated(info.schema));
  const schema = reader.schema ?? announced ?? { fields: [] };
  const { returns, changes } = readStatementFacts(info.appMetadata, schema);
  const cancel = async (): Promise<void> => {
    if (!stop.signal.aborted) stop.abort(new GizmoError('CANCELLED', 'The statement was cancelled.'));
    await batches.return().catch(() => undefined);
  };
  return {
    schema,
    returns,
    changes,
    cancel,
    [Symbol.asyncIterator]: () => resume(first, batches),
  };
}

async function* readEndpoints(
  channel: FlightChannel,
  info: FlightInfo,
  reader: BatchReader,
  signal: AbortSignal,
  release: () => void,
): AsyncGenerator<ReceivedBatch, void, undefined> {
  const announced = info.schema.length === 0 ? undefined : decodeSchema(unwrapEncapsulated(info.schema));
  try {
    for (const [i, endpoint] of info.endpoint.entries()) {
      if (endpoint.location.some(({ uri }) => !HERE.has(uri)))
        throw new GizmoError(
          'UNIMPLEMENTED',
          'The result lies on other servers, which this client does not visit.',
        );
      // Each endpoint is a stream of its own, schema first.
      const endpointReader = i === 0 ? reader : new BatchReader();
      for await (const message of channel.doGet(endpoint.ticket?.ticket ?? NO_BYTES, signal)) {
        if (message.header.length === 0) continue; // Nothing but application metadata.
        const isSchema = endpointReader.schema === undefined;
        const batch = endpointReader.push(message);
        if (isSchema) checkSchema(announced, endpointReader.schema);
        if (batch !== undefined) yield { ...batch, message };
      }
    }
  } finally {
    release();
  }
}

/** Locations that mean the connection the FlightInfo came over. */
const HERE: ReadonlySet<string> = new Set([
  '',
  'arrow-flight-reuse-connection://?',
  'arrow-flight-reuse-connection://',
]);
const NO_BYTES = new Uint8Array(0);

function checkSchema(announced: ArrowSchema | undefined, sent: ArrowSchema | undefined): void {
  if (announced === undefined || sent === undefined || schemasEqual(announced, sent)) return;
  throw new GizmoError('DATA_LOSS', 'The server announced one schema and sent data of another.');
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

/**
 * A Gizmo server says in FlightInfo.app_metadata what a statement was: `{"returns":"count","changes":3}`. Of other
 * servers only the schema is known: no columns, no rows.
 */
function readStatementFacts(
  appMetadata: Uint8Array,
  schema: ArrowSchema,
): Pick<ResultStream, 'returns' | 'changes'> {
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
