/** Metadata by SQL: through the life of a statement like everybody's, in the caller's session. */
import { collectRows, parameterRow } from '../../../flight/ipc/rows.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';

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
  const result = await services.statements.read(request, parameterRows(parameters));
  try {
    return await collectRows(result);
  } finally {
    await result.close();
  }
}

function parameterRows(values: readonly (string | null)[]) {
  if (values.length === 0) return undefined;
  const { schema, batch } = parameterRow(values);
  return { schema, batches: [batch] };
}
