/** The parameter rows of a DoPut stream. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GizmoError } from '../../errors.js';
import type { FlightDataMessage } from '../../flight/flight-data.js';
import { plainSchema } from '../../flight/ipc/plain-schema.js';
import { BatchReader } from '../../flight/ipc/reader.js';
import { splitBatch } from '../../flight/ipc/split-batch.js';
import type { EncodedBatch } from '../../flight/ipc/types.js';
import type { Held } from '../session/user-memory.js';
import type { ParameterRows } from '../statement/statement.js';

/** Parameters are held until the statement ran; more data than this is a bulk load's business. */
const PARAMETER_BYTES_MAX = 256 * 1024 * 1024;
/** Each is made in a turn of the event loop. */
const PIECES = { rowsMax: 8192, bytesMax: 2 * 1024 * 1024 };

/**
 * Undefined where the stream has no fields: that is how clients say "no parameters".
 * @param held what they take, also while they come; the caller's to end
 */
export async function readParameters(
  first: FlightDataMessage,
  rest: AsyncIterable<FlightDataMessage> | Iterable<FlightDataMessage>,
  held: Held,
): Promise<ParameterRows | undefined> {
  const reader = new BatchReader();
  const batches: EncodedBatch[] = [];
  let bytes = 0;
  const push = async (message: FlightDataMessage) => {
    // Some clients end with a message of metadata only.
    if (message.header.length === 0) return;
    count(message.header.byteLength + message.body.byteLength);
    const batch = reader.push(message);
    if (batch === undefined || batch.length === 0) return;
    // Dictionaries, views and runs are resolved here, so that nobody behind has to know of them; a few bytes of
    // them can mean gigabytes, so what they become is counted, too.
    if (plainSchema(batch.schema) !== batch.schema) {
      for (const piece of splitBatch(batch, PIECES)) {
        count(piece.body.byteLength);
        batches.push(piece);
        await nextTurn();
      }
      return;
    }
    // Copies: views would keep the whole message alive, and whatever else a client put into it.
    batches.push({ header: message.header.slice(), body: message.body.slice(), rows: batch.length });
  };
  const count = (more: number) => {
    bytes += more;
    if (bytes > PARAMETER_BYTES_MAX) {
      throw new GizmoError(
        'RESOURCE_EXHAUSTED',
        `The parameters exceed ${PARAMETER_BYTES_MAX / 1024 / 1024} MiB. Send them in several executions, or load them in bulk.`,
      );
    }
    held.set(bytes);
  };
  await push(first);
  for await (const message of rest) await push(message);
  const { schema } = reader;
  if (schema === undefined)
    throw new GizmoError('INVALID_ARGUMENT', 'The parameters lack their schema message.');
  return schema.fields.length === 0 ? undefined : { schema: plainSchema(schema), batches };
}
