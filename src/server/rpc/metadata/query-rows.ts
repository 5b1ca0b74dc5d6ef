/** Metadata by SQL: through the life of a statement like everybody's, in the caller's session. */
import { buildBatch } from '../../../flight/ipc/build.js';
import { BatchReader } from '../../../flight/ipc/reader.js';
import { type ArrowSchema, field } from '../../../flight/ipc/types.js';
import { readValue } from '../../../flight/ipc/value.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';

const NO_BODY = new Uint8Array(0);

/**
 * All rows of a query, as arrays of values.
 * @param sql own text with every function named in full: macros of users must not stand in for them
 * @param parameters bound to $1, $2, …; never part of the text
 */
export async function queryRows(
  services: Services,
  call: Call,
  sql: string,
  parameters: readonly (string | null)[] = [],
): Promise<unknown[][]> {
  const session = await call.session();
  const request = { sql, session, door: 'metadata', signal: call.signal } as const;
  const result = await services.statements.read(request, parameterRow(parameters));
  try {
    const reader = new BatchReader();
    reader.push({ header: result.schemaMessage, body: NO_BODY });
    const rows: unknown[][] = [];
    for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
      const { columns, length } = reader.push(batch) ?? { columns: [], length: 0 };
      for (let row = 0; row < length; row++) rows.push(columns.map((column) => readValue(column, row)));
    }
    return rows;
  } finally {
    await result.close();
  }
}

/** A name in double quotes, as SQL wants names that may hold anything. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function parameterRow(values: readonly (string | null)[]) {
  if (values.length === 0) return undefined;
  const schema: ArrowSchema = {
    fields: values.map((_, index) => field(String(index + 1), { kind: 'utf8' })),
  };
  return {
    schema,
    batches: [
      buildBatch(
        schema,
        values.map((value) => [value]),
      ),
    ],
  };
}
