/** The parameter rows of a DoPut stream. */
import { GizmoError } from '../../errors.js';
import type { FlightDataMessage } from '../../flight/flight-data.js';
import { buildBatch } from '../../flight/ipc/build.js';
import type { RecordBatch } from '../../flight/ipc/column.js';
import { BatchReader } from '../../flight/ipc/reader.js';
import type { ArrowField, ArrowSchema, EncodedBatch } from '../../flight/ipc/types.js';
import { readValue } from '../../flight/ipc/value.js';
import type { ParameterRows } from '../statement/statement.js';

/** Parameters are held until the statement ran; more data than this is a bulk load's business. */
const PARAMETER_BYTES_MAX = 256 * 1024 * 1024;

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
    bytes += message.body.byteLength;
    if (bytes > PARAMETER_BYTES_MAX) {
      throw new GizmoError(
        'RESOURCE_EXHAUSTED',
        `The parameters exceed ${PARAMETER_BYTES_MAX / 1024 / 1024} MiB. Send them in several executions, or load them in bulk.`,
      );
    }
    const batch = reader.push(message);
    if (batch === undefined) return;
    batches.push(
      hasDictionary(batch.schema)
        ? withoutDictionaries(batch)
        : { header: message.header, body: message.body, rows: batch.length },
    );
  };
  push(first);
  for await (const message of rest) push(message);
  const { schema } = reader;
  if (schema === undefined)
    throw new GizmoError('INVALID_ARGUMENT', 'The parameters lack their schema message.');
  return schema.fields.length === 0 ? undefined : { schema: plainSchema(schema), batches };
}

/** Parameters are few: their dictionaries are resolved here, so that nobody behind has to know of them. */
function withoutDictionaries(batch: RecordBatch): EncodedBatch {
  const columns = batch.columns.map((column) =>
    Array.from({ length: batch.length }, (_, row) => readValue(column, row)),
  );
  return buildBatch(plainSchema(batch.schema), columns);
}

function plainSchema(schema: ArrowSchema): ArrowSchema {
  return hasDictionary(schema) ? { ...schema, fields: schema.fields.map(plainField) } : schema;
}

function plainField({ dictionary: _, ...field }: ArrowField): ArrowField {
  return { ...field, children: field.children.map(plainField) };
}

function hasDictionary({ fields }: { readonly fields: readonly ArrowField[] }): boolean {
  return fields.some((field) => field.dictionary !== undefined || hasDictionary({ fields: field.children }));
}
