/** Fields that several commands share. */
import type { Returns } from '../statement/statement.js';
/** Handles are ASCII text inside a bytes field; anything else was not made here and names nothing. */
export function handleText(handle: Uint8Array): string {
  return Buffer.from(handle.buffer, handle.byteOffset, Math.min(handle.byteLength, 64)).toString('latin1');
}

/** The transaction id of a command; undefined where it says none. */
export function transactionOf(command: { readonly transactionId?: Uint8Array | undefined }): {
  readonly transactionId: string | undefined;
} {
  const { transactionId } = command;
  const none = transactionId === undefined || transactionId.length === 0;
  return { transactionId: none ? undefined : handleText(transactionId) };
}

/**
 * What a Gizmo client wants to know of a statement besides its schema, as application metadata: rows, a count, or
 * nothing, and how many rows were changed where it has run already.
 */
export function statementFacts(returns: Returns, changes: number | undefined): Uint8Array {
  if (returns === 'rows' && changes === undefined) return ROWS;
  return factsText(returns, changes);
}

function factsText(returns: Returns, changes: number | undefined): Uint8Array {
  return Buffer.from(JSON.stringify({ returns, changes: changes ?? null }));
}

/** What nearly all statements are. Only ever copied from. */
const ROWS = factsText('rows', undefined);
