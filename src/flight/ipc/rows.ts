/** Small results as arrays of values, and small parameters as a row: for SQL of the server's own. */
import { buildBatch } from './build.js';
import { BatchReader } from './reader.js';
import { type ArrowSchema, type ArrowType, type EncodedBatch, field, type IpcMessage } from './types.js';
import { readValue } from './value.js';

const NO_BODY = new Uint8Array(0);

/** Reads a result to its end, which the caller closes; one array of values a row, as value.ts has them. */
export async function collectRows(result: {
  readonly schemaMessage: Uint8Array;
  next(): Promise<IpcMessage | undefined>;
}): Promise<unknown[][]> {
  const reader = new BatchReader();
  reader.push({ header: result.schemaMessage, body: NO_BODY });
  const rows: unknown[][] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
    const { columns, length } = reader.push(batch) ?? { columns: [], length: 0 };
    for (let row = 0; row < length; row++) rows.push(columns.map((column) => readValue(column, row)));
  }
  return rows;
}

/** One row of values for $1, $2, …: texts, whole numbers of 64 bits, bytes, and nulls, which are texts' nulls. */
export function parameterRow(values: readonly ParameterValue[]): {
  readonly schema: ArrowSchema;
  readonly batch: EncodedBatch;
} {
  const schema: ArrowSchema = {
    fields: values.map((value, index) => field(String(index + 1), typeOf(value))),
  };
  return {
    schema,
    batch: buildBatch(
      schema,
      values.map((value) => [value]),
    ),
  };
}

export type ParameterValue = string | bigint | Uint8Array | null;

function typeOf(value: ParameterValue): ArrowType {
  if (typeof value === 'bigint') return { kind: 'int', bits: 64, signed: true };
  return value instanceof Uint8Array ? { kind: 'binary' } : { kind: 'utf8' };
}
