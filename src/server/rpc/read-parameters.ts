/** The parameter rows of a DoPut stream. */
import { GizmoError } from '../../errors.js';
import type { FlightDataMessage } from '../../flight/flight-data.js';
import { plainSchema } from '../../flight/ipc/plain-schema.js';
import { BatchReader } from '../../flight/ipc/reader.js';
import { splitBatch } from '../../flight/ipc/split-batch.js';
import type { EncodedBatch } from '../../flight/ipc/types.js';
import type { ParameterRows } from '../statement/statement.js';

/** Parameters are held until the statement ran; more data than this is a bulk load's business. */
const PARAMETER_BYTES_MAX = 256 * 1024 * 1024;
const WHOLE = { rowsMax: Number.POSITIVE_INFINITY, bytesMax: PARAMETER_BYTES_MAX };

/** Undefined where the stream has no fields: that is how clients say "no parameters". */
export async function readParameters(
  first: FlightDataMessage,
  rest: AsyncIterable<FlightDataMessage>,
): Promise<ParameterRows | undefined> {
  const reader = new BatchReader();
  const batches: EncodedBatch[] = [];
  let bytes = 0;
  const push = (message: FlightDataMessage) => {
    // Some clients end with a message of metadata only.
    if (message.header.length === 0) return;
    bytes += message.header.byteLength + message.body.byteLength;
    if (bytes > PARAMETER_BYTES_MAX) {
      throw new GizmoError(
        'RESOURCE_EXHAUSTED',
        `The parameters exceed ${PARAMETER_BYTES_MAX / 1024 / 1024} MiB. Send them in several executions, or load them in bulk.`,
      );
    }
    const batch = reader.push(message);
    if (batch === undefined || batch.length === 0) return;
    const { header, body } = message;
    // Dictionaries, views and runs are resolved here, so that nobody behind has to know of them.
    if (plainSchema(batch.schema) === batch.schema) batches.push({ header, body, rows: batch.length });
    else batches.push(...splitBatch(batch, WHOLE));
  };
  push(first);
  for await (const message of rest) push(message);
  const { schema } = reader;
  if (schema === undefined)
    throw new GizmoError('INVALID_ARGUMENT', 'The parameters lack their schema message.');
  return schema.fields.length === 0 ? undefined : { schema: plainSchema(schema), batches };
}
